"""What is known of a question and an entry: how near their vectors are, and how much of the question's wording the entry has."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from assistant.faq.discriminant import discriminant
from assistant.faq.folding import words
from assistant.faq.grouped import Grouped, Positions, Vectors
from assistant.faq.pieces import PieceWeights, pieces
from assistant.faq.postings import Postings
from assistant.faq.vector_index import VectorIndex
from assistant.faq.vocabulary import Vocabulary, stem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.faq.pieces import Pieces
    from assistant.faq.wording import Wording

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"

FEATURES = ("nearest", "centre", "passage", "words", "pieces", "apart")
"""The columns of a feature table: the cosine of the nearest question of the entry, of the centre of all its questions, of the
nearest passage of its answer; bm25 of words and of runs of letters, each as a share of the most that the question could have; and
what a classifier of the best candidates says, see `assistant.faq.discriminant`."""

N_COSINES = 3
"""The first so many columns are cosines; the others start from nothing."""

N_APART = 12
"""Candidates that the classifier tells apart; those after them count as ruled out by it."""

MAX_EXAMPLES = 12
"""Questions of one entry that the classifier learns from: the nearest ones, so that its time is bounded."""

LARGE = 20_000
"""From so many vectors on, signs are compared before vectors are."""

_N_NEAR, _N_COMPARED = 96, 480
"""Vectors that are looked up in a large FAQ, of so many that are alike by sign; the entries that they belong to are compared."""

_SATURATION, _LENGTH_SHARE = 1.2, 0.75
"""The usual k1 and b of bm25. Source: Robertson and Zaragoza 2009, section 3.5."""

_USUAL = np.array([2.0, 5.0, 4.0, 8.0, 6.0])
"""Usual weights of the features before the last; they choose whom the classifier tells apart."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it is compared.

    Attributes:
        vector: its sentence vector. Shape: (dimension,).
        stems: the stems of its words, each with how much it counts.
        pieces: its runs of letters.
    """

    vector: Vectors
    stems: dict[str, float]
    pieces: Pieces


@dataclass(frozen=True, slots=True)
class Hidden:
    """A question of an entry, by position, that counts as not there while the FAQ is measured on itself."""

    entry: int
    text: int


class Features:
    """Compares questions with entries, which are named by their position.

    Args:
        wordings: of each entry.
        vectors: those of each entry's texts, in the order of ``texts_of``.
        is_word: see ``Vocabulary``.
    """

    def __init__(
        self, wordings: Sequence[Wording], vectors: Sequence[Vectors], is_word: Callable[[str], bool] | None = None
    ) -> None:
        self._wordings = wordings
        self.vocabulary = Vocabulary((known.spelt for known in self._wordings), is_word)
        n_questions = [len(known.folded) for known in self._wordings]
        self.questions = Grouped([made[:n] for made, n in zip(vectors, n_questions, strict=True)])
        # An answer of which nothing is left without its marks is stood in for by the entry's question.
        self._has_answer = np.array([len(made) > n for made, n in zip(vectors, n_questions, strict=True)])
        self.answers = Grouped([made[n:] if len(made) > n else made[:1] for made, n in zip(vectors, n_questions, strict=True)])
        self._sums = self.questions.sums()
        self._norms = np.linalg.norm(self._sums, axis=1)
        self._domain = self._sums.sum(axis=0)
        self._word_damping = _damping([known.n_words for known in self._wordings])
        self._postings = Postings([known.stems for known in self._wordings], self._word_damping)
        self._piece_weights = PieceWeights([known.pieces for known in self._wordings])
        self._piece_damping = np.array(_damping([known.n_pieces for known in self._wordings]))
        self._index: VectorIndex | None = None
        n_asked = len(self.questions.vectors)
        if n_asked + len(self.answers.vectors) > LARGE:
            joined = np.concatenate([self.questions.vectors, self.answers.vectors])
            # Vectors are in memory once: questions, answers and the index look at the same ones.
            self.questions.vectors, self.answers.vectors = joined[:n_asked], joined[n_asked:]
            self._index = VectorIndex.of(joined, halved=False)
            self._owners = np.concatenate([self.questions.owners, self.answers.owners])

    def query(self, question: str, vector: Vectors) -> Query:
        """Returns a question as it is compared."""
        return Query(vector, self.vocabulary.weigh(question), pieces([question])[0])

    def question_vector(self, hidden: Hidden) -> Vectors:
        """Returns the vector of a question of an entry. Shape: (dimension,)."""
        return np.asarray(self.questions.of(hidden.entry)[hidden.text])

    def near(self, query: Query, n_best: int, also: Sequence[int] = ()) -> tuple[list[int], Floats]:
        """Returns the entries whose questions, singly and together, passages and words are the nearest; and their features.

        Args:
            query: the question.
            n_best: so many by each of these.
            also: entries that are to be among them, first.
        """
        words = self._words(query)
        by_words = _highest(words, n_best)
        if self._index is None:
            entries: Positions = np.arange(len(self._wordings))
        else:
            near = self._owners[self._index.nearest(query.vector, _N_NEAR, _N_COMPARED)[0]]
            entries = np.unique(np.concatenate([near, by_words, np.array(also, dtype=np.intp)]))
        cosines = self._cosines(query, entries, None)
        best = [entries[_highest(column, n_best)] for column in cosines.T]
        chosen = list(dict.fromkeys([*also, *np.concatenate([*best, by_words]).tolist()]))
        places = np.searchsorted(entries, chosen)
        return chosen, self._joined(query, entries[places], cosines[places], words[entries[places]], None)

    def domain(self, query: Query, hidden: Hidden | None = None) -> float:
        """Returns how near a question is to what the FAQ is about: the cosine of the centre of all questions."""
        centre = self._domain if hidden is None else self._domain - self.question_vector(hidden)
        return float(centre @ query.vector) / max(float(np.linalg.norm(centre)), 1e-9)

    def table(self, query: Query, candidates: Sequence[int], hidden: Hidden | None = None) -> Floats:
        """Returns the features of each candidate. Shape: (candidate, feature) float64."""
        if not candidates:
            return np.empty((0, len(FEATURES)))
        entries = np.array(candidates, dtype=np.intp)
        words = self._words(query)
        if hidden is not None:
            words[hidden.entry] = self._words_without(query, hidden)
        return self._joined(query, entries, self._cosines(query, entries, hidden), words[entries], hidden)

    def nearest_question(self, query: Query, entry: int) -> int:
        """Returns which question of the entry is nearest: 0 is its question, then come the alternatives."""
        return int(np.argmax(self.questions.of(entry) @ query.vector))

    def nearest_passage(self, query: Query, entry: int) -> int:
        """Returns which passage of the entry's answer is nearest."""
        return int(np.argmax(self.answers.of(entry) @ query.vector))

    def _joined(self, query: Query, entries: Positions, cosines: Floats, words: Floats, hidden: Hidden | None) -> Floats:
        """Returns all features of entries, of which some are there already. Shape: (entry, feature)."""
        known = np.column_stack([cosines, words, self._shared_pieces(query.pieces, entries, hidden)])
        return np.column_stack([known, self._apart(query, entries, known @ _USUAL, hidden)])

    def _words(self, query: Query) -> Floats:
        """Returns how much of a question's words each entry has. Shape: (all entries,)."""
        return np.asarray(self._postings.bm25(query.stems) / _most(query), dtype=np.float64)

    def _words_without(self, query: Query, hidden: Hidden) -> float:
        """Returns the same of an entry without one of its questions."""
        known = self._wordings[hidden.entry]
        gone = Counter(map(stem, words(known.folded[hidden.text])))
        damping = self._word_damping[hidden.entry]
        counts = {root: known.stems.get(root, 0) - gone.get(root, 0) for root in query.stems}
        return sum(query.stems[root] * count / (count + damping) for root, count in counts.items() if count > 0) / _most(query)

    def _cosines(self, query: Query, entries: Positions, hidden: Hidden | None) -> Floats:
        """Returns the first three features of entries. Shape: (entry, 3)."""
        sums, norms, row = self._sums[entries] @ query.vector, self._norms[entries], None
        if hidden is not None:
            row = int(self.questions.starts[hidden.entry]) + hidden.text
            rest, own = self._sums[hidden.entry] - self.questions.vectors[row], entries == hidden.entry
            sums[own], norms[own] = rest @ query.vector, np.linalg.norm(rest)
        nearest = self.questions.nearest(query.vector, entries, row)
        passage = self.answers.nearest(query.vector, entries)
        return np.stack([nearest, sums / np.maximum(norms, 1e-9), passage], axis=1).astype(np.float64)

    def _apart(self, query: Query, entries: Positions, usual: Floats, hidden: Hidden | None) -> Floats:
        """Returns what the classifier of the best candidates says of each candidate."""
        chosen = np.argsort(-usual, kind="stable")[:N_APART]
        rows = self.questions.rows(entries[chosen])
        owners = np.repeat(np.arange(len(chosen)), self.questions.counts[entries[chosen]])
        if hidden is not None:
            is_there = rows != self.questions.starts[hidden.entry] + hidden.text
            rows, owners = rows[is_there], owners[is_there]
        counts = np.bincount(owners, minlength=len(chosen))
        for owner in np.flatnonzero(counts > MAX_EXAMPLES).tolist():
            own = np.flatnonzero(owners == owner)
            far = np.argpartition(-(self.questions.vectors[rows[own]] @ query.vector), MAX_EXAMPLES)[MAX_EXAMPLES:]
            rows, owners = np.delete(rows, own[far]), np.delete(owners, own[far])
        # What an answer says first says again what was asked: one more example.
        told = np.flatnonzero(self._has_answer[entries[chosen]])
        answers = self.answers.vectors[self.answers.starts[entries[chosen[told]]]]
        examples, owners = np.concatenate([self.questions.vectors[rows], answers]), np.concatenate([owners, told])
        result = np.zeros(len(entries))
        if len(examples):
            result[chosen] = discriminant(query.vector, examples, owners, len(chosen))
        return result

    def _shared_pieces(self, asked: Pieces, entries: Positions, hidden: Hidden | None) -> Floats:
        """Returns the bm25 of runs of letters, of all entries at once. Shape: (entry,)."""
        result = np.zeros(len(entries))
        if not len(asked):
            return result
        weights = self._piece_weights.of(asked)
        known = [self._wordings[entry] for entry in entries.tolist()]
        there, counts = np.concatenate([one.pieces for one in known]), np.concatenate([one.piece_counts for one in known])
        owners = np.repeat(np.arange(len(known)), [len(one.pieces) for one in known])
        if hidden is not None and hidden.entry in entries:
            own = int(np.flatnonzero(entries == hidden.entry)[0])
            gone, times = pieces([known[own].folded[hidden.text]])
            first = int(np.searchsorted(owners, own))
            # Every run of a question of the entry is among the entry's own.
            counts[first + np.searchsorted(known[own].pieces, gone)] -= times
        places = np.minimum(np.searchsorted(asked, there), len(asked) - 1)
        found = np.flatnonzero((asked[places] == there) & (counts > 0))
        counts, owners = counts[found], owners[found]
        np.add.at(result, owners, weights[places[found]] * counts / (counts + self._piece_damping[entries[owners]]))
        return np.asarray(result / max(float(weights.sum()), 1.0))


def _most(query: Query) -> float:
    """Returns the bm25 that a question could have at most.

    One that says less than one rare word does is never quite covered: "yes" stands in many answers.
    """
    return max(sum(query.stems.values()), 1.0)


def _highest(values: Floats, n_best: int) -> Positions:
    """Returns the places of the highest values, in no order."""
    n_best = min(n_best, len(values))
    return np.asarray(np.argpartition(-values, n_best - 1)[:n_best])


def _damping(lengths: Sequence[float]) -> list[float]:
    relative = np.array(lengths, dtype=np.float64) / max(float(np.mean(lengths)), 1.0)
    damping: list[float] = (_SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * relative)).tolist()
    return damping
