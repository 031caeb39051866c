"""The conversations that were handed over, waiting for a person of the team."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sqlalchemy import select

from assistant.dialogue.events import AgentUttered, ConversationResumed
from assistant.dialogue.handoffs import CLOSED, TAKEN, WAITING, Handoff, HandoffRequest
from assistant.errors import HandoffClosed, HandoffTaken, UnknownHandoff
from assistant.redaction import redacted
from assistant.stores.conversations import append_in
from assistant.stores.tables import HandoffRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from assistant.dialogue.events import Event
    from assistant.stores.database import Database

_QUEUE = "handoffs"
"""The lock that keeps two writers from the queue at once, where the database would let them in."""


class HandoffStore:
    """Keeps the queue. What is written to it and to its conversation is written in one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, sender_id: str, request: HandoffRequest, events: Sequence[Event], expected: int) -> int:
        """Appends a turn to its conversation, puts the conversation in the queue, and returns what names it there.

        A conversation that is in the queue already keeps its place and is told of the new reason.

        Args:
            sender_id: names the conversation.
            request: what the team is told.
            events: what happened in the turn.
            expected: how many events the conversation had when it was loaded.

        Raises:
            StaleConversation: somebody else has spoken in it; nothing was written.
            DatabaseUnavailable: the database cannot be written now.
        """
        with self._database.write(lock=_QUEUE) as session:
            append_in(session, sender_id, events, expected)
            row = session.scalar(_open_for(sender_id))
            if row is None:
                row = HandoffRow(sender_id=sender_id, status=WAITING, agent="", asked_at=time.time())
                session.add(row)
            row.reason, row.summary, row.sentiment = request.reason, request.summary, request.sentiment
            if self._database.redacts:
                row.reason, row.summary = redacted(row.reason), redacted(row.summary)
            session.flush()
            return row.id

    def withdraw(self, sender_id: str, events: Sequence[Event], expected: int) -> None:
        """Appends a turn with which the user went back to the assistant, and closes the handoff.

        Args:
            sender_id: names the conversation.
            events: what happened in the turn.
            expected: how many events the conversation had when it was loaded.

        Raises:
            StaleConversation: somebody else has spoken in it; nothing was written.
            DatabaseUnavailable: the database cannot be written now.
        """
        with self._database.write(lock=_QUEUE) as session:
            append_in(session, sender_id, events, expected)
            for row in session.scalars(_open_for(sender_id)):
                row.status, row.closed_at = CLOSED, time.time()

    def list(self, *, with_closed: bool = False) -> tuple[Handoff, ...]:
        """Returns the queue, whoever has waited longest first.

        Args:
            with_closed: those that were given back, too.
        """
        wanted = select(HandoffRow).order_by(HandoffRow.asked_at, HandoffRow.id)
        with self._database.read() as session:
            rows = session.scalars(wanted if with_closed else wanted.where(HandoffRow.status != CLOSED)).all()
        return tuple(_handoff(row) for row in rows)

    def get(self, handoff_id: int) -> Handoff:
        """Returns one handoff.

        Raises:
            UnknownHandoff: there is none of that id.
        """
        with self._database.read() as session:
            return _handoff(_row(session, handoff_id))

    def take(self, handoff_id: int, agent: str) -> Handoff:
        """Gives a handoff to an agent; taking one's own again changes nothing.

        Raises:
            UnknownHandoff, HandoffClosed: there is nothing to take.
            HandoffTaken: another agent has it.
        """
        with self._database.write(lock=_QUEUE) as session:
            return _handoff(_taken(session, handoff_id, agent))

    def answer(self, handoff_id: int, agent: str, text: str) -> Handoff:
        """Says something to the user as a person; takes the handoff if it still waits.

        Raises:
            UnknownHandoff, HandoffClosed, HandoffTaken: as for take; nothing was said then.
        """
        with self._database.write(lock=_QUEUE) as session:
            row = _taken(session, handoff_id, agent)
            append_in(session, row.sender_id, [AgentUttered(text, {"agent": agent})])
            return _handoff(row)

    def give_back(self, handoff_id: int, agent: str) -> Handoff:
        """Closes a handoff: the assistant answers the next message again.

        Raises:
            UnknownHandoff, HandoffClosed, HandoffTaken: as for take.
        """
        with self._database.write(lock=_QUEUE) as session:
            row = _taken(session, handoff_id, agent)
            append_in(session, row.sender_id, [ConversationResumed()])
            row.status, row.closed_at = CLOSED, time.time()
            return _handoff(row)


def _open_for(sender_id: str) -> Select[HandoffRow]:
    return select(HandoffRow).where(HandoffRow.sender_id == sender_id, HandoffRow.status != CLOSED)


def _row(session: Session, handoff_id: int) -> HandoffRow:
    row = session.get(HandoffRow, handoff_id)
    if row is None:
        known = session.scalars(select(HandoffRow.id).where(HandoffRow.status != CLOSED).order_by(HandoffRow.id)).all()
        raise UnknownHandoff(handoff_id=handoff_id, known=map(str, known))
    return row


def _taken(session: Session, handoff_id: int, agent: str) -> HandoffRow:
    """The row, the agent's from now on; to be called in a write transaction, which is what keeps two from taking the same."""
    row = _row(session, handoff_id)
    if row.status == CLOSED:
        raise HandoffClosed(handoff_id=handoff_id)
    if row.status == TAKEN and row.agent != agent:
        raise HandoffTaken(handoff_id=handoff_id, agent=row.agent)
    if row.status == WAITING:
        row.status, row.agent, row.taken_at = TAKEN, agent, time.time()
    return row


def _handoff(row: HandoffRow) -> Handoff:
    return Handoff(
        id=row.id,
        sender_id=row.sender_id,
        request=HandoffRequest(row.reason, row.summary, row.sentiment),
        status=row.status,
        agent=row.agent,
        asked_at=row.asked_at,
        taken_at=row.taken_at,
        closed_at=row.closed_at,
    )
