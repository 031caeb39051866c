"""The FAQ as it is now: a retriever that follows the store, so that an edit by any process is found in the next message."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

from assistant.faq.retriever import THRESHOLD, Retriever, encoded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.faq.calibration import Calibration
    from assistant.faq.entry import FaqEntry
    from assistant.faq.features import Vectors
    from assistant.faq.retriever import Encode, TextHit
    from assistant.messages import FaqResult

REFIT_SHARE = 0.1
"""The calibration is fitted again once this share of the entries changed."""


class Changes(Protocol):
    """What changed since a revision: the revision now, and the entries that changed, as they are now."""

    @property
    def revision(self) -> int:
        """The revision now."""

    @property
    def entries(self) -> tuple[FaqEntry, ...]:
        """The entries that changed, of any status."""


class EntrySource(Protocol):
    """Where entries are kept; ``assistant.stores.entries.EntryStore`` is one."""

    def revision(self) -> int:
        """Returns a number that grows with every change."""

    def changes_since(self, revision: int) -> Changes:
        """Returns what changed after a revision; 0 gives all."""

    def search_text(self, question: str, limit: int) -> Sequence[TextHit]:
        """Returns published entries that share words with the question, best first."""

    def load_vectors(self, fingerprint: str, entry_ids: Sequence[str] | None = None) -> Mapping[str, Vectors]:
        """Returns the vectors that this encoder made of the entries' current versions."""

    def save_vectors(self, fingerprint: str, vectors: Mapping[str, tuple[int, Vectors]]) -> None:
        """Keeps vectors: for each entry the version that they were made of, and the vectors."""


class FaqIndex:
    """Answers from the published entries of a store, always as they are now. Threads may share one.

    Args:
        store: where the entries are kept.
        encode: makes sentence vectors.
        fingerprint: names the encoder; vectors kept under another one are computed again.
        threshold: the score from which an entry answers, unless it has its own.
    """

    def __init__(self, store: EntrySource, encode: Encode, fingerprint: str, threshold: float = THRESHOLD) -> None:
        self._store = store
        self._encode = encode
        self._fingerprint = fingerprint
        self._threshold = threshold
        self._revision = 0
        self._entries: dict[str, FaqEntry] = {}
        self._vectors: dict[str, Vectors] = {}
        self._n_changed = 0
        self._retriever = Retriever((), encode, threshold=threshold)
        self._lock = threading.Lock()

    def search(self, question: str, limit: int = 5) -> FaqResult:
        """Returns the entries that may answer the question, best first; see ``Retriever.search``.

        Raises:
            DatabaseUnavailable: the database cannot be read now.
        """
        return self.refreshed().search(question, limit)

    def refreshed(self) -> Retriever:
        """Returns the retriever of the entries as they are now; one number is read when nothing changed since the last call."""
        with self._lock:
            if self._store.revision() != self._revision:
                self._take(self._store.changes_since(self._revision))
            return self._retriever

    def _take(self, changes: Changes) -> None:
        for entry in changes.entries:
            self._entries.pop(entry.id, None)
            self._vectors.pop(entry.id, None)
            if entry.status == "published":
                self._entries[entry.id] = entry
        self._vectors |= self._made([entry for entry in self._entries.values() if entry.id not in self._vectors])
        self._n_changed += len(changes.entries)
        self._retriever = self._rebuilt()
        self._revision = changes.revision

    def _made(self, entries: Sequence[FaqEntry]) -> dict[str, Vectors]:
        """Returns the vectors of entries, computing and keeping what the store does not have."""
        if not entries:
            return {}
        kept = dict(self._store.load_vectors(self._fingerprint))
        missing = [entry for entry in entries if entry.id not in kept]
        made = dict(zip((entry.id for entry in missing), encoded(missing, self._encode), strict=True))
        if made:
            self._store.save_vectors(self._fingerprint, {entry.id: (entry.version, made[entry.id]) for entry in missing})
        return {entry.id: made[entry.id] if entry.id in made else kept[entry.id] for entry in entries}

    def _rebuilt(self) -> Retriever:
        calibration: Calibration | None = None
        if self._n_changed <= REFIT_SHARE * len(self._entries):
            calibration = self._retriever.calibration
        else:
            self._n_changed = 0
        entries = list(self._entries.values())
        vectors = [self._vectors[entry.id] for entry in entries]
        return Retriever(entries, self._encode, self._store.search_text, self._threshold, vectors=vectors, calibration=calibration)
