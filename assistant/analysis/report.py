"""What the analysis of a file found, as a program reads it and as a person does."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from assistant.analysis.tally import periods
from assistant.evaluation.labels import fitted
from assistant.evaluation.text_pictures import bar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from assistant.analysis.tally import Mood, Quoted, Tally
    from assistant.analysis.topics import Topic

LABELS = ("negative", "neutral", "positive")
_NAME = 24
_MOST_INTENTS = 15
_QUOTED = 100
_NO_INTENT = "(none)"
_RISING = " ▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was found in a file of feedback.

    Attributes:
        tally: what was counted.
        topics: what the messages are about, the largest first; empty where they are too few.
        n_sampled: messages that the topics were found among.
    """

    tally: Tally
    topics: Sequence[Topic]
    n_sampled: int

    def as_json(self) -> dict[str, Any]:
        """Returns all of it as JSON for programs."""
        tally = self.tally
        return {
            "messages": tally.mood.n,
            "sentiment": _mood(tally.mood) | {"histogram": list(tally.bins)},
            "emotions": dict(tally.emotions.most_common()),
            "flags": dict(tally.flags.most_common()),
            "intents": [{"intent": name or None, **_mood(mood)} for name, mood in by_size(tally.by_intent) if name],
            "without_intent": tally.mood.n - tally.n_trusted,
            "topics": [asdict(topic) | {"words": list(topic.words), "examples": list(topic.examples)} for topic in self.topics],
            "topics_of": self.n_sampled,
            "over_time": [{"from": name, **_mood(mood)} for name, mood in periods(tally.by_day)],
            "best": [_quoted(quoted) for quoted in tally.best()],
            "worst": [_quoted(quoted) for quoted in tally.worst()],
            "flagged": [_quoted(quoted) for quoted in sorted(tally.flagged, reverse=True)],
        }

    def as_text(self, width: int) -> str:
        """Returns the report for a terminal of so many characters a line."""
        return "\n".join(_lines(self, min(max(width, 60), 120)))


def by_size(moods: Mapping[str, Mood]) -> list[tuple[str, Mood]]:
    """Returns what was counted by name, the largest first."""
    return sorted(moods.items(), key=lambda pair: (-pair[1].n, pair[0]))


def _mood(mood: Mood) -> dict[str, Any]:
    labels = {label: mood.labels[label] for label in LABELS}
    return {"n": mood.n, "mean_sentiment": round(mood.mean, 4), **labels, "flagged": mood.n_flagged}


def _quoted(quoted: Quoted) -> dict[str, Any]:
    return {"score": quoted.score, "label": quoted.label, "text": quoted.text}


def _lines(analysis: Analysis, width: int) -> Iterator[str]:
    tally = analysis.tally
    room = width - _NAME - 22
    yield f"{tally.mood.n:,} messages, mean sentiment {tally.mood.mean:+.2f}, {tally.mood.n_flagged:,} flagged"
    yield from _section("Sentiment", [(label, tally.mood.labels[label]) for label in LABELS], tally.mood.n, room)
    yield from _histogram(tally.bins, width)
    yield from _section("Emotions", tally.emotions.most_common(), tally.mood.n, room)
    yield from _over_time(periods(tally.by_day), room)
    yield from _topics(analysis, width)
    yield from _intents(tally, room)
    yield from _section("Moderation flags", tally.flags.most_common(), tally.mood.n, room)
    for title, quoted in (("Best", tally.best()), ("Worst", tally.worst())):
        if quoted:
            yield ""
            yield title
            yield from (f"  {q.score:+.2f} {q.label:<9} {fitted(q.text, width - 20).rstrip()}" for q in quoted)


def _section(title: str, counts: Sequence[tuple[str, int]], total: int, room: int) -> Iterator[str]:
    if not any(n for _, n in counts):
        return
    yield ""
    yield title
    for name, n in counts:
        share = n / max(total, 1)
        yield f"  {fitted(name, _NAME)} {n:>8,} {share:>6.1%}  {bar(share, room)}"


def _histogram(bins: Sequence[int], width: int) -> Iterator[str]:
    most = max(bins, default=0)
    if most and width:
        drawn = "".join(_RISING[-(-n * 8 // most)] * 4 for n in bins)
        yield f"  from -1 {drawn} to +1"


def _over_time(moods: Sequence[tuple[str, Mood]], room: int) -> Iterator[str]:
    if len(moods) < 2:  # noqa: PLR2004 (one point is no course)
        return
    yield ""
    yield "Over time: messages, mean sentiment from -1 to +1"
    half = max(4, (room - 8) // 2)
    for name, mood in moods:
        left = bar(max(0.0, -mood.mean), half)
        right = bar(max(0.0, mood.mean), half)
        yield f"  {name:<10} {mood.n:>8,} {mood.mean:+.2f}  {'█' * len(left):>{half}}│{right}"


def _topics(analysis: Analysis, width: int) -> Iterator[str]:
    if not analysis.topics:
        return
    yield ""
    among = "" if analysis.n_sampled == analysis.tally.mood.n else f", in a sample of {analysis.n_sampled:,}"
    yield f"Topics{among}"
    for topic in analysis.topics:
        yield f"  {topic.share:>6.1%} {topic.sentiment:+.2f}  {', '.join(topic.words) or '(no words of its own)'}"
        yield from (f"      {fitted(example, min(width - 8, _QUOTED)).rstrip()}" for example in topic.examples[:1])


def _intents(tally: Tally, room: int) -> Iterator[str]:
    named = [(name or _NO_INTENT, mood) for name, mood in by_size(tally.by_intent)]
    if not named:
        return
    yield ""
    yield "Intents, with their mean sentiment"
    for name, mood in named[:_MOST_INTENTS]:
        share = mood.n / tally.mood.n
        yield f"  {fitted(name, _NAME)} {mood.n:>8,} {share:>6.1%} {mood.mean:+.2f}  {bar(share, room - 6)}"
    if len(named) > _MOST_INTENTS:
        yield f"  and {len(named) - _MOST_INTENTS} more"
