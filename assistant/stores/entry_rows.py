"""Between an FAQ entry and its rows: the current one, and one for each version."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import date
from typing import TYPE_CHECKING, Any

from assistant.faq.entry import FaqEntry
from assistant.faq.records import LISTS, plain_value
from assistant.stores import fulltext, marks
from assistant.stores.tables import EntryRow, EntryVersionRow
from assistant.stores.unanswered import close_answered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

_NAMES = tuple(field.name for field in fields(FaqEntry))


def entry_of(row: EntryRow) -> FaqEntry:
    """Returns the entry that a row holds."""
    return FaqEntry(**{name: _listed(name, getattr(row, name)) for name in _NAMES})


def columns_of(entry: FaqEntry) -> dict[str, Any]:
    """Returns the columns that hold an entry."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(entry).items()}


def body_of(entry: FaqEntry) -> dict[str, Any]:
    """Returns the entry as JSON, whole: what is kept of a version."""
    return {name: plain_value(value) for name, value in asdict(entry).items()}


def entry_from_body(body: Mapping[str, Any]) -> FaqEntry:
    """Returns the entry of a version; fields that came with later releases have their usual values."""
    values = {name: _listed(name, value) for name, value in body.items()}
    days = {name: date.fromisoformat(values[name]) for name in ("valid_from", "valid_until") if values.get(name)}
    return FaqEntry(**values | days)


def put_row(session: Session, row: EntryRow, entry: FaqEntry, reason: str) -> FaqEntry:
    """Writes an entry into a row, new or there already, with its version and its words; moves the FAQ's revision on.

    Questions that waited for this entry leave the queue.
    """
    for name, value in columns_of(entry).items():
        setattr(row, name, value)
    row.revision = marks.add(session, marks.FAQ_REVISION, 1)
    session.add(row)
    session.flush()
    session.add(EntryVersionRow(entry_key=row.key, version=entry.version, body=body_of(entry), reason=reason))
    fulltext.put(session, [(row.key, entry)])
    close_answered(session, [entry], today())
    return entry


def today() -> date:
    """Returns the curators' own day: entries begin and cease to answer with it."""
    return date.today()  # noqa: DTZ011 (see above)


def _listed(name: str, value: Any) -> Any:
    return tuple(value) if name in LISTS else value
