"""Conversations: the events of each, in order, appended a turn at a time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from assistant.dialogue.events import UserUttered, event_from_json
from assistant.dialogue.redaction import redacted_event
from assistant.errors import DamagedConversation, StaleConversation
from assistant.redaction import redacted
from assistant.stores.columns import storable
from assistant.stores.database import REDACTS
from assistant.stores.ratings import RatingStore
from assistant.stores.reminders import ReminderStore, index_reminders
from assistant.stores.reviews import ReviewStore
from assistant.stores.tables import ConversationRow, EventRow, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from assistant.dialogue.events import Event
    from assistant.stores.database import Database


@dataclass(frozen=True, slots=True)
class ConversationSummary:
    """What a list of conversations shows of one.

    Attributes:
        sender_id: names the conversation.
        n_events: all events; n_turns: what the user said.
        first_at, last_at: when the first and the last event happened. Unit: seconds since the epoch.
        last_text: what the user said last; empty when nothing yet.
        title: the name that somebody gave it; empty when nobody did.
        is_archived: whether lists leave it out.
    """

    sender_id: str
    n_events: int
    n_turns: int
    first_at: float
    last_at: float
    last_text: str
    title: str = ""
    is_archived: bool = False


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was removed of a person: rows by table; a table without any is left out."""

    rows: dict[str, int]


