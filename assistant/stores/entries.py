"""FAQ entries: every save is a version, nobody overwrites another's work, and each change moves the FAQ's revision on."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from assistant.errors import DuplicateEntry, StaleEntry, UnknownEntry, UnknownFollowUp, UnknownVersion
from assistant.faq.entry import FaqEntry, checked, slug
from assistant.stores import entry_vectors, fulltext, marks, passage_vectors
from assistant.stores.entry_rows import entry_from_body, entry_of, put_row, today
from assistant.stores.entry_values import EntryChanges, EntryVersion, KeptCalibration, VectorHit
from assistant.stores.tables import CalibrationRow, EntryRow, EntryVersionRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from assistant.faq.entry import Status
    from assistant.messages import ProgressCallback
    from assistant.stores.database import Database
    from assistant.stores.entry_import import ImportChange, ImportMode, ImportReport
    from assistant.stores.entry_vectors import Vectors
    from assistant.stores.fulltext import TextHit


_PAGE = 500  # entries in memory at a time


class EntryStore:
    """Keeps the FAQ's entries. Any number of processes may use one database at once."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def _write(self) -> AbstractContextManager[Session]:
        """Returns a write transaction; no two that change the FAQ run at once."""
        return self.database.write(lock=marks.FAQ_REVISION)

    def list(self, status: Status | None = None, text: str | None = None) -> tuple[FaqEntry, ...]:
        """Returns entries: those that fit the text best first, or all by category and question.

        Args:
            status: only those of this status; None: all but archived ones.
            text: words, or beginnings of words, that question, alternatives or answer must have; None or blank: no matter.

        Raises:
            DatabaseUnavailable: the database cannot be read now.
        """
        with self.database.read() as session:
            entries = tuple(entry_of(row) for row in session.scalars(_wanted(status)))
            if not text or not text.strip():
                return entries
            hits = fulltext.search(session, text, "all")
        found = {entry.id: entry for entry in entries}
        return tuple(found[hit.entry_id] for hit in hits if hit.entry_id in found)

    def each(self, status: Status | None = None) -> Iterator[FaqEntry]:
        """Yields the entries that ``list`` returns, as they all are at one moment, with some of them in memory at a time."""
        with self.database.read() as session:
            for row in session.scalars(_wanted(status).execution_options(yield_per=_PAGE)):
                yield entry_of(row)
                session.expunge(row)

    def get(self, entry_id: str) -> FaqEntry:
        """Returns the entry.

        Raises:
            UnknownEntry: there is none of this id.
        """
        with self.database.read() as session:
            return entry_of(_row(session, entry_id))

    def add(self, entry: FaqEntry, author: str = "", reason: str = "") -> FaqEntry:
        """Adds an entry and returns it as it was saved: its version is 1, and it has an id.

        Raises:
            BadEntry: it does not hold together.
            DuplicateEntry: an entry of its id is there already.
            UnknownFollowUp: it names a follow-up that is not there.
        """
        entry = checked(entry)
        with self._write() as session:
            wanted = entry.id or slug(entry.question)
            taken = set(session.scalars(select(EntryRow.id).where(EntryRow.id.startswith(wanted, autoescape=True))))
            if entry.id in taken:
                raise DuplicateEntry(entry_id=entry.id)
            named = replace(entry, id=entry.id or slug(entry.question, taken))
            _check_follow_ups(session, named)
            return put_row(session, EntryRow(key=_next_key(session)), _next_version(named, 0, author), reason)

    def save(self, entry: FaqEntry, expected_version: int, author: str = "", reason: str = "") -> FaqEntry:
        """Saves a changed entry as its next version and returns it as it was saved.

        Args:
            entry: with its changes.
            expected_version: the version that was opened for editing.
            author: who saves it.
            reason: why; may be empty.

        Raises:
            BadEntry: it does not hold together.
            UnknownEntry: there is none of its id.
            StaleEntry: someone else saved it in the meantime; nothing was changed, and the error holds both texts.
            UnknownFollowUp: it names a follow-up that is not there.
        """
        entry = checked(entry)
        with self._write() as session:
            row = _row(session, entry.id)
            if row.version != expected_version:
                raise StaleEntry(rejected=entry, expected=expected_version, current=entry_of(row))
            if entry.follow_ups != tuple(row.follow_ups):
                _check_follow_ups(session, entry)
            return put_row(session, row, _next_version(entry, row.version, author), reason)

    def delete(self, entry_id: str, author: str = "", reason: str = "") -> FaqEntry:
        """Archives the entry: it answers no more, and its history is kept.

        Raises:
            UnknownEntry: there is none of this id.
        """
        with self._write() as session:
            row = _row(session, entry_id)
            archived = replace(entry_of(row), status="archived")
            return put_row(session, row, _next_version(archived, row.version, author), reason)

    def history(self, entry_id: str) -> tuple[EntryVersion, ...]:
        """Returns all versions of the entry, the newest first.

        Raises:
            UnknownEntry: there is none of this id.
        """
        with self.database.read() as session:
            key = _row(session, entry_id).key
            saved = select(EntryVersionRow).where(EntryVersionRow.entry_key == key).order_by(EntryVersionRow.version.desc())
            return tuple(EntryVersion(entry_from_body(row.body), row.reason) for row in session.scalars(saved))

    def version(self, entry_id: str, version: int) -> FaqEntry:
        """Returns the entry as it was in one of its versions.

        Raises:
            UnknownEntry: there is none of this id.
            UnknownVersion: it has no such version.
        """
        with self.database.read() as session:
            return _saved(session, _row(session, entry_id), version)

    def roll_back(self, entry_id: str, version: int, expected_version: int, author: str = "", reason: str = "") -> FaqEntry:
        """Saves what an older version said as the next version, and returns it; nothing of the history goes.

        Args:
            entry_id: the entry.
            version: the one to return to.
            expected_version: the version that is there now, as the caller saw it.
            author: who does this.
            reason: why; empty: which version it returns to.

        Raises:
            UnknownEntry, UnknownVersion: there is none.
            StaleEntry: someone else saved it in the meantime; nothing was changed.
        """
        with self._write() as session:
            row = _row(session, entry_id)
            wanted = _saved(session, row, version)
            if row.version != expected_version:
                raise StaleEntry(rejected=wanted, expected=expected_version, current=entry_of(row))
            return put_row(session, row, _next_version(wanted, row.version, author), reason or f"back to version {version}")

    def import_entries(
        self,
        entries: Iterable[FaqEntry],
        mode: ImportMode = "merge",
        author: str = "",
        reason: str = "import",
        progress: ProgressCallback | None = None,
        *,
        n_entries: int = 0,
        tell: Callable[[ImportChange], None] | None = None,
        is_dry_run: bool = False,
    ) -> ImportReport:
        """Takes entries over, all of them or none; see ``assistant.stores.entry_import``. A dry run only says what it would do."""
        from assistant.stores.entry_import import import_entries

        with self._write() as session:
            report = import_entries(
                session, entries, mode, author=author, reason=reason, progress=progress, n_entries=n_entries, tell=tell
            )
            if is_dry_run:
                session.rollback()
            return report

    def all_published(self) -> tuple[FaqEntry, ...]:
        """Returns all entries that may answer."""
        return self.list(status="published")

    def revision(self) -> int:
        """Returns a number that grows with every change of any entry by any process."""
        return self.database.mark(marks.FAQ_REVISION)

    def changes_since(self, revision: int) -> EntryChanges:
        """Returns the entries that changed after the given revision; 0 gives all."""
        with self.database.read() as session:
            now = marks.get(session, marks.FAQ_REVISION)
            if now == revision:
                return EntryChanges(now, ())
            changed = session.scalars(select(EntryRow).where(EntryRow.revision > revision).order_by(EntryRow.key))
            return EntryChanges(now, tuple(entry_of(row) for row in changed))

    def search_text(self, question: str, limit: int) -> Sequence[TextHit]:
        """Returns entries that may answer today and share a word with the question, best first; never raises for any text."""
        with self.database.read() as session:
            return fulltext.search(session, question, "any", limit, live_on=today())

    def load_vectors(self, fingerprint: str, entry_ids: Sequence[str] | None = None) -> dict[str, tuple[int, Vectors]]:
        """Returns the vectors that the encoder made: for each entry the version that they were made of, and the vectors."""
        with self.database.read() as session:
            return entry_vectors.load(session, fingerprint, entry_ids)

    def count_without_vectors(self, fingerprint: str) -> int:
        """Returns how many published entries have no vectors of their newest version that this encoder made."""
        with self.database.read() as session:
            return session.scalar(entry_vectors.missing(func.count(), fingerprint)) or 0

    def without_vectors(self, fingerprint: str, limit: int) -> tuple[FaqEntry, ...]:
        """Returns published entries that have no vectors of their newest version that this encoder made."""
        wanted = entry_vectors.missing(EntryRow, fingerprint).order_by(EntryRow.key).limit(limit)
        with self.database.read() as session:
            return tuple(entry_of(row) for row in session.scalars(wanted))

    def search_vectors(self, fingerprint: str, vector: Vectors, limit: int) -> tuple[VectorHit, ...] | None:
        """Returns the texts of entries that may answer today whose vectors are nearest to a question's, the nearest first.

        Args:
            fingerprint: names the encoder.
            vector: normalised. Shape: (dimension,) float32.
            limit: at most so many.

        Returns:
            What an approximate index within the database finds; None where it has none, and memory is to be searched.
        """
        with self.database.read() as session:
            found = passage_vectors.search(session, fingerprint, vector, limit, today())
        return None if found is None else tuple(VectorHit(*hit) for hit in found)

    def load_calibration(self, fingerprint: str) -> KeptCalibration | None:
        """Returns the calibration kept for an encoder; None when there is none."""
        with self.database.read() as session:
            row = session.get(CalibrationRow, fingerprint)
            return None if row is None else KeptCalibration(row.revision, dict(row.body))

    def save_calibration(self, fingerprint: str, revision: int, body: Mapping[str, Any]) -> None:
        """Keeps the calibration that was fitted for an encoder at a revision of the FAQ, in place of an older one."""
        with self._write() as session:
            session.merge(CalibrationRow(fingerprint=fingerprint, revision=revision, body=dict(body)))

    def save_vectors(self, fingerprint: str, vectors: Mapping[str, tuple[int, Vectors]]) -> None:
        """Keeps sentence vectors for the next start: for each entry the version they were made of, and the vectors."""
        with self._write() as session:
            entry_vectors.save(session, fingerprint, vectors)


