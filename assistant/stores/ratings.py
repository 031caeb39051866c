"""What people thought of the assistant's replies: a thumb a turn."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from assistant.stores.tables import ReplyRatingRow

if TYPE_CHECKING:
    from assistant.stores.database import Database

_LOCK = "reply_ratings"


@dataclass(frozen=True, slots=True)
class ReplyRating:
    """A thumb.

    Attributes:
        sender_id: names the conversation.
        turn: the reply's, counted by what the user said, from 1 on; 0: before anything was said.
        rating: 1 or -1.
        rated_at: seconds since the epoch.
    """

    sender_id: str
    turn: int
    rating: int
    rated_at: float


class RatingStore:
    """Keeps the thumbs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rate(self, sender_id: str, turn: int, rating: int) -> None:
        """Keeps what somebody thinks of the reply in a turn, in place of what they thought before; 0 takes it back.

        Raises:
            DatabaseUnavailable: the database cannot be written now.
        """
        with self._database.write(lock=_LOCK) as session:
            session.execute(delete(ReplyRatingRow).where(ReplyRatingRow.sender_id == sender_id, ReplyRatingRow.turn == turn))
            if rating:
                session.add(ReplyRatingRow(sender_id=sender_id, turn=turn, rating=rating, rated_at=time.time()))

    def of(self, sender_id: str) -> dict[int, int]:
        """Returns the thumbs of a conversation by turn."""
        with self._database.read() as session:
            rows = session.execute(select(ReplyRatingRow.turn, ReplyRatingRow.rating).where(ReplyRatingRow.sender_id == sender_id))
            return {row.turn: row.rating for row in rows}

    def list(self, since: float = 0.0) -> tuple[ReplyRating, ...]:
        """Returns all thumbs since a time, the newest first. Unit: seconds since the epoch."""
        with self._database.read() as session:
            rows = session.scalars(
                select(ReplyRatingRow)
                .where(ReplyRatingRow.rated_at >= since)
                .order_by(ReplyRatingRow.rated_at.desc(), ReplyRatingRow.id.desc())
            )
            return tuple(ReplyRating(row.sender_id, row.turn, row.rating, row.rated_at) for row in rows)
