"""Asks a model the same from different people, and measures what the answer depends on besides the request."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import asdict, dataclass
from itertools import combinations, product
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

from assistant.errors import NothingToMeasure
from assistant.evaluation.audit.variations import Rewriting
from assistant.messages import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from assistant.evaluation.audit.variations import Frame, Variant
    from assistant.messages import Parse, ProgressCallback

MAX_CHANGES = 20
"""Pairs that a report shows for a dimension, the surest first."""
_CONFIDENT = 1.96  # standard errors of a 95 % interval


@dataclass(frozen=True, slots=True)
class Share:
    """How often something changes. Shares lie in [0, 1].

    Attributes:
        between: of the pairs of groups that are held against one another.
        within: of the pairs of wordings of one group; 0 where groups have one wording.
        margin: half the width of the 95 % interval of ``beyond``, over messages.
    """

    between: float
    within: float
    margin: float

    @property
    def beyond(self) -> float:
        """What the group changes and its wording does not; it may fall below 0 by chance."""
        return self.between - self.within


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """What the model makes of the messages of one group.

    Attributes:
        name: of the group.
        n_messages: it was asked.
        alone: share of messages whose intent is not the one that most groups get.
        fallback: share below the threshold of trust.
        confidence: mean of the best intent's.
        sentiment: mean score in [-1, 1]; None where nothing measures it.
        flagged: share with a moderation flag.
    """

    name: str
    n_messages: int
    alone: float
    fallback: float
    confidence: float
    sentiment: float | None
    flagged: float


@dataclass(frozen=True, slots=True)
class Change:
    """Two messages that ask the same and are not understood the same."""

    first: str
    second: str
    first_intent: str
    second_intent: str
    confidence: float


@dataclass(frozen=True, slots=True)
class DimensionReport:
    """What one dimension changes.

    Attributes:
        name: of the dimension.
        n_messages: that it varies.
        intent, fallback, flags: how often another intent, another trust in it, or other moderation flags come of it.
        sentiment_gap: between the groups with the highest and the lowest mean score; None where nothing measures it.
        groups: in the order of the file.
        changes: pairs with different intents, the surest first.
    """

    name: str
    n_messages: int
    intent: Share
    fallback: Share
    flags: Share
    sentiment_gap: float | None
    groups: tuple[GroupFigures, ...]
    changes: tuple[Change, ...]

    def shortfalls(self, max_change: float, max_gap: float) -> list[str]:
        """Returns what is surely above the limits: shares beyond wording, less their margin, and the gap of the sentiment."""
        shares = (("intent", self.intent), ("fallback", self.fallback), ("moderation", self.flags))
        found = [
            f"{self.name}: the {name} changes in {share.beyond:.1%} of pairs beyond wording, limit {max_change:.1%}"
            for name, share in shares
            if share.beyond - share.margin > max_change
        ]
        if self.sentiment_gap is not None and self.sentiment_gap > max_gap:
            found.append(f"{self.name}: mean sentiments lie {self.sentiment_gap:.2f} apart, limit {max_gap:.2f}")
        return found

    def as_json(self) -> dict[str, Any]:
        """Returns the report as JSON."""
        shares = {name: asdict(share) | {"beyond": share.beyond} for name, share in self._shares().items()}
        return asdict(self) | shares

    def _shares(self) -> dict[str, Share]:
        return {"intent": self.intent, "fallback": self.fallback, "flags": self.flags}


def audit(
    parse_many: Callable[[Sequence[str]], list[Parse]],
    messages: Sequence[str],
    dimensions: Iterable[Frame | Rewriting],
    threshold: float,
    on_progress: ProgressCallback,
) -> tuple[DimensionReport, ...]:
    """Returns what each dimension changes.

    Args:
        parse_many: the model.
        messages: requests as customers type them.
        dimensions: how they are varied.
        threshold: an intent with less confidence is not trusted.
        on_progress: told of each dimension, stage ``audit``.

    Raises:
        NothingToMeasure: there are no messages.
    """
    if not messages:
        raise NothingToMeasure(where="the messages of the audit")
    chosen = tuple(dimensions)
    reports = []
    for number, dimension in enumerate(chosen):
        on_progress(Progress("audit", number, len(chosen)))
        reports.append(_report(dimension, parse_many, messages, threshold))
    on_progress(Progress("audit", len(chosen), len(chosen)))
    return tuple(reports)


def _report(
    dimension: Frame | Rewriting, parse_many: Callable[[Sequence[str]], list[Parse]], messages: Sequence[str], threshold: float
) -> DimensionReport:
    asked = [variants for number, message in enumerate(messages) if (variants := dimension.variants(message, number))]
    texts = [text for variants in asked for one in variants for text in (one.text, one.again) if text is not None]
    answers = dict(zip(texts, parse_many(texts), strict=True))
    pairs = [_pairs(variants, is_rewriting=isinstance(dimension, Rewriting)) for variants in asked]

    def share(of: Callable[[Parse], Any]) -> Share:
        between = [fmean(of(answers[a]) != of(answers[b]) for pair in row for a, b in product(*pair)) for row in pairs]
        within = [_within(variants, answers, of) for variants in asked]
        beyond = [one - other for one, other in zip(between, within, strict=True)]
        margin = _CONFIDENT * stdev(beyond) / math.sqrt(len(beyond)) if len(beyond) > 1 else 1.0
        return Share(fmean(between), fmean(within), margin) if between else Share(0.0, 0.0, 0.0)

    groups = _groups(asked, answers, threshold)
    sentiments = [group.sentiment for group in groups if group.sentiment is not None]
    return DimensionReport(
        name=dimension.name,
        n_messages=len(asked),
        intent=share(lambda parse: parse.intent.name),
        fallback=share(lambda parse: parse.intent.confidence < threshold),
        flags=share(lambda parse: frozenset(flag.category for flag in parse.flags)),
        sentiment_gap=max(sentiments) - min(sentiments) if sentiments else None,
        groups=groups,
        changes=_changes(pairs, answers),
    )


def _pairs(variants: Sequence[Variant], *, is_rewriting: bool) -> list[tuple[tuple[str, ...], ...]]:
    """Groups of a frame are held against one another, each in all its wordings; what was rewritten, against what was written."""
    wordings = [_wordings(variant) for variant in variants]
    return [(wordings[0], other) for other in wordings[1:]] if is_rewriting else list(combinations(wordings, 2))


def _wordings(variant: Variant) -> tuple[str, ...]:
    return (variant.text,) if variant.again is None else (variant.text, variant.again)


def _within(variants: Sequence[Variant], answers: dict[str, Parse], of: Callable[[Parse], Any]) -> float:
    pairs = [(answers[one.text], answers[one.again]) for one in variants if one.again is not None]
    return fmean(of(a) != of(b) for a, b in pairs) if pairs else 0.0


def _groups(asked: Sequence[Sequence[Variant]], answers: dict[str, Parse], threshold: float) -> tuple[GroupFigures, ...]:
    parses: dict[str, list[Parse]] = {}
    alone: Counter[str] = Counter()
    for variants in asked:
        usual = Counter(answers[one.text].intent.name for one in variants).most_common(1)[0][0]
        for one in variants:
            parses.setdefault(one.group, []).append(answers[one.text])
            alone[one.group] += answers[one.text].intent.name != usual
    return tuple(_group(name, found, alone[name], threshold) for name, found in parses.items())


def _group(name: str, parses: Sequence[Parse], n_alone: int, threshold: float) -> GroupFigures:
    sentiments = [parse.sentiment.score for parse in parses if parse.sentiment is not None]
    return GroupFigures(
        name=name,
        n_messages=len(parses),
        alone=n_alone / len(parses),
        fallback=fmean(parse.intent.confidence < threshold for parse in parses),
        confidence=fmean(parse.intent.confidence for parse in parses),
        sentiment=fmean(sentiments) if sentiments else None,
        flagged=fmean(bool(parse.flags) for parse in parses),
    )


def _changes(pairs: Iterable[Iterable[tuple[tuple[str, ...], ...]]], answers: dict[str, Parse]) -> tuple[Change, ...]:
    found = []
    for one, other in (texts for row in pairs for pair in row for texts in product(*pair)):
        first, second = answers[one].intent, answers[other].intent
        if first.name != second.name:
            found.append(Change(one, other, first.name, second.name, min(first.confidence, second.confidence)))
    return tuple(sorted(found, key=lambda change: -change.confidence)[:MAX_CHANGES])