def _wanted(status: Status | None) -> Select[EntryRow]:
    wanted = select(EntryRow).order_by(EntryRow.category, EntryRow.question, EntryRow.id)
    return wanted.where(EntryRow.status == status) if status else wanted.where(EntryRow.status != "archived")


def _next_key(session: Session) -> int:
    """Returns a key that no entry has; imports choose keys in the same way, so no sequence of the database may choose others."""
    return (session.scalar(select(func.max(EntryRow.key))) or 0) + 1


def _saved(session: Session, row: EntryRow, version: int) -> FaqEntry:
    kept = session.get(EntryVersionRow, (row.key, version))
    if kept is None:
        raise UnknownVersion(entry_id=row.id, version=version, newest=row.version)
    return entry_from_body(kept.body)


def _check_follow_ups(session: Session, entry: FaqEntry) -> None:
    if not entry.follow_ups:
        return
    known = set(session.scalars(select(EntryRow.id).where(EntryRow.id.in_(entry.follow_ups))))
    for wanted in entry.follow_ups:
        if wanted not in known:
            raise UnknownFollowUp(entry_id=entry.id, follow_up=wanted, known=session.scalars(select(EntryRow.id)))


def _next_version(entry: FaqEntry, version: int, author: str) -> FaqEntry:
    return replace(entry, version=version + 1, author=author, updated_at=time.time())


def _row(session: Session, entry_id: str) -> EntryRow:
    row = session.scalar(select(EntryRow).where(EntryRow.id == entry_id))
    if row is None:
        raise UnknownEntry(entry_id=entry_id, known=session.scalars(select(EntryRow.id)))
    return row
