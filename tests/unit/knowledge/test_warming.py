from __future__ import annotations

import threading

from assistant.errors import BadModel
from assistant.knowledge.warming import Warming


def test_it_is_loaded_beside_the_work_from_the_second_call_on() -> None:
    may_load, calls = threading.Event(), []

    def load() -> str:
        calls.append(1)
        may_load.wait(60)
        return "there"

    warming = Warming(load)
    assert warming() is None
    assert not calls
    assert warming() is None
    may_load.set()
    _join()
    assert (warming(), warming()) == ("there", "there")
    assert calls == [1]


def test_what_cannot_be_loaded_is_not_there() -> None:
    def load() -> str:
        raise BadModel(folder="x", why="broken")  # type: ignore[arg-type]

    warming = Warming(load)
    assert [warming(), warming()] == [None, None]
    _join()
    assert warming() is None


def _join() -> None:
    for thread in threading.enumerate():
        if thread.name == "warming":
            thread.join(60)
