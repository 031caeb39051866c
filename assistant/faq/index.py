"""The FAQ as it is now: a retriever that follows the store, so that an edit by any process is found in the next message."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from assistant.faq.calibration import Calibration
from assistant.faq.off_topic import OFF_TOPIC
from assistant.faq.passages import texts_of
from assistant.faq.queue import clustered
from assistant.faq.retriever import Retriever, encoded
from assistant.faq.wording import wording

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.faq.duplicates import Likeness
    from assistant.faq.entry import FaqEntry
    from assistant.faq.grouped import Vectors
    from assistant.faq.queue import QuestionCluster, Unanswered
    from assistant.faq.retriever import Encode, IsWord
    from assistant.faq.wording import Wording
    from assistant.messages import FaqResult, ProgressCallback

REFIT_SHARE = 0.1
"""The calibration is fitted again once more than this share of the entries changed."""

MAX_ASKED_KEPT = 20_000
"""Vectors of unanswered questions that are kept."""

MANY = 500
"""From so many entries on, vectors are read for all at once."""


class Changes(Protocol):
    """What changed since a revision: the revision now, and the entries that changed, as they are now."""

    @property
    def revision(self) -> int:
        """The revision now."""

    @property
    def entries(self) -> tuple[FaqEntry, ...]:
        """The entries that changed, of any status."""


class KeptCalibration(Protocol):
    """A calibration as JSON, and the revision that it was fitted to."""

    @property
    def revision(self) -> int:
        """The revision."""

    @property
    def body(self) -> Mapping[str, Any]:
        """The calibration."""


class EntrySource(Protocol):
    """Where entries are kept; ``assistant.stores.entries.EntryStore`` is one."""

    def revision(self) -> int:
        """Returns a number that grows with every change."""

    def changes_since(self, revision: int) -> Changes:
        """Returns what changed after a revision; 0 gives all."""

    def load_vectors(self, fingerprint: str, entry_ids: Sequence[str] | None = None) -> Mapping[str, tuple[int, Vectors]]:
        """Returns the vectors that this encoder made: for each entry the version that they were made of, and the vectors."""

    def load_calibration(self, fingerprint: str) -> KeptCalibration | None:
        """Returns the calibration kept for this encoder; None when there is none."""

    def save_calibration(self, fingerprint: str, revision: int, body: Mapping[str, Any]) -> None:
        """Keeps the calibration that was fitted at a revision."""

    def save_vectors(self, fingerprint: str, vectors: Mapping[str, tuple[int, Vectors]]) -> None:
        """Keeps vectors: for each entry the version that they were made of, and the vectors."""


class FaqIndex:
    """Answers from the published entries of a store, always as they are now. Threads may share one.

    Args:
        store: where the entries are kept.
        encode: makes sentence vectors.
        fingerprint: names the encoder; vectors kept under another one are computed again.
        threshold: the score from which an entry answers, unless it has its own; None: the one that was found to suit the FAQ.
        is_word: see ``Retriever``.
    """

    def __init__(
        self, store: EntrySource, encode: Encode, fingerprint: str, threshold: float | None = None, *, is_word: IsWord | None = None
    ) -> None:
        self._store = store
        self._encode = encode
        self._fingerprint = fingerprint
        self._threshold = threshold
        self._is_word = is_word
        self._revision = 0
        self._day = _today()
        self._entries: dict[str, FaqEntry] = {}
        self._vectors: dict[str, Vectors] = {}
        self._wordings: dict[str, Wording] = {}
        self._asked: dict[str, Vectors] = {}
        self._off_topic: Vectors | None = None
        self._answers: dict[str, str | None] = {}
        self._calibration: Calibration | None = None
        self._n_changed = 0
        self._retriever = self._answering = Retriever((), encode, threshold=threshold)
        self._lock = threading.Lock()

    def search(self, question: str, limit: int = 5) -> FaqResult:
        """Returns the entries that may answer the question, best first; see ``Retriever.search``.

        Raises:
            DatabaseUnavailable: the database cannot be read now.
        """
        return self.refreshed().search(question, limit)

    def exact(self, question: str) -> FaqResult:
        """Returns the entries whose own question it is; see ``Retriever.exact``.

        Raises:
            DatabaseUnavailable: the database cannot be read now.
        """
        return self.refreshed().exact(question)

    def clustered(self, questions: Sequence[Unanswered]) -> tuple[QuestionCluster, ...]:
        """Returns unanswered questions put together by meaning, what was asked most first, and which entry answers them by now.

        Raises:
            DatabaseUnavailable: the database cannot be read now.
        """
        if not questions:
            return ()
        vectors = np.stack([self._encoded_once(question.question) for question in questions])
        retriever = self.refreshed()
        rows = clustered(questions, vectors, retriever.calibration.levels[0])
        return tuple(replace(row, answered_by=self._answers_now(row.question, retriever)) for row in rows)

    def likenesses(self, only: str | None = None, progress: ProgressCallback | None = None) -> tuple[Likeness, ...]:
        """Returns published entries that answer the same question, contradictions first; see ``assistant.faq.duplicates``.

        Args:
            only: the id of an entry; only what is like it. None: all pairs.
            progress: told how far it is.

        Raises:
            DatabaseUnavailable: the database cannot be read now.
        """
        return self.refreshed().likenesses(only, progress)

    def alike(self, entry: FaqEntry) -> tuple[Likeness, ...]:
        """Returns the published entries that answer the same question as an entry that is about to be saved, contradictions first.

        Nothing is like an entry that is not to answer, such as a draft.

        Raises:
            DatabaseUnavailable: the database cannot be read now.
        """
        return self.refreshed().alike(entry) if entry.status == "published" else ()

    def _answers_now(self, question: str, retriever: Retriever) -> str | None:
        """Returns the entry that answers a question by now; it is looked for once after each change of the FAQ."""
        if retriever is not self._answering:
            self._answering, self._answers = retriever, {}
        if question not in self._answers:
            best = retriever.search(question, 1).best
            self._answers[question] = best.entry_id if best else None
        return self._answers[question]

    def _encoded_once(self, question: str) -> Vectors:
        """Returns the vector of a question, kept for the next time the queue is looked at."""
        if question not in self._asked:
            if len(self._asked) >= MAX_ASKED_KEPT:
                self._asked.clear()
            self._asked[question] = np.asarray(self._encode([question]), dtype=np.float32)[0]
        return self._asked[question]

    def refreshed(self) -> Retriever:
        """Returns the retriever of the entries as they are now; one number is read when nothing changed since the last call."""
        with self._lock:
            today = _today()
            if self._store.revision() != self._revision or today != self._day:
                self._day = today  # entries begin and cease to be valid with the day
                self._take(self._store.changes_since(self._revision))
            return self._retriever

    def _take(self, changes: Changes) -> None:
        for entry in changes.entries:
            self._entries.pop(entry.id, None)
            self._vectors.pop(entry.id, None)
            self._wordings.pop(entry.id, None)
            if entry.status == "published":
                self._entries[entry.id] = entry
        self._vectors |= self._made([entry for entry in self._entries.values() if entry.id not in self._vectors])
        self._wordings |= {entry.id: wording(entry) for entry in self._entries.values() if entry.id not in self._wordings}
        self._n_changed += len(changes.entries)
        if self._revision == 0:
            self._recall()
        self._retriever = self._rebuilt(changes.revision)
        self._revision = changes.revision

    def _made(self, entries: Sequence[FaqEntry]) -> dict[str, Vectors]:
        """Returns the vectors of entries, computing and keeping what the store does not have."""
        if not entries:
            return {}
        ids = [entry.id for entry in entries]
        stored = self._store.load_vectors(self._fingerprint, ids if len(ids) < MANY else None)
        # Another release may have cut answers into other passages: then there are more or fewer vectors than texts.
        kept = {
            entry.id: found[1]
            for entry in entries
            if (found := stored.get(entry.id)) and found[0] == entry.version and len(found[1]) == len(texts_of(entry))
        }
        missing = [entry for entry in entries if entry.id not in kept]
        made = dict(zip((entry.id for entry in missing), encoded(missing, self._encode), strict=True))
        if made:
            self._store.save_vectors(self._fingerprint, {entry.id: (entry.version, made[entry.id]) for entry in missing})
        return {entry_id: made[entry_id] if entry_id in made else kept[entry_id] for entry_id in ids}

    def _recall(self) -> None:
        """Takes up the calibration that an earlier start fitted."""
        kept = self._store.load_calibration(self._fingerprint)
        if kept:
            self._calibration = Calibration.from_json(kept.body)
            self._n_changed = len(self._store.changes_since(kept.revision).entries)

    def _rebuilt(self, revision: int) -> Retriever:
        if self._n_changed > REFIT_SHARE * len(self._entries):
            self._calibration = None
        entries = [entry for entry in self._entries.values() if entry.is_live(self._day)]
        if self._calibration is None and entries and self._off_topic is None:
            self._off_topic = np.asarray(self._encode(OFF_TOPIC), dtype=np.float32)
        retriever = Retriever(
            entries,
            self._encode,
            self._threshold,
            vectors=[self._vectors[entry.id] for entry in entries],
            wordings=[self._wordings[entry.id] for entry in entries],
            calibration=self._calibration,
            off_topic=self._off_topic,
            is_word=self._is_word,
        )
        if self._calibration is None and entries:
            self._calibration, self._n_changed = retriever.calibration, 0
            self._store.save_calibration(self._fingerprint, revision, retriever.calibration.as_json())
        return retriever


def _today() -> date:
    return date.today()  # noqa: DTZ011 (the curators' own day)
