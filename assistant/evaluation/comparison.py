"""Holds two models against one another, utterance by utterance: what got better, what got worse, and is it more than chance."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import comb
from typing import TYPE_CHECKING, Any

from assistant.evaluation.labels import one_line
from assistant.evaluation.measured import entity_keys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.evaluation.measured import Measured
    from assistant.messages import Parse
    from assistant.nlu.training_data import Example

MAX_SHOWN = 15


@dataclass(frozen=True, slots=True)
class Reading:
    """What one model made of an utterance.

    Attributes:
        intent: found; confidence: of it.
        entities: found, as ``(type, start, end)``, the type with role and group.
    """

    intent: str
    confidence: float
    entities: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """An utterance that one of the two models understands, and the other does not.

    Attributes:
        text: the utterance; place: where it stands.
        intent: the right one.
        entities: the right ones, as ``(type, start, end)``.
        before, after: what the first and the second model made of it.
    """

    text: str
    place: str
    intent: str
    entities: tuple[tuple[str, int, int], ...]
    before: Reading
    after: Reading


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changes when the second model takes the place of the first. Right means intent and entities all right.

    Attributes:
        n_both_right, n_both_wrong: utterances where nothing changes.
        better: wrong before, right after; the surest first.
        worse: right before, wrong after; the surest first.
        p_value: how likely so unequal a split of better and worse is if the models are equally good (exact sign test); 1.0 when
            nothing changed.
    """

    n_both_right: int
    n_both_wrong: int
    better: tuple[Change, ...]
    worse: tuple[Change, ...]
    p_value: float

    def as_json(self) -> dict[str, Any]:
        """Returns the comparison as JSON."""
        return asdict(self)

    def as_text(self) -> str:
        """Returns the comparison for people."""
        lines = [*_listed("better", self.better), *_listed("worse", self.worse)]
        n_better, n_worse = len(self.better), len(self.worse)
        chance = "more than chance" if self.p_value < 0.05 else "may be chance"  # noqa: PLR2004 (the usual level)
        same = f"{self.n_both_right} right and {self.n_both_wrong} wrong with both"
        return "\n".join([*lines, f"{n_better} better, {n_worse} worse, {same}; {chance} (p = {self.p_value:.3g})"])


def compare(before: Measured, after: Measured) -> Comparison:
    """Returns what changes from one model to the other.

    Args:
        before: what the first model understood.
        after: what the second one understood of the same examples; those that only one of them was measured on are left out.
    """
    second = dict(zip(((e.place, e.text) for e in after.examples), after.parses, strict=True))
    pairs = [
        (example, parse, second[example.place, example.text])
        for example, parse in zip(before.examples, before.parses, strict=True)
        if (example.place, example.text) in second
    ]
    changes = [(_is_right(e, a), _is_right(e, b), e, a, b) for e, a, b in pairs]
    better = [_change(e, a, b) for was, now, e, a, b in changes if now and not was]
    worse = [_change(e, a, b) for was, now, e, a, b in changes if was and not now]
    return Comparison(
        n_both_right=sum(was and now for was, now, *_ in changes),
        n_both_wrong=sum(not was and not now for was, now, *_ in changes),
        better=tuple(sorted(better, key=lambda change: (-change.after.confidence, change.text))),
        worse=tuple(sorted(worse, key=lambda change: (-change.after.confidence, change.text))),
        p_value=_sign_test(len(better), len(worse)),
    )


def _is_right(example: Example, parse: Parse) -> bool:
    return example.intent == parse.intent.name and entity_keys(example.entities) == entity_keys(parse.entities)


def _change(example: Example, before: Parse, after: Parse) -> Change:
    gold = entity_keys(example.entities)
    return Change(example.text, str(example.place), example.intent, gold, _reading(before), _reading(after))


def _reading(parse: Parse) -> Reading:
    return Reading(parse.intent.name, parse.intent.confidence, entity_keys(parse.entities))


def _sign_test(n_better: int, n_worse: int) -> float:
    if not n_better + n_worse:
        return 1.0
    n = n_better + n_worse
    return min(1.0, 2 * sum(comb(n, k) for k in range(min(n_better, n_worse) + 1)) / (1 << n))


def _listed(title: str, changes: Sequence[Change]) -> list[str]:
    if not changes:
        return []
    more = [f"    and {len(changes) - MAX_SHOWN} more"] if len(changes) > MAX_SHOWN else []
    return [f"  {title}", *(_line(change) for change in changes[:MAX_SHOWN]), *more, ""]


def _line(change: Change) -> str:
    before, after = change.before, change.after
    if before.intent == after.intent:
        gone = [key for key in before.entities if key not in after.entities]
        come = [key for key in after.entities if key not in before.entities]
        what = f"entities {_named(gone, change.text)} -> {_named(come, change.text)}"
    else:
        what = f"{one_line(before.intent, 40)} {before.confidence:.2f} -> {one_line(after.intent, 40)} {after.confidence:.2f}"
    return f'    "{one_line(change.text)}": {what} ({change.place})'


def _named(entities: Sequence[tuple[str, int, int]], text: str) -> str:
    return ", ".join(f"{one_line(kind, 40)} {one_line(text[start:end], 40)!r}" for kind, start, end in entities) or "none"