class ConversationStore:
    """Keeps the events of all conversations. Any number of processes may use one database at once.

    Attributes:
        reminders: says which of the reminders that the events schedule are due.
        ratings: what people thought of the replies.
        reviews: which conversations the team has looked through.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.reminders = ReminderStore(database)
        self.ratings = RatingStore(database)
        self.reviews = ReviewStore(database)

    def load(self, sender_id: str) -> tuple[Event, ...]:
        """Returns all events of the conversation in order; none when it is not known.

        Raises:
            DamagedConversation: a stored event cannot be read back.
            DatabaseUnavailable: the database cannot be read now.
        """
        wanted = (
            select(EventRow.body)
            .join(ConversationRow, ConversationRow.id == EventRow.conversation_id)
            .where(ConversationRow.sender_id == sender_id)
            .order_by(EventRow.seq)
        )
        with self._database.read() as session:
            bodies = session.scalars(wanted).all()
        return tuple(_read(body, sender_id, position) for position, body in enumerate(bodies))

    def count(self, sender_id: str) -> int:
        """Returns how many events the conversation has; 0 when it is not known."""
        with self._database.read() as session:
            return session.scalar(select(ConversationRow.n_events).where(ConversationRow.sender_id == sender_id)) or 0

    def append(self, sender_id: str, events: Sequence[Event], expected: int) -> int:
        """Appends all events or none, and returns how many the conversation has now.

        Args:
            sender_id: names the conversation; it starts with its first events.
            events: what happened in one turn.
            expected: how many events the conversation had when it was loaded.

        Raises:
            StaleConversation: it has another number of events by now; load it and run the turn again.
            DatabaseUnavailable: the database cannot be written now.
        """
        if not events:
            return expected
        try:
            with self._database.write() as session:
                return append_in(session, sender_id, events, expected)
        except IntegrityError as error:
            # Databases that let writers run side by side notice the collision by the events' key.
            raise StaleConversation(sender_id=sender_id, expected=expected, found=len(self.load(sender_id))) from error

    def senders(self) -> list[ConversationSummary]:
        """Returns all conversations, the one that was last spoken in first."""
        with self._database.read() as session:
            rows = session.scalars(select(ConversationRow).order_by(ConversationRow.last_at.desc(), ConversationRow.id.desc()))
            return [_summary(row) for row in rows]

    def n_turns(self, sender_id: str) -> int:
        """Returns how often the user has said something; 0 when the conversation is not known."""
        with self._database.read() as session:
            return session.scalar(select(ConversationRow.n_turns).where(ConversationRow.sender_id == sender_id)) or 0

    def containing(self, text: str) -> frozenset[str]:
        """Returns the conversations in whose events a text stands, be it said, understood or done; letter case makes no difference.

        Args:
            text: to look for; an empty one is found nowhere.
        """
        if not text:
            return frozenset()
        written = json.dumps(text)[1:-1]
        found = (
            select(ConversationRow.sender_id)
            .join(EventRow, EventRow.conversation_id == ConversationRow.id)
            .where(EventRow.body.icontains(written, autoescape=True))
            .distinct()
        )
        with self._database.read() as session:
            return frozenset(session.scalars(found))

    def rename(self, sender_id: str, title: str) -> bool:
        """Gives a conversation a name, an empty one takes it away; returns whether there is such a conversation.

        Raises:
            DatabaseUnavailable: the database cannot be written now.
        """
        return self._changed(sender_id, title=redacted(title) if self._database.redacts else title)

    def archive(self, sender_id: str, *, is_archived: bool = True) -> bool:
        """Takes a conversation off the lists, or puts it back; returns whether there is such a conversation.

        Raises:
            DatabaseUnavailable: the database cannot be written now.
        """
        return self._changed(sender_id, is_archived=is_archived)

    def _changed(self, sender_id: str, **values: Any) -> bool:
        change = (
            update(ConversationRow).where(ConversationRow.sender_id == sender_id).values(**values).returning(ConversationRow.id)
        )
        with self._database.write() as session:
            return session.scalar(change) is not None

    def forget(self, sender_id: str) -> Forgotten:
        """Removes all rows of the person from every table, and from what the write-ahead log still holds.

        Raises:
            DatabaseUnavailable: the database cannot be written now, or another process keeps the log from being emptied.
        """
        of_sender = select(ConversationRow.id).where(ConversationRow.sender_id == sender_id)
        with self._database.write() as session:
            events = session.execute(delete(EventRow).where(EventRow.conversation_id.in_(of_sender)).returning(EventRow.seq)).all()
            removed = {EventRow.__tablename__: len(events)}
            for table in Table.metadata.sorted_tables:
                if "sender_id" in table.c:
                    result = session.execute(delete(table).where(table.c.sender_id == sender_id).returning(table.c.id))
                    removed[table.name] = len(result.all())
        self._database.scrub(tuple(removed))
        return Forgotten({name: n_rows for name, n_rows in removed.items() if n_rows})


def append_in(session: Session, sender_id: str, events: Sequence[Event], expected: int | None = None) -> int:
    """Appends events within a write transaction, and returns how many the conversation has now.

    Args:
        session: of the transaction.
        sender_id: names the conversation.
        events: what happened; at least one.
        expected: how many events the conversation must have; None: any number.

    Raises:
        StaleConversation: it has another number.
    """
    if session.info.get(REDACTS):
        events = [redacted_event(event) for event in events]
    row = _opened(session, sender_id, events[0].timestamp)
    if expected is not None and row.n_events != expected:
        raise StaleConversation(sender_id=sender_id, expected=expected, found=row.n_events)
    _add(session, row, events, [_written(event) for event in events])
    return row.n_events


def _opened(session: Session, sender_id: str, now: float) -> ConversationRow:
    row = session.scalar(select(ConversationRow).where(ConversationRow.sender_id == sender_id).with_for_update())
    if row is None:
        row = ConversationRow(sender_id=storable(sender_id), n_events=0, n_turns=0, first_at=now, last_at=now, last_text="")
        session.add(row)
        session.flush()
    return row


def _add(session: Session, row: ConversationRow, events: Sequence[Event], bodies: list[str]) -> None:
    first = row.n_events
    session.execute(
        insert(EventRow),
        [
            {"conversation_id": row.id, "seq": first + offset, "timestamp": event.timestamp, "body": body}
            for offset, (event, body) in enumerate(zip(events, bodies, strict=True))
        ],
    )
    index_reminders(session, row.id, first, events)
    said = [event.text for event in events if isinstance(event, UserUttered)]
    row.n_events = first + len(events)
    row.n_turns += len(said)
    row.last_at = events[-1].timestamp
    row.last_text = said[-1] if said else row.last_text


def _written(event: Event) -> str:
    # Escaped to ASCII, so that any text survives, lone surrogates included; what JSON has no form for is kept as text.
    return json.dumps(event.as_json(), separators=(",", ":"), default=str)


def _read(body: str, sender_id: str, position: int) -> Event:
    try:
        event = event_from_json(json.loads(body))
    except ValueError:
        event = None
    if event is None:
        raise DamagedConversation(sender_id=sender_id, position=position)
    return event


def _summary(row: ConversationRow) -> ConversationSummary:
    return ConversationSummary(
        row.sender_id, row.n_events, row.n_turns, row.first_at, row.last_at, row.last_text, row.title, row.is_archived
    )
