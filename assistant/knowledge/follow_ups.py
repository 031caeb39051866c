"""What to offer after an answer of the FAQ: the questions that people are likely to have next.

First come those that curators put down. The others are ranked by how near they are to what was asked, by how often people asked
them next in stored conversations, and by whether they read as the continuation of the answer.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Protocol

from assistant.errors import UnknownEntry
from assistant.faq.folding import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import date

    from assistant.faq.askings import Asking
    from assistant.faq.entry import FaqEntry
    from assistant.knowledge.summaries import InOrder
    from assistant.messages import FaqResult

MAX_OFFERED = 3

NEXT_WITHIN_S = 1_800
"""What is asked within half an hour of an answer is asked next."""

LOOKED_BACK_S = 90 * 86_400
REFRESHED_AFTER_S = 600

_MIN_ASKED_NEXT = 2
_SMOOTHING = 3
_NEXT_WEIGHT, _ORDER_WEIGHT = 2.0, 0.4
_FAR = 0.3
"""How near an entry counts that was not among the matches."""

_MOST_ANSWER_CHARS = 300
_MOST_ORDERED = 5
_MOST_KEPT = 10_000


class Entries(Protocol):
    """Where entries are kept."""

    def get(self, entry_id: str) -> FaqEntry:
        """Returns an entry."""


class Askings(Protocol):
    """What was asked of the FAQ."""

    def list(self, since: float = 0.0) -> Sequence[Asking]:
        """Returns what was asked from a time on."""


class FollowUps:
    """Chooses what is offered after an answer.

    Args:
        entries: the FAQ's entries.
        askings: what was asked of them.
        clock: seconds since the epoch.
        today: the day on which an entry must be valid.
        order: gives what tells whether a text follows another; None as long as that is not there.
    """

    def __init__(
        self,
        entries: Entries,
        askings: Askings,
        clock: Callable[[], float],
        today: Callable[[], date],
        order: Callable[[], InOrder | None] = lambda: None,
    ) -> None:
        self._entries = entries
        self._askings = askings
        self._clock = clock
        self._today = today
        self._order = order
        self._next: Mapping[str, Counter[str]] = {}
        self._read_at = float("-inf")
        self._told: dict[tuple[str, str], float] = {}

    def after(self, result: FaqResult, said: Collection[str] = ()) -> tuple[str, ...]:
        """Returns the questions to offer, the best first; never one that was asked in the conversation already.

        Args:
            result: with the answer.
            said: what the user has written so far.

        Raises:
            DatabaseUnavailable: the database cannot be read now.
        """
        best = result.best
        if best is None:
            return ()
        asked = {fold(text) for text in said} | {fold(best.question), fold(best.matched)}
        entry = self._live(best.entry_id)
        own = [follow.question for name in (entry.follow_ups if entry else ()) if (follow := self._live(name))]
        scores = self._near(result)
        for question, share in self._asked_next(best.entry_id):
            scores[question] = scores.get(question, _FAR) + _NEXT_WEIGHT * share
        ranked = sorted(scores, key=lambda question: (-scores[question], question))[:_MOST_ORDERED]
        for question, follows in zip(ranked, self._follows(best.answer, ranked), strict=True):
            scores[question] += _ORDER_WEIGHT * (follows - 0.5)
        ranked.sort(key=lambda question: (-scores[question], question))
        return tuple(question for question in dict.fromkeys([*own, *ranked]) if fold(question) not in asked)[:MAX_OFFERED]

    def _near(self, result: FaqResult) -> dict[str, float]:
        """Returns the questions that may have been meant too, each with how near it is beside the answer's own."""
        nearness = {match.question: match.score / max(result.matches[0].score, 1e-9) for match in result.matches}
        return {question: nearness.get(question, _FAR) for question in result.related}

    def _asked_next(self, entry_id: str) -> Iterable[tuple[str, float]]:
        now = self._clock()
        if now - self._read_at > REFRESHED_AFTER_S:
            self._next, self._read_at = asked_next(self._askings.list(now - LOOKED_BACK_S)), now
        counts = self._next.get(entry_id, Counter())
        total = sum(counts.values()) + _SMOOTHING
        for name, count in counts.most_common(_MOST_ORDERED):
            entry = self._live(name) if count >= _MIN_ASKED_NEXT else None
            if entry is not None:
                yield entry.question, count / total

    def _follows(self, answer: str, questions: Sequence[str]) -> list[float]:
        """Returns the probability that each question follows the answer; one half where nothing tells."""
        said = answer[-_MOST_ANSWER_CHARS:]
        unknown = [question for question in questions if (said, question) not in self._told]
        in_order = self._order() if unknown else None
        if in_order is not None:
            if len(self._told) > _MOST_KEPT:
                self._told.clear()
            told = in_order([(said, question) for question in unknown]).tolist()
            self._told |= {(said, question): value for question, value in zip(unknown, told, strict=True)}
        return [self._told.get((said, question), 0.5) for question in questions]

    def _live(self, entry_id: str) -> FaqEntry | None:
        try:
            entry = self._entries.get(entry_id)
        except UnknownEntry:
            return None
        return entry if entry.is_live(self._today()) else None


def asked_next(askings: Iterable[Asking]) -> dict[str, Counter[str]]:
    """Returns of each entry how often others answered the same person next.

    Args:
        askings: the oldest first.
    """
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    last: dict[str, Asking] = {}
    for asking in askings:
        before = last.get(asking.sender_id)
        if asking.entry_id is None:
            continue
        if before is not None and asking.asked_at - before.asked_at <= NEXT_WITHIN_S and before.entry_id != asking.entry_id:
            counts[str(before.entry_id)][asking.entry_id] += 1
        last[asking.sender_id] = asking
    return dict(counts)
