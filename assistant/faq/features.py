"""What is known of a question and an entry: how near their vectors are, which words they share, how the next best entry does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from assistant.faq.calibration import FEATURES, Floats
from assistant.faq.folding import words
from assistant.faq.passages import plain, texts_of
from assistant.faq.vocabulary import Vocabulary, stem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.faq.entry import FaqEntry

Vectors: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"
"""Normalised sentence vectors. Shape: (text, dimension)."""

_MAX_BACKGROUND_ROWS = 400


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it is compared.

    Attributes:
        vector: its sentence vector. Shape: (dimension,).
        stems: the stems of its words, each with how much it counts.
    """

    vector: Vectors
    stems: dict[str, float]


@dataclass(frozen=True, slots=True)
class Hidden:
    """What counts as not there while the FAQ is measured on itself: one text of an entry, or the whole entry (text is None)."""

    entry: int
    text: int | None = None


class Features:
    """Compares questions with entries, which are named by their position.

    Args:
        entries: the entries.
        vectors: those of each entry's texts, in the order of ``texts_of``.
    """

    def __init__(self, entries: Sequence[FaqEntry], vectors: Sequence[Vectors]) -> None:
        self.vocabulary = Vocabulary(texts_of(entry) for entry in entries)
        self._question_stems = [[frozenset(map(stem, words(text))) for text in entry.questions] for entry in entries]
        self._answer_stems = [frozenset(map(stem, words(plain(entry.answer)))) for entry in entries]
        n_questions = [len(entry.questions) for entry in entries]
        self.questions = np.concatenate([made[:n] for made, n in zip(vectors, n_questions, strict=True)])
        self.starts = np.concatenate([[0], np.cumsum(n_questions)[:-1]]).astype(np.intp)
        answers = [made[n:] if len(made) > n else made[:1] for made, n in zip(vectors, n_questions, strict=True)]
        self._answers = np.concatenate(answers)
        self._answer_starts = np.concatenate([[0], np.cumsum([len(made) for made in answers])[:-1]]).astype(np.intp)
        self._level, self._answer_level = self._background()

    def cosines(self, query: Query, hidden: Hidden | None = None) -> Floats:
        """Returns the likeness of the nearest question of each entry: 0 is that of unrelated texts, 1 that of equal ones.

        Shape: (entry,) float64.
        """
        rows = self.questions @ query.vector
        if hidden and hidden.text is not None:
            rows[self.starts[hidden.entry] + hidden.text] = -1.0
        best = np.maximum.reduceat(rows, self.starts)
        if hidden and hidden.text is None:
            best[hidden.entry] = -1.0
        return _lifted(best, self._level)

    def table(self, query: Query, cosines: Floats, candidates: Sequence[int], hidden: Hidden | None = None) -> Floats:
        """Returns the features of each candidate. Shape: (candidate, feature) float64."""
        left_out = {hidden.entry: hidden.text} if hidden and hidden.text is not None else {}
        norm = _norm(query.stems, self.vocabulary)
        mass = sum(query.stems.values()) or 1.0
        overlaps = np.array([self._overlap(query.stems, norm, entry, left_out.get(entry)) for entry in candidates])
        known = np.array([self._coverage(query.stems, entry, left_out.get(entry)) for entry in candidates]) / mass
        answers = self._answers @ query.vector
        answer_cosines = _lifted(np.maximum.reduceat(answers, self._answer_starts)[list(candidates)], self._answer_level)
        unknown = 1.0 - known.max(initial=0.0)
        near = cosines[list(candidates)]
        result = np.empty((len(candidates), len(FEATURES)))
        columns = (near, _margins(near), answer_cosines, overlaps, _margins(overlaps), known, unknown, 1.0)
        for position, column in enumerate(columns):
            result[:, position] = column
        return result

    def nearest_text(self, query: Query, entry: int) -> int:
        """Returns which question of the entry is nearest: 0 is its question, then come the alternatives."""
        start = self.starts[entry]
        return int(np.argmax(self.questions[start : start + len(self._question_stems[entry])] @ query.vector))

    def _overlap(self, stems: dict[str, float], norm: float, entry: int, left_out: int | None) -> float:
        """Returns the likeness in words of the entry's nearest question, in [0, 1]: a cosine weighted by what each word says."""
        best = 0.0
        for position, of_text in enumerate(self._question_stems[entry]):
            shared = [root for root in stems if root in of_text]
            if shared and position != left_out:
                product = sum(stems[root] * self.vocabulary.weight(root) for root in shared)
                best = max(best, product / (norm * _norm(dict.fromkeys(of_text, 1.0), self.vocabulary)))
        return min(best, 1.0)

    def _coverage(self, stems: dict[str, float], entry: int, left_out: int | None) -> float:
        there = self._answer_stems[entry].union(
            *(of_text for position, of_text in enumerate(self._question_stems[entry]) if position != left_out)
        )
        return sum(weight for root, weight in stems.items() if root in there)

    def _background(self) -> tuple[float, float]:
        """Returns how near unrelated texts are on average, question to question and question to answer."""
        step = max(1, len(self.questions) // _MAX_BACKGROUND_ROWS)
        sample = self.questions[::step]
        owner = np.searchsorted(self.starts, np.arange(0, len(self.questions), step), side="right") - 1
        answer_owner = np.searchsorted(self._answer_starts, np.arange(len(self._answers)), side="right") - 1
        answer_step = max(1, len(self._answers) // _MAX_BACKGROUND_ROWS)
        return (
            _mean_apart(sample @ sample.T, owner, owner),
            _mean_apart(sample @ self._answers[::answer_step].T, owner, answer_owner[::answer_step]),
        )


def _mean_apart(cosines: Vectors, rows: Any, columns: Any) -> float:
    apart = rows[:, None] != columns[None, :]
    return float(cosines[apart].mean()) if apart.any() else 0.3


def _lifted(cosines: Any, level: float) -> Floats:
    return np.asarray(np.clip((cosines.astype(np.float64) - level) / max(1.0 - level, 1e-3), -0.5, 1.0))


def _margins(values: Floats) -> Floats:
    """Returns by how much each value is above the best of the others; the value itself where there are no others."""
    if len(values) < 2:  # noqa: PLR2004 (one candidate has no rival)
        return values.copy()
    second, first = np.partition(values, -2)[-2:]
    return np.asarray(np.where(values == first, values - second, values - first))


def _norm(stems: dict[str, float], vocabulary: Vocabulary) -> float:
    return float(sum(vocabulary.weight(root) ** 2 for root in stems)) ** 0.5 or 1.0
