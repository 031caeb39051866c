from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from assistant.errors import UnknownEntry
from assistant.faq.askings import Asking
from assistant.faq.entry import FaqEntry
from assistant.knowledge.follow_ups import NEXT_WITHIN_S, FollowUps, asked_next
from assistant.messages import FaqMatch, FaqResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

ENTRIES = {
    name: FaqEntry(name, f"What about {name}?", f"All about {name}.", status="published", version=1)
    for name in ("returns", "refunds", "costs", "shops", "gifts", "labels")
}
NOW = 1_000_000.0


class Entries:
    def __init__(self, **changed: FaqEntry) -> None:
        self._entries = ENTRIES | changed

    def get(self, entry_id: str) -> FaqEntry:
        if entry_id not in self._entries:
            raise UnknownEntry(entry_id=entry_id, known=self._entries)
        return self._entries[entry_id]


class Askings:
    def __init__(self, *asked: Asking) -> None:
        self.asked = asked

    def list(self, since: float = 0.0) -> Sequence[Asking]:
        return [asking for asking in self.asked if asking.asked_at >= since]


def asking(number: int, sender: str, entry: str | None, at: float) -> Asking:
    return Asking(number, "?", sender, entry, 0.9, at)


def result(*names: str, scores: Sequence[float] = (0.9, 0.6, 0.5, 0.4, 0.3)) -> FaqResult:
    matches = tuple(
        FaqMatch(name, ENTRIES[name].question, ENTRIES[name].question, ENTRIES[name].answer, score)
        for name, score in zip(names, scores, strict=False)
    )
    return FaqResult(matches, 0.5, tuple(match.question for match in matches[1:]))


def offered(follow_ups: FollowUps, found: FaqResult, said: Sequence[str] = ()) -> list[str]:
    return [question.removeprefix("What about ").rstrip("?") for question in follow_ups.after(found, said)]


def made(entries: Entries | None = None, askings: Askings | None = None, **options: object) -> FollowUps:
    return FollowUps(entries or Entries(), askings or Askings(), lambda: NOW, lambda: date(2027, 1, 1), **options)  # type: ignore[arg-type]


def test_what_is_nearest_comes_first_and_at_most_three() -> None:
    assert offered(made(), result("returns", "refunds", "costs", "shops", "gifts")) == ["refunds", "costs", "shops"]


def test_what_curators_put_down_comes_before_all() -> None:
    returns = FaqEntry("returns", "What about returns?", "x", follow_ups=("labels", "gone"), status="published", version=1)
    assert offered(made(Entries(returns=returns)), result("returns", "refunds", "costs")) == ["labels", "refunds", "costs"]


def test_what_people_ask_next_rises_and_what_one_asked_once_does_not() -> None:
    asked = [asking(n * 10 + k, f"s{n}", name, NOW - 1000 + k) for n in range(4) for k, name in enumerate(("returns", "gifts"))]
    once = [asking(90, "x", "returns", NOW - 1000), asking(91, "x", "shops", NOW - 900)]
    found = offered(made(askings=Askings(*asked, *once)), result("returns", "refunds", "costs"))
    assert found == ["gifts", "refunds", "costs"]


def test_what_was_asked_already_is_not_offered_again() -> None:
    found = result("returns", "refunds", "costs")
    assert offered(made(), found, ["what about REFUNDS", "what about returns?"]) == ["costs"]


def test_an_entry_that_does_not_answer_now_is_not_offered() -> None:
    returns = FaqEntry("returns", "What about returns?", "x", follow_ups=("labels",), status="published", version=1)
    labels = FaqEntry("labels", "What about labels?", "x", status="archived", version=1)
    assert offered(made(Entries(returns=returns, labels=labels)), result("returns", "refunds")) == ["refunds"]


def test_of_two_that_are_as_near_the_one_that_follows_the_answer_comes_first_and_is_told_once() -> None:
    asked: list[tuple[str, str]] = []

    def in_order(pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        asked.extend(pairs)
        return np.array([0.9 if "shops" in question else 0.3 for _, question in pairs], dtype=np.float32)

    follow_ups = made(order=lambda: in_order)
    found = result("returns", "costs", "shops", scores=(0.9, 0.5, 0.5))
    assert offered(follow_ups, found) == ["shops", "costs"]
    assert offered(follow_ups, found) == ["shops", "costs"]
    assert len(asked) == 2


def test_nothing_is_offered_where_nothing_was_answered() -> None:
    assert made().after(FaqResult((), 0.5)) == ()


def test_what_comes_long_after_is_not_asked_next() -> None:
    asked = [
        asking(1, "a", "returns", 0),
        asking(2, "a", None, 5),
        asking(3, "b", "gifts", 6),
        asking(4, "a", "refunds", 10),
        asking(5, "a", "costs", 11 + NEXT_WITHIN_S),
    ]
    assert asked_next(asked) == {"returns": {"refunds": 1}}
