"""What is known of a question and an entry: how near their vectors are, and how well the entry's words cover the question's."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from assistant.faq.folding import words
from assistant.faq.passages import plain, texts_of
from assistant.faq.vocabulary import Vocabulary, stem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.faq.entry import FaqEntry

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"
Vectors: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"
"""Normalised sentence vectors. Shape: (text, dimension)."""

FEATURES = ("nearest", "centre", "passage", "words")
"""The columns of a feature table: the cosine of the nearest question of the entry, of the centre of all its questions, of the
nearest passage of its answer, and bm25 as a share of the most that the question could have."""

_SATURATION, _LENGTH_SHARE = 1.2, 0.75
"""The usual k1 and b of bm25. Source: Robertson and Zaragoza 2009, section 3.5."""


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
    """A question of an entry, by position, that counts as not there while the FAQ is measured on itself."""

    entry: int
    text: int


class Features:
    """Compares questions with entries, which are named by their position.

    Args:
        entries: the entries.
        vectors: those of each entry's texts, in the order of ``texts_of``.
    """

    def __init__(self, entries: Sequence[FaqEntry], vectors: Sequence[Vectors]) -> None:
        self.vocabulary = Vocabulary(texts_of(entry) for entry in entries)
        counts = [len(entry.questions) for entry in entries]
        self.questions = np.concatenate([made[:n] for made, n in zip(vectors, counts, strict=True)])
        self.starts = _starts(counts)
        self._sums = np.add.reduceat(self.questions, self.starts)
        self._norms = np.linalg.norm(self._sums, axis=1)
        # An answer of which nothing is left without its marks is stood in for by the entry's question.
        answers = [made[n:] if len(made) > n else made[:1] for made, n in zip(vectors, counts, strict=True)]
        self._answers = np.concatenate(answers)
        self._answer_starts = _starts([len(made) for made in answers])
        self._of_question = [[Counter(map(stem, words(text))) for text in entry.questions] for entry in entries]
        self._of_entry = [
            sum(of_questions, Counter(map(stem, words(plain(entry.answer)))))
            for entry, of_questions in zip(entries, self._of_question, strict=True)
        ]
        lengths = np.array([counted.total() for counted in self._of_entry], dtype=np.float64)
        relative = lengths / max(float(lengths.mean()), 1.0)
        self._damping: list[float] = (_SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * relative)).tolist()

    def cosines(self, query: Query, hidden: Hidden | None = None) -> Floats:
        """Returns the first three features of all entries. Shape: (entry, 3) float64."""
        rows = self.questions @ query.vector
        sums = self._sums @ query.vector
        norms = self._norms.copy()
        if hidden:
            row = self.starts[hidden.entry] + hidden.text
            rest = self._sums[hidden.entry] - self.questions[row]
            sums[hidden.entry], norms[hidden.entry] = rest @ query.vector, np.linalg.norm(rest)
            rows[row] = -1.0
        nearest = np.maximum.reduceat(rows, self.starts)
        passage = np.maximum.reduceat(self._answers @ query.vector, self._answer_starts)
        return np.stack([nearest, sums / np.maximum(norms, 1e-9), passage], axis=1).astype(np.float64)

    def table(self, query: Query, cosines: Floats, candidates: Sequence[int], hidden: Hidden | None = None) -> Floats:
        """Returns the features of each candidate. Shape: (candidate, feature) float64."""
        # A question that says less than one rare word does is never quite covered: "yes" stands in many answers.
        most = max(sum(query.stems.values()), 1.0)
        shares = [self._bm25(query.stems, entry, hidden) / most for entry in candidates]
        return np.column_stack([cosines[list(candidates)], shares])

    def nearest_question(self, query: Query, entry: int) -> int:
        """Returns which question of the entry is nearest: 0 is its question, then come the alternatives."""
        start = self.starts[entry]
        return int(np.argmax(self.questions[start : start + len(self._of_question[entry])] @ query.vector))

    def _bm25(self, stems: dict[str, float], entry: int, hidden: Hidden | None) -> float:
        counts = self._of_entry[entry]
        if hidden and hidden.entry == entry:
            counts = counts - self._of_question[entry][hidden.text]
        total, damping = 0.0, self._damping[entry]
        for root, weight in stems.items():
            count = counts.get(root, 0)
            if count:
                total += weight * count / (count + damping)
        return total


def _starts(counts: Sequence[int]) -> np.ndarray[Any, np.dtype[np.intp]]:
    return np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.intp)
