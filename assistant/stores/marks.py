"""Named numbers that the whole database shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from assistant.stores.tables import MarkRow

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

FAQ_REVISION = "faq_revision"
"""Grows with every change of an FAQ entry."""

FAQ_SEEDED = "faq_seeded"
"""1 once the project's own entries were taken over."""


def get(session: Session, name: str) -> int:
    """Returns the number; 0 when it was never set."""
    return session.scalar(select(MarkRow.value).where(MarkRow.name == name)) or 0


def add(session: Session, name: str, amount: int) -> int:
    """Adds to the number and returns what it is now; to be called in a write transaction."""
    row = session.get(MarkRow, name)
    if row is None:
        row = MarkRow(name=name, value=0)
        session.add(row)
    row.value += amount
    session.flush()
    return row.value
