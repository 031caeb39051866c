"""Counts what messages say as they go by: however many there are, what is kept has a bound."""

from __future__ import annotations

import heapq
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from assistant.analysis.reading import Feedback
    from assistant.messages import Parse

SAMPLE = 4_000
"""Messages that topics are found among; of a larger file a sample drawn evenly."""
EXAMPLES = 5
MOST_FLAGGED = 50
BINS = 10
_QUOTED = 300
_MOST_PERIODS = 4_000


@dataclass(slots=True)
class Mood:
    """What was counted of some messages: how many, the sum of their sentiments, and how often each label was."""

    n: int = 0
    total: float = 0.0
    labels: Counter[str] = field(default_factory=Counter)
    n_flagged: int = 0

    @property
    def mean(self) -> float:
        """The mean sentiment, in [-1, 1]; 0 where there is none."""
        return self.total / self.n if self.n else 0.0

    def add(self, parse: Parse) -> None:
        """Counts a message."""
        self.n += 1
        self.n_flagged += bool(parse.flags)
        if parse.sentiment:
            self.total += parse.sentiment.score
            self.labels[parse.sentiment.label] += 1


@dataclass(frozen=True, slots=True, order=True)
class Quoted:
    """A message that is worth showing, with the score that made it so."""

    score: float
    text: str
    label: str = field(default="", compare=False)


class Tally:
    """What was counted of all messages.

    Attributes:
        mood: of all; by_intent, by_day: of the messages of an intent, of a day (UTC).
        emotions, flags: how often each was found.
        bins: how many messages have a sentiment in each tenth of -1 to 1.
        sample: drawn evenly among all messages, for topics.
        flagged: the messages that are flagged the surest.
        n_trusted: messages whose intent is over the threshold.
    """

    def __init__(self, threshold: float, seed: int = 0) -> None:
        self._threshold = threshold
        self._random = random.Random(seed)
        self.mood = Mood()
        self.by_intent: defaultdict[str, Mood] = defaultdict(Mood)
        self.by_day: defaultdict[str, Mood] = defaultdict(Mood)
        self.emotions: Counter[str] = Counter()
        self.flags: Counter[str] = Counter()
        self.bins = [0] * BINS
        self.sample: list[tuple[str, float]] = []
        self.flagged: list[Quoted] = []
        self.n_trusted = 0
        self._best: list[Quoted] = []
        self._worst: list[Quoted] = []

    def add(self, message: Feedback, parse: Parse) -> None:
        """Counts a message."""
        self.mood.add(parse)
        score = parse.sentiment.score if parse.sentiment else 0.0
        quoted = message.text[:_QUOTED]
        is_trusted = parse.intent.confidence >= self._threshold
        self.n_trusted += is_trusted
        self.by_intent[parse.intent.name if is_trusted else ""].add(parse)
        if message.at is not None:
            self._add_day(message.at, parse)
        if parse.sentiment:
            self.emotions[parse.sentiment.emotion] += 1
            self.bins[min(BINS - 1, int((score + 1) / 2 * BINS))] += 1
            _keep(self._best, Quoted(score, quoted, parse.sentiment.emotion))
            _keep(self._worst, Quoted(-score, quoted, parse.sentiment.emotion))
        for flag in parse.flags:
            self.flags[flag.category] += 1
            _keep(self.flagged, Quoted(flag.score, quoted, flag.category), MOST_FLAGGED)
        self._draw(quoted, score)

    def add_all(self, pairs: Iterable[tuple[Feedback, Parse]]) -> None:
        """Counts messages."""
        for message, parse in pairs:
            self.add(message, parse)

    def best(self) -> list[Quoted]:
        """Returns the messages that sound best, the best first."""
        return [quoted for quoted in sorted(self._best, reverse=True) if quoted.score > 0]

    def worst(self) -> list[Quoted]:
        """Returns the messages that sound worst, the worst first, with their sentiment."""
        return [Quoted(-q.score, q.text, q.label) for q in sorted(self._worst, reverse=True) if q.score > 0]

    def _add_day(self, at: datetime, parse: Parse) -> None:
        day = at.date().isoformat()
        if day in self.by_day or len(self.by_day) < _MOST_PERIODS:
            self.by_day[day].add(parse)

    def _draw(self, text: str, score: float) -> None:
        """Keeps an even sample of what has gone by (algorithm R)."""
        if len(self.sample) < SAMPLE:
            self.sample.append((text, score))
        elif (place := self._random.randrange(self.mood.n)) < SAMPLE:
            self.sample[place] = text, score


def _keep(heap: list[Quoted], quoted: Quoted, most: int = EXAMPLES) -> None:
    """Keeps the highest, each text once."""
    if any(kept.text == quoted.text for kept in heap):
        return
    if len(heap) < most:
        heapq.heappush(heap, quoted)
    elif quoted > heap[0]:
        heapq.heapreplace(heap, quoted)


def periods(by_day: dict[str, Mood]) -> list[tuple[str, Mood]]:
    """Returns days, or weeks or months where there are many days, in order."""
    days = sorted(by_day)
    if not days:
        return []
    span = (date.fromisoformat(days[-1]) - date.fromisoformat(days[0])).days
    merged: dict[str, Mood] = {}
    for day in days:
        on = date.fromisoformat(day)
        week, month = (on - timedelta(days=on.weekday())).isoformat(), day[:7]
        name = day if span <= _DAYS else week if span <= _WEEKS * 7 else month
        mood = merged.setdefault(name, Mood())
        found = by_day[day]
        mood.n, mood.total, mood.n_flagged = mood.n + found.n, mood.total + found.total, mood.n_flagged + found.n_flagged
        mood.labels += found.labels
    return list(merged.items())


_DAYS, _WEEKS = 31, 31
"""As many days are shown as days, and as many weeks as weeks; more than that as months."""
