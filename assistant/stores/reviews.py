"""Which conversations people of the team have looked through, and up to where."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from assistant.errors import StaleConversation
from assistant.stores.tables import ConversationRow, ReviewRow

if TYPE_CHECKING:
    from assistant.stores.database import Database

_LOCK = "reviews"


@dataclass(frozen=True, slots=True)
class Review:
    """How far a conversation was looked through.

    Attributes:
        n_events: so many events of it, from the first on.
        agent: who did.
        reviewed_at: when. Unit: seconds since the epoch.
    """

    n_events: int
    agent: str
    reviewed_at: float


class ReviewStore:
    """Keeps the last review of each conversation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def mark(self, sender_id: str, n_events: int, agent: str) -> None:
        """Notes that a conversation was looked through, in place of what was noted before.

        Args:
            sender_id: names the conversation.
            n_events: how many events the agent has seen.
            agent: who has looked.

        Raises:
            StaleConversation: something was said since; nothing is noted.
            DatabaseUnavailable: the database cannot be written now.
        """
        with self._database.write(lock=_LOCK) as session:
            found = session.scalar(select(ConversationRow.n_events).where(ConversationRow.sender_id == sender_id)) or 0
            if found != n_events:
                raise StaleConversation(sender_id=sender_id, expected=n_events, found=found)
            row = session.scalar(select(ReviewRow).where(ReviewRow.sender_id == sender_id))
            if row is None:
                row = ReviewRow(sender_id=sender_id)
                session.add(row)
            row.n_events, row.agent, row.reviewed_at = n_events, agent, time.time()

    def all(self) -> dict[str, Review]:
        """Returns the last review of each conversation that has one."""
        with self._database.read() as session:
            rows = session.scalars(select(ReviewRow))
            return {row.sender_id: Review(row.n_events, row.agent, row.reviewed_at) for row in rows}
