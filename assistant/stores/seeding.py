"""Takes a project's own FAQ entries over at the first start, and never again: what a curator deletes stays deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from assistant.faq.files import SUFFIXES, read_entries
from assistant.stores import marks
from assistant.stores.entry_import import import_entries
from assistant.stores.tables import EntryRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from assistant.stores.entries import EntryStore


def seed_if_empty(store: EntryStore, paths: Iterable[Path]) -> int:
    """Imports entries into a database that was never seeded and has none; returns how many.

    Args:
        store: of the database; it remembers that this was done.
        paths: files of entries, or folders whose files of known endings are read in the order of their names.

    Raises:
        SourceError: a file is wrong; nothing was taken over, and the next start tries again.
        DatabaseUnavailable: the database cannot be written now.
    """
    with store.database.read() as session:
        if marks.get(session, marks.FAQ_SEEDED):
            return 0
    entries = [entry for path in _files(paths) for entry in read_entries(path)]
    with store.database.write(lock=marks.FAQ_REVISION) as session:
        if marks.get(session, marks.FAQ_SEEDED):
            return 0
        marks.add(session, marks.FAQ_SEEDED, 1)
        if session.scalar(select(func.count()).select_from(EntryRow)):
            return 0
        return import_entries(session, entries, "add", reason="came with the project").n_added


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(file for file in path.iterdir() if file.suffix in SUFFIXES and file.is_file())
        else:
            yield path
