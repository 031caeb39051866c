"""Takes many FAQ entries over in one transaction: the whole new state, or the whole old one whatever happens on the way."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from sqlalchemy import insert, select, update

from assistant.errors import DuplicateEntry, UnknownFollowUp
from assistant.faq.entry import checked, slug
from assistant.messages import Progress
from assistant.stores import fulltext, marks
from assistant.stores.entry_rows import body_of, columns_of, entry_of, today
from assistant.stores.tables import EntryRow, EntryVersionRow
from assistant.stores.unanswered import close_answered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sqlalchemy.orm import Session

    from assistant.faq.entry import FaqEntry
    from assistant.messages import ProgressCallback

ImportMode: TypeAlias = Literal["merge", "add", "replace"]
"""``merge`` adds what is new and saves what differs; ``add`` leaves entries that are there alone; ``replace`` is merge, and
archives all that is not among the entries given."""

BATCH = 500


@dataclass(frozen=True, slots=True)
class ImportChange:
    """What an import does to one entry.

    Attributes:
        before: as it was; None when it is new.
        after: as it is then.
    """

    before: FaqEntry | None
    after: FaqEntry


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, in entries.

    Attributes:
        n_added: new ones; n_changed: saved as a next version; n_unchanged: left as they were; n_archived: not among those given.
    """

    n_added: int = 0
    n_changed: int = 0
    n_unchanged: int = 0
    n_archived: int = 0


def import_entries(
    session: Session,
    entries: Iterable[FaqEntry],
    mode: ImportMode,
    *,
    author: str = "",
    reason: str = "import",
    progress: ProgressCallback | None = None,
    n_entries: int = 0,
    tell: Callable[[ImportChange], None] | None = None,
) -> ImportReport:
    """Takes entries over within the session's transaction.

    Args:
        session: of a write transaction.
        entries: may be a generator; memory holds a batch of them at a time, and all ids.
        mode: what happens to entries that are there already; see ImportMode.
        author: who is noted as the author of what changes.
        reason: what is noted as the reason.
        progress: called after each batch; raising Cancelled in it leaves the database as it was.
        n_entries: how many there are, for the progress; 0 when that is not known.
        tell: called for each entry that is added, changed or archived.

    Returns:
        What was done. Entries that say the same as what is there are not saved again: importing an export changes nothing.

    Raises:
        BadEntry: an entry does not hold together.
        DuplicateEntry: two of the entries have one id.
        UnknownFollowUp: an entry names one that is neither among them nor there already.
    """
    batch = _Import(session, mode, author, reason, tell)
    pending = iter(entries)
    while chosen := list(islice(pending, BATCH)):
        batch.take(chosen)
        if progress:
            progress(Progress("import", batch.n_seen, n_entries))
    if mode == "replace":
        batch.archive_others()
    batch.finish()
    return batch.report


class _Import:
    """An import on its way."""

    def __init__(
        self, session: Session, mode: ImportMode, author: str, reason: str, tell: Callable[[ImportChange], None] | None
    ) -> None:
        self.report = ImportReport()
        self._session = session
        self._mode = mode
        self._author = author
        self._reason = reason
        self._tell = tell
        self._now = time.time()
        self._revision = marks.get(session, marks.FAQ_REVISION) + 1
        self._keys = dict(session.execute(select(EntryRow.id, EntryRow.key)).all())
        self._next_key = max(self._keys.values(), default=0) + 1
        self._seen: set[str] = set()
        self._follow_ups: dict[str, str] = {}  # each id that is named, with who names it first

    @property
    def n_seen(self) -> int:
        """How many entries were taken so far."""
        return len(self._seen)

    def take(self, entries: list[FaqEntry]) -> None:
        """Adds or saves one batch."""
        named = [self._named(entry) for entry in entries]
        known = self._stored([self._keys[entry.id] for entry in named if entry.id in self._keys])
        new = [self._saved(entry, 0) for entry in named if entry.id not in self._keys]
        old = [entry for entry in named if entry.id in known]
        differing = [entry for entry in old if known[entry.id].content() != entry.content() and self._mode != "add"]
        changed = [self._saved(entry, known[entry.id].version) for entry in differing]
        for entry in new:
            self._keys[entry.id] = self._next_key
            self._next_key += 1
        self._write(new, changed)
        self._report(new, {})
        self._report(changed, known)
        self._count(n_added=len(new), n_changed=len(changed), n_unchanged=len(old) - len(changed))

    def archive_others(self) -> None:
        """Archives what was not among the entries taken."""
        others = [key for entry_id, key in self._keys.items() if entry_id not in self._seen]
        for first in range(0, len(others), BATCH):
            stored = self._stored(others[first : first + BATCH])
            open_ones = [replace(entry, status="archived") for entry in stored.values() if entry.status != "archived"]
            archived = [self._saved(entry, entry.version) for entry in open_ones]
            self._write([], archived)
            self._report(archived, stored)
            self._count(n_archived=len(open_ones))

    def finish(self) -> None:
        """Moves the FAQ's revision on when anything changed.

        Raises:
            UnknownFollowUp: an entry names one that is neither in the import nor in the FAQ.
        """
        for wanted, entry_id in self._follow_ups.items():
            if wanted not in self._keys:
                raise UnknownFollowUp(entry_id=entry_id, follow_up=wanted, known=self._keys)
        if self.report.n_added or self.report.n_changed or self.report.n_archived:
            marks.add(self._session, marks.FAQ_REVISION, 1)

    def _named(self, entry: FaqEntry) -> FaqEntry:
        entry = checked(entry)
        named = entry if entry.id else replace(entry, id=slug(entry.question, self._seen | self._keys.keys()))
        if named.id in self._seen:
            raise DuplicateEntry(entry_id=named.id, first="this import")
        self._seen.add(named.id)
        for wanted in named.follow_ups:
            self._follow_ups.setdefault(wanted, named.id)
        return named

    def _saved(self, entry: FaqEntry, version: int) -> FaqEntry:
        return replace(entry, version=version + 1, author=self._author or entry.author, updated_at=self._now)

    def _stored(self, keys: list[int]) -> dict[str, FaqEntry]:
        rows = self._session.scalars(select(EntryRow).where(EntryRow.key.in_(keys)))
        stored = {row.id: entry_of(row) for row in rows}
        self._session.expunge_all()
        return stored

    def _write(self, new: list[FaqEntry], changed: list[FaqEntry]) -> None:
        if new:
            self._session.execute(insert(EntryRow), [self._columns(entry) for entry in new])
        if changed:
            self._session.execute(update(EntryRow), [self._columns(entry) for entry in changed])
        if new or changed:
            versions = [
                {"entry_key": self._keys[entry.id], "version": entry.version, "body": body_of(entry), "reason": self._reason}
                for entry in (*new, *changed)
            ]
            self._session.execute(insert(EntryVersionRow), versions)
            fulltext.put(self._session, ((self._keys[entry.id], entry) for entry in (*new, *changed)))
            close_answered(self._session, (*new, *changed), today())

    def _columns(self, entry: FaqEntry) -> dict[str, Any]:
        return columns_of(entry) | {"key": self._keys[entry.id], "revision": self._revision}

    def _report(self, entries: list[FaqEntry], before: Mapping[str, FaqEntry]) -> None:
        if self._tell is not None:
            for entry in entries:
                self._tell(ImportChange(before.get(entry.id), entry))

    def _count(self, **counts: int) -> None:
        self.report = replace(self.report, **{name: getattr(self.report, name) + count for name, count in counts.items()})
