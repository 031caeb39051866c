"""A part of a training that is done beside the rest."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from assistant.messages import Cancelled, Progress
from assistant.training.beside import Beside

if TYPE_CHECKING:
    from assistant.messages import ProgressCallback


def test_progress_of_both_is_reported_by_the_callers_thread() -> None:
    seen: list[tuple[str, str]] = []
    told = threading.Event()

    def work(report: ProgressCallback) -> int:
        report(Progress("beside", 1, 2))
        told.set()
        return 7

    with Beside(work, lambda step: seen.append((step.stage, threading.current_thread().name))) as part:
        assert told.wait(60)
        part.report(Progress("own", 1, 1))
        assert part.result() == 7
    assert seen == [(stage, threading.current_thread().name) for stage in ("beside", "own")]


def test_a_failure_is_raised_where_the_caller_next_reports() -> None:
    def work(_: ProgressCallback) -> None:
        raise LookupError("no such story")

    with Beside(work, lambda _: None) as part:
        with pytest.raises(LookupError, match="no such story"):
            part.result()
        with pytest.raises(LookupError):
            part.report(Progress("own", 1, 1))


def test_the_part_is_stopped_when_the_caller_is() -> None:
    n_steps = 0

    def work(report: ProgressCallback) -> None:
        nonlocal n_steps
        while True:
            report(Progress("beside", n_steps, 0))
            n_steps += 1

    def stop(_: Progress) -> None:
        raise Cancelled

    with pytest.raises(Cancelled), Beside(work, stop) as part:
        part.result()
    assert not any(thread.name.startswith("training") for thread in threading.enumerate())
