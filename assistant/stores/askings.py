"""What was asked of the FAQ: which entry answered or that none did, and what people thought of the answer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from assistant.faq.askings import Asking, Rating
from assistant.redaction import redacted
from assistant.stores.tables import AskingRow, HandoffRow

if TYPE_CHECKING:
    from assistant.stores.database import Database


class AskingStore:
    """Keeps what was asked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, question: str, sender_id: str, entry_id: str | None, score: float) -> int:
        """Keeps a question and returns what names this asking.

        Args:
            question: as it was asked; personal data is replaced where the database wants that.
            sender_id: who asked.
            entry_id: the entry that answered; None: none did.
            score: of the first entry, in [0, 1].

        Raises:
            DatabaseUnavailable: the database cannot be written now.
        """
        row = AskingRow(
            question=redacted(question) if self._database.redacts else question,
            sender_id=sender_id,
            entry_id=entry_id,
            score=score,
            asked_at=time.time(),
            rating=0,
        )
        with self._database.write() as session:
            session.add(row)
            session.flush()
            return row.id

    def rate(self, sender_id: str, entry_id: str, rating: Rating) -> bool:
        """Keeps what a person thinks of an entry's last answer to them, in place of what they thought before.

        Returns:
            Whether the entry ever answered them; nothing is kept else.
        """
        asked = select(AskingRow).where(AskingRow.sender_id == sender_id, AskingRow.entry_id == entry_id)
        with self._database.write() as session:
            row = session.scalar(asked.order_by(AskingRow.id.desc()).limit(1))
            if row is None:
                return False
            row.rating = rating
            return True

    def list(self, since: float = 0.0) -> tuple[Asking, ...]:
        """Returns what was asked from a time on, the oldest first. Unit: seconds since the epoch."""
        with self._database.read() as session:
            rows = session.scalars(select(AskingRow).where(AskingRow.asked_at >= since).order_by(AskingRow.id))
            return tuple(_read(row) for row in rows)

    def hits(self, since: float = 0.0) -> dict[str, int]:
        """Returns how often each entry answered from a time on, by id. Unit: seconds since the epoch."""
        answered = select(AskingRow.entry_id, func.count()).where(AskingRow.asked_at >= since, AskingRow.entry_id.is_not(None))
        with self._database.read() as session:
            return {str(entry_id): count for entry_id, count in session.execute(answered.group_by(AskingRow.entry_id))}

    def handed_over(self, since: float = 0.0) -> frozenset[str]:
        """Returns who was handed over to a person from a time on. Unit: seconds since the epoch."""
        with self._database.read() as session:
            return frozenset(session.scalars(select(HandoffRow.sender_id).where(HandoffRow.asked_at >= since)))


def _read(row: AskingRow) -> Asking:
    rating: Rating = 0 if not row.rating else 1 if row.rating > 0 else -1
    return Asking(row.id, row.question, row.sender_id, row.entry_id, row.score, row.asked_at, rating)
