"""Finds the passages of documents that may answer a question, by words and by meaning together."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from assistant.faq.folding import fold
from assistant.faq.vector_index import VectorIndex
from assistant.faq.vocabulary import stem
from assistant.knowledge.sentences import sentences
from assistant.knowledge.wording import FUNCTION_WORDS, content_stems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.knowledge.document import Document, Passage

Vectors: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"

WORDS_WEIGHT = 1.0
"""How much the share of a question's words that a passage has counts beside the cosine of its nearest sentence."""

LARGE = 20_000
"""From so many sentences on, signs are compared before vectors are."""

_N_NEAR = 200
_SATURATION, _LENGTH_SHARE = 1.2, 0.75


@dataclass(frozen=True, slots=True)
class Place:
    """A passage found.

    Attributes:
        document: of which document.
        passage: which one.
        cosine: of its nearest sentence or heading with the question.
        words: how much of what the question's words say it has, in [0, 1).
        lead: how far the two together are ahead of the best other passage; below 0 for all but the best, 0 for the only one.
    """

    document: Document
    passage: Passage
    cosine: float
    words: float
    lead: float

    @property
    def text(self) -> str:
        """The passage's text."""
        return self.document.text[self.passage.start : self.passage.end]


def texts_of(document: Document) -> tuple[str, ...]:
    """Returns the texts of a document whose vectors are kept: of each passage its nearest heading, then its sentences."""
    return tuple(text for passage in document.passages for text in _texts(document, passage))


def _texts(document: Document, passage: Passage) -> list[str]:
    text = document.text[passage.start : passage.end]
    heading = passage.headings[-1] if passage.headings else document.title
    return [heading, *(text[start:end] for start, end in sentences(text))]


class PassageSearch:
    """Searches the passages of some documents.

    Args:
        documents: those that may answer.
        vectors: of each document's texts, in the order of `texts_of`. Shape: (text, dimension), rows of length one.
    """

    def __init__(self, documents: Sequence[Document], vectors: Sequence[Vectors]) -> None:
        self._places = [(document, passage) for document in documents for passage in document.passages]
        counts = [len(_texts(document, passage)) for document, passage in self._places]
        self._owners = np.repeat(np.arange(len(self._places)), counts)
        self._vectors = np.concatenate(vectors) if self._places else np.empty((0, 0), dtype=np.float32)
        self._index = VectorIndex.of(self._vectors) if len(self._vectors) > LARGE else None
        self._postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        lengths = []
        for number, (document, passage) in enumerate(self._places):
            stems = _stems(document, passage)
            lengths.append(sum(stems.values()))
            for root, count in stems.items():
                self._postings[root].append((number, count))
        mean = max(float(np.mean(lengths)), 1.0) if lengths else 1.0
        self._damping = [_SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * length / mean) for length in lengths]

    def __len__(self) -> int:
        return len(self._places)

    def find(self, question: str, vector: Vectors, limit: int) -> list[Place]:
        """Returns the passages that fit a question, the best first.

        Args:
            question: as asked.
            vector: of the question, of length one.
            limit: at most so many.
        """
        if not self._places:
            return []
        cosines, shares = self._cosines(vector), self._shares(question)
        scores = cosines + WORDS_WEIGHT * shares
        best = np.argsort(-scores, kind="stable")
        others = [
            scores[best[1 if rank == 0 else 0]] if len(best) > 1 else scores[number] for rank, number in enumerate(best[:limit])
        ]
        found = []
        for number, other in zip(best.tolist(), others, strict=False):
            document, passage = self._places[number]
            lead = float(scores[number] - other)
            found.append(Place(document, passage, float(cosines[number]), float(shares[number]), lead))
        return found

    def _cosines(self, vector: Vectors) -> Any:
        """Returns the cosine of each passage's nearest text. Shape: (passage,)."""
        nearest = np.full(len(self._places), -1.0)
        if self._index is None:
            np.maximum.at(nearest, self._owners, self._vectors @ vector)
        else:
            rows, cosines = self._index.nearest(vector, _N_NEAR)
            np.maximum.at(nearest, self._owners[rows], cosines)
        return nearest

    def _shares(self, question: str) -> Any:
        """Returns bm25 of each passage, as a share of the most that the question could have. Shape: (passage,)."""
        total = np.zeros(len(self._places))
        most = 0.0
        for root in content_stems(question):
            postings = self._postings.get(root, ())
            weight = math.log(1 + (len(self._places) - len(postings) + 0.5) / (len(postings) + 0.5))
            most += weight
            for number, count in postings:
                total[number] += weight * count / (count + self._damping[number])
        return total / max(most, 1.0)


def _stems(document: Document, passage: Passage) -> Counter[str]:
    """Returns the stems of a passage's words, and of the headings that it stands under, which say what it is about."""
    around = " ".join((document.title, *passage.headings))
    text = f"{around} {document.text[passage.start : passage.end]}"
    return Counter(stem(word) for word in fold(text).split() if word not in FUNCTION_WORDS)
