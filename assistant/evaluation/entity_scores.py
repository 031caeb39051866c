"""Scores entities strictly, whatever words they were tagged on: both sides are laid on one grid of words and given to seqeval."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.nlu.tags import TagScheme
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
    if not scheme.kinds:
        return Score(0.0, 0.0, 0.0, 0), {}
    grids = [_grid(text, [*right, *ours]) for text, right, ours in zip(texts, gold, found, strict=True)]
    kept = [row for row, grid in enumerate(grids) if grid]
    tagged = [[_labels(scheme, grids[row], side[row]) for row in kept] for side in (gold, found)]
    report = classification_report(*tagged, mode="strict", scheme=IOB2, output_dict=True, zero_division=0)
    by_type = {kind: _score(report[kind]) for kind in scheme.kinds if kind in report}
    return _score(report["micro avg"]), by_type


def _grid(text: str, entities: Sequence[Entity]) -> list[Span]:
    """Returns the words of the text, cut again at every border of an entity."""
    cuts = {place for entity in entities for place in (entity.start, entity.end)}
    grid: list[Span] = []
    for start, end in split_words(text):
        places = [start, *sorted(cut for cut in cuts if start < cut < end), end]
        grid += itertools.pairwise(places)
    return grid


def _labels(scheme: TagScheme, grid: list[Span], entities: Sequence[Entity]) -> list[str]:
    return [scheme.labels[tag] for tag in scheme.encode(grid, entities)]


def _score(row: Mapping[str, float]) -> Score:
    return Score(float(row["precision"]), float(row["recall"]), float(row["f1-score"]), int(row["support"]))
