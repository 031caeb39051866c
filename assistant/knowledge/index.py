"""The documents as they are now, searched and read for each question: what any process adds is found in the next message."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np

from assistant.knowledge.search import PassageSearch, texts_of
from assistant.messages import DocumentMatch, DocumentResult, Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from assistant.knowledge.document import Document
    from assistant.knowledge.reader import Found, Reader
    from assistant.knowledge.search import Place, Vectors
    from assistant.messages import ProgressCallback

Encode: TypeAlias = "Callable[[Sequence[str]], np.ndarray[Any, np.dtype[np.float32]]]"
"""Turns texts into normalised sentence vectors. Shape: (text, dimension) float32."""

N_READ = 1
"""Passages that are read for a question; each takes some twenty-five milliseconds."""

_BATCH = 256


class DocumentSource(Protocol):
    """Where documents are kept; ``assistant.stores.documents.DocumentStore`` is one."""

    def revision(self) -> int:
        """Returns a number that grows with every change."""

    def list(self) -> tuple[Document, ...]:
        """Returns all documents."""

    def load_vectors(self, fingerprint: str) -> Mapping[str, tuple[str, Vectors]]:
        """Returns the vectors that this encoder made: for each document the digest that they were made of, and the vectors."""

    def save_vectors(self, fingerprint: str, vectors: Mapping[str, tuple[str, Vectors]]) -> None:
        """Keeps vectors."""


class DocumentIndex:
    """Answers from the documents of a store. Threads may share one.

    Args:
        store: where the documents are kept.
        encode: makes sentence vectors.
        fingerprint: names the encoder; vectors kept under another one are computed again.
        open_reader: loads what reads answers out of passages; called with the first question that is asked of a document.
        threshold: the score from which a document answers; None: the one that the reader was calibrated for.
    """

    def __init__(
        self,
        store: DocumentSource,
        encode: Encode,
        fingerprint: str,
        open_reader: Callable[[], Reader],
        threshold: float | None = None,
    ) -> None:
        self._store = store
        self._encode = encode
        self._fingerprint = fingerprint
        self._open_reader = open_reader
        self._threshold = threshold
        self._reader: Reader | None = None
        self._revision = -1
        self._search = PassageSearch((), ())
        self._lock = threading.Lock()

    def ask(self, question: str, n_read: int = N_READ) -> DocumentResult:
        """Returns what the documents answer to a question, best first; never raises for what the question holds.

        Args:
            question: as asked.
            n_read: so many passages are read.

        Raises:
            DatabaseUnavailable: the database cannot be read now.
            MissingError: the reader's files are missing or damaged.
        """
        search = self.refreshed()
        if not len(search) or not question.strip():
            return DocumentResult((), 1.0)
        vector = np.asarray(self._encode([question]), dtype=np.float32)[0]
        places = search.find(question, vector, n_read)
        reader = self._opened()
        found = reader.read(question, [place.text for place in places])
        matches = [
            _match(place, one, reader.weights.probability(place.cosine, place.words, place.lead))
            for place, one in zip(places, found, strict=True)
            if one is not None
        ]
        ranked = sorted(matches, key=lambda match: -match.score)
        return DocumentResult(tuple(ranked), reader.threshold if self._threshold is None else self._threshold)

    def refreshed(self, progress: ProgressCallback | None = None) -> PassageSearch:
        """Returns the search over the documents as they are now; vectors that are missing are made and kept.

        Args:
            progress: told how many documents have their vectors.

        Raises:
            DatabaseUnavailable: the database cannot be read now.
        """
        with self._lock:
            revision = self._store.revision()
            if revision != self._revision:
                documents = self._store.list()
                vectors = self._vectors(documents, progress)
                self._search = PassageSearch(documents, [vectors[document.id] for document in documents])
                self._revision = revision
            return self._search

    def _opened(self) -> Reader:
        with self._lock:
            if self._reader is None:
                self._reader = self._open_reader()
            return self._reader

    def _vectors(self, documents: Sequence[Document], progress: ProgressCallback | None) -> dict[str, Vectors]:
        kept = self._store.load_vectors(self._fingerprint)
        found: dict[str, Vectors] = {}
        for number, document in enumerate(documents, 1):
            texts = texts_of(document)
            digest, vectors = kept.get(document.id, ("", None))
            # Another release may have cut the document otherwise: then there are more or fewer vectors than texts.
            if vectors is None or digest != document.digest or len(vectors) != len(texts):
                vectors = self._made(texts)
                self._store.save_vectors(self._fingerprint, {document.id: (document.digest, vectors)})
            found[document.id] = vectors
            if progress:
                progress(Progress("vectors", number, len(documents)))
        return found

    def _made(self, texts: Sequence[str]) -> Vectors:
        made = [np.asarray(self._encode(texts[first : first + _BATCH]), dtype=np.float32) for first in range(0, len(texts), _BATCH)]
        return np.concatenate(made)


def _match(place: Place, found: Found, score: float) -> DocumentMatch:
    start, end = found.sentence
    span = (max(found.span[0] - start, 0), min(found.span[1], end) - start)
    text = place.text
    return DocumentMatch(
        document_id=place.document.id,
        place=place.document.place(place.passage),
        sentence=text[start:end],
        span=span,
        start=place.passage.start + start,
        passage=text,
        score=score,
    )
