"""When reminders are due: an index over the conversations' events, written with them, so that no restart loses one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select

from assistant.dialogue.events import ReminderScheduled
from assistant.dialogue.reminders import due_at
from assistant.stores.tables import ConversationRow, ReminderRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from assistant.dialogue.events import Event
    from assistant.stores.database import Database

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class DueReminder:
    """A reminder whose time has come; whether it still counts, its conversation says.

    Attributes:
        sender_id: names the conversation.
        position: of the event that scheduled it.
        due_at: Unit: seconds since the epoch.
    """

    sender_id: str
    position: int
    due_at: float


class ReminderStore:
    """Knows which reminders are due."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, now: float) -> tuple[DueReminder, ...]:
        """Returns the reminders due by now, the oldest first; at most a hundred at once.

        Raises:
            DatabaseUnavailable: the database cannot be read now.
        """
        wanted = (
            select(ConversationRow.sender_id, ReminderRow.seq, ReminderRow.due_at)
            .join(ConversationRow, ConversationRow.id == ReminderRow.conversation_id)
            .where(ReminderRow.due_at <= now)
            .order_by(ReminderRow.due_at)
            .limit(_AT_ONCE)
        )
        with self._database.read() as session:
            return tuple(DueReminder(sender_id, seq, at) for sender_id, seq, at in session.execute(wanted))

    def next_at(self) -> float | None:
        """Returns when the next reminder is due; None when there is none."""
        with self._database.read() as session:
            return session.scalar(select(func.min(ReminderRow.due_at)))

    def settle(self, reminder: DueReminder) -> None:
        """Forgets a reminder that has been triggered, or does not count any more; the event stays."""
        conversation = select(ConversationRow.id).where(ConversationRow.sender_id == reminder.sender_id).scalar_subquery()
        with self._database.write() as session:
            session.execute(
                delete(ReminderRow).where(ReminderRow.conversation_id == conversation, ReminderRow.seq == reminder.position)
            )


def index_reminders(session: Session, conversation_id: int, first: int, events: Sequence[Event]) -> None:
    """Notes the reminders among events that are being appended; one whose time cannot be read is never due.

    Args:
        session: of the write transaction.
        conversation_id: of the conversation's row.
        first: position of the first event.
        events: that are appended.
    """
    rows = [
        {"conversation_id": conversation_id, "seq": position, "due_at": at}
        for position, event in enumerate(events, start=first)
        if isinstance(event, ReminderScheduled) and (at := due_at(event)) is not None
    ]
    if rows:
        session.execute(insert(ReminderRow), rows)
