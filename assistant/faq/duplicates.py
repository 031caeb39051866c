"""Finds entries that answer the same question, and among them those whose answers contradict one another.

Entries about one subject are near to one another, and that alone makes no duplicate: "where can I buy a gift card" and "can I cash
a gift card in" are nearer than two ways to ask for one of them. What tells a duplicate is that its questions are as near to the
other entry as to the rest of their own, and that the answers have something in common; where an entry has too few questions to say
so, that questions and answers are both alike. Equal questions make a duplicate in any case.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from assistant.faq.contradictions import contradiction
from assistant.faq.folding import fold
from assistant.messages import Progress

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from assistant.faq.entry import FaqEntry
    from assistant.faq.grouped import Vectors
    from assistant.messages import ProgressCallback

Kind: TypeAlias = Literal["duplicate", "contradiction"]

MARGIN, ANSWERS = 0.02, 0.05
"""Both between unrelated (0) and equal (1): how much nearer the questions of two entries are to one another than to their own, and
how much their answers have in common at least."""

QUESTIONS, SAME_ANSWERS = 0.15, 0.65
"""Where an entry has one question: how alike the nearest questions, and the answers, must be."""

LEAST_NEAR, N_NEAR = 0.1, 10
"""Of each entry so many others are looked at, those whose questions are nearest on the whole, if they are so near."""

_BLOCK = 1024


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two entries that answer the same question.

    Attributes:
        kind: whether their answers go together or contradict one another.
        entry_id, other_id: the entries, the one that is first by id first.
        question, other_question: those of their questions that are most alike.
        likeness: of these questions; 0 for unrelated, 1 for equal.
        why: what their answers contradict one another in; empty for a duplicate.
    """

    kind: Kind
    entry_id: str
    other_id: str
    question: str
    other_question: str
    likeness: float
    why: str = ""


@dataclass(frozen=True, slots=True)
class Described:
    """An entry with the vectors of its questions and of its answer's passages. Shape: (text, dimension)."""

    entry: FaqEntry
    questions: Vectors
    answers: Vectors


def likenesses(
    entries: Sequence[Described],
    equal: Iterable[Collection[int]],
    unrelated: float,
    only: str | None = None,
    progress: ProgressCallback | None = None,
) -> tuple[Likeness, ...]:
    """Returns pairs of entries that answer the same question: contradictions first, then the most alike first.

    Args:
        entries: the entries.
        equal: groups of them, by position, that have an equal question.
        unrelated: the cosine that unrelated texts rarely come above; an encoder's own.
        only: the id of an entry; only pairs with it are looked for. None: all pairs.
        progress: told of each block of entries.
    """
    wanted = [place for place, known in enumerate(entries) if only is None or known.entry.id == only]
    pairs = {pair for group in equal for pair in combinations(sorted(group), 2) if not set(wanted).isdisjoint(pair)}
    centres = _centres(entries)
    for start in range(0, len(wanted), _BLOCK):
        rows = np.array(wanted[start : start + _BLOCK])
        pairs |= {(min(row, other), max(row, other)) for row, other in _near(centres, rows, unrelated)}
        if progress is not None:
            progress(Progress("compare", min(start + _BLOCK, len(wanted)), len(wanted)))
    return _ranked(_likeness(entries[one], entries[two], unrelated) for one, two in sorted(pairs))


def _ranked(found: Iterable[Likeness | None]) -> tuple[Likeness, ...]:
    alike = [pair for pair in found if pair is not None]
    return tuple(sorted(alike, key=lambda pair: (pair.kind != "contradiction", -pair.likeness, pair.entry_id, pair.other_id)))


def _likeness(one: Described, two: Described, unrelated: float) -> Likeness | None:
    """Returns how two entries answer the same question; None where they do not."""
    first, second = sorted((one, two), key=lambda known: known.entry.id)
    cosines = first.questions @ second.questions.T
    row, column = np.unravel_index(int(np.argmax(cosines)), cosines.shape)
    question, other_question = first.entry.questions[row], second.entry.questions[column]
    nearest = _lifted(float(cosines[row, column]), unrelated)
    is_equal = not {fold(text) for text in first.entry.questions}.isdisjoint(map(fold, second.entry.questions))
    answers = _lifted(_crosswise(first.answers @ second.answers.T), unrelated)
    is_same_answer = nearest >= QUESTIONS and answers >= SAME_ANSWERS
    if not (is_equal or is_same_answer or (answers >= ANSWERS and _margin(first, second, cosines) >= MARGIN * (1.0 - unrelated))):
        return None
    why = contradiction(first.entry.answer, second.entry.answer)
    kind: Kind = "contradiction" if why else "duplicate"
    return Likeness(kind, first.entry.id, second.entry.id, question, other_question, round(min(nearest, 1.0), 4), why)


def _margin(one: Described, two: Described, cosines: Any) -> float:
    """Returns how much nearer the questions of two entries are to the other's than to their own; -1 where an entry has only one."""
    if min(cosines.shape) == 1:
        return -1.0
    own = [_nearest_of_own(known.questions) for known in (one, two)]
    return _crosswise(cosines) - sum(own) / 2


def _crosswise(cosines: Any) -> float:
    """Returns the mean cosine of the nearest on the other side, of both sides alike."""
    return float(cosines.max(axis=1).mean() + cosines.max(axis=0).mean()) / 2


def _nearest_of_own(vectors: Vectors) -> float:
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1.0)
    return float(cosines.max(axis=1).mean())


def _lifted(cosine: float, unrelated: float) -> float:
    return (cosine - unrelated) / (1.0 - unrelated)


def _centres(entries: Sequence[Described]) -> Vectors:
    sums = np.stack([known.questions.sum(axis=0) for known in entries])
    return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9))


def _near(centres: Vectors, rows: Any, unrelated: float) -> Iterator[tuple[int, int]]:
    """Yields each of some entries with those whose questions are nearest on the whole."""
    cosines = centres[rows] @ centres.T
    cosines[np.arange(len(rows)), rows] = -1.0
    n_near = min(N_NEAR, cosines.shape[1])
    nearest = np.argpartition(-cosines, n_near - 1, axis=1)[:, :n_near]
    is_near = np.take_along_axis(cosines, nearest, axis=1) >= unrelated + LEAST_NEAR * (1.0 - unrelated)
    for place, column in zip(*np.nonzero(is_near), strict=True):
        yield int(rows[place]), int(nearest[place, column])
