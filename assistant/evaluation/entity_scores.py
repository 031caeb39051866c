"""Scores entities strictly, whatever words they were tagged on: both sides are laid on one grid of words and given to seqeval."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.nlu.tags import OUTSIDE, TagScheme, format_kind
from assistant.nlu.words import split_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.messages import Entity
    from assistant.nlu.words import Span


@dataclass(frozen=True, slots=True)
class Score:
    """How well one class is found.

    Attributes:
        precision: share of finds that are right.
        recall: share of what is there that was found.
        f1: their harmonic mean.
        support: how often it is there.
    """

    precision: float
    recall: float
    f1: float
    support: int


NOTHING = Score(0.0, 0.0, 0.0, 0)
"""Where there is nothing to find, and nothing was found."""


def score_entities(
    texts: Sequence[str], gold: Sequence[Sequence[Entity]], found: Sequence[Sequence[Entity]]
) -> tuple[Score, dict[str, Score]]:
    """Returns the score over all entities, and by type with role and group.

    An entity is found when its type, role, group, start and end are all right.

    Args:
        texts: the examples.
        gold: the right entities of each.
        found: the entities that were found in each.
    """
    from seqeval.metrics import classification_report
    from seqeval.scheme import IOB2

    scheme = TagScheme.of(entity for side in (gold, found) for entities in side for entity in entities)
    laid = [
        (_grid(text, [*right, *ours]), layer)
        for text, right, ours in zip(texts, gold, found, strict=True)
        for layer in _layers(right, ours)
    ]
    laid = [(grid, layer) for grid, layer in laid if grid]
    if not scheme.kinds or not laid:
        return NOTHING, {}
    tagged = [[_labels(scheme, grid, layer[side]) for grid, layer in laid] for side in (0, 1)]
    report = classification_report(*tagged, mode="strict", scheme=IOB2, output_dict=True, zero_division=0)
    by_type = {kind: _score(report[_name(index)]) for index, kind in enumerate(scheme.kinds) if _name(index) in report}
    return _score(report["micro avg"]), by_type


def score_extractors(texts: Sequence[str], gold: Sequence[Sequence[Entity]], found: Sequence[Sequence[Entity]]) -> dict[str, Score]:
    """Returns the score of what each extractor found, by its name; arguments as for `score_entities`.

    Its recall is its share of all entities that are there: extractors complete one another, and the recalls add up.
    """
    names = sorted({entity.extractor for entities in found for entity in entities if entity.extractor})
    return {name: score_entities(texts, gold, [by_extractor(entities, name) for entities in found])[0] for name in names}


def by_extractor(entities: Sequence[Entity], name: str) -> list[Entity]:
    """Returns the entities that the extractor of this name found."""
    return [entity for entity in entities if entity.extractor == name]


def _layers(gold: Sequence[Entity], found: Sequence[Entity]) -> list[tuple[Sequence[Entity], Sequence[Entity]]]:
    """Returns both sides of an example in parts in which no words have two entities: by kind, where some overlap."""
    if not any(_overlap(side) for side in (gold, found)):
        return [(gold, found)]
    kinds = dict.fromkeys(_kind(entity) for entity in (*gold, *found))
    return [([e for e in gold if _kind(e) == kind], [e for e in found if _kind(e) == kind]) for kind in kinds]


def _overlap(entities: Sequence[Entity]) -> bool:
    ordered = sorted(entities, key=lambda entity: entity.start)
    return any(after.start < before.end for before, after in itertools.pairwise(ordered))


def _kind(entity: Entity) -> str:
    return format_kind(entity.entity, entity.role, entity.group)


def _grid(text: str, entities: Sequence[Entity]) -> list[Span]:
    """Returns the words of the text, cut again at every border of an entity."""
    cuts = {place for entity in entities for place in (entity.start, entity.end)}
    grid: list[Span] = []
    for start, end in split_words(text):
        places = [start, *sorted(cut for cut in cuts if start < cut < end), end]
        grid += itertools.pairwise(places)
    return grid


def _labels(scheme: TagScheme, grid: list[Span], entities: Sequence[Entity]) -> list[str]:
    # An entity may be called "micro avg" or "-": the library sees numbers.
    tags = scheme.encode(grid, entities)
    return ["O" if tag == OUTSIDE else f"{'BI'[(tag - 1) % 2]}-{_name((tag - 1) // 2)}" for tag in tags]


def _name(kind: int) -> str:
    return f"kind{kind}"


def _score(row: Mapping[str, float]) -> Score:
    return Score(float(row["precision"]), float(row["recall"]), float(row["f1-score"]), int(row["support"]))
