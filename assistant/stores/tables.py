"""The tables, in SQLAlchemy's typed declarative style. Rows never leave this package: stores return frozen values.

The schema's history is in ``migrations``; a test holds the two together. A table with a ``sender_id`` holds what one person said:
``ConversationStore.forget`` reaches it without being told of it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import JSON, Date, Double, ForeignKey, Index, LargeBinary, UniqueConstraint, false
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from assistant.stores.columns import AnyText


class Table(DeclarativeBase):
    """What all tables have in common: how Python types are stored."""

    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy's name)
        str: AnyText,
        float: Double,
        date: Date,
        list[str]: JSON,
        dict[str, Any]: JSON,
        bytes: LargeBinary,
    }


class ConversationRow(Table):
    """A conversation with the figures that a list of conversations shows."""

    __tablename__ = "conversations"

    id: Mapped[int] = mapped_column(primary_key=True)
    sender_id: Mapped[str] = mapped_column(unique=True)
    n_events: Mapped[int]
    n_turns: Mapped[int]
    first_at: Mapped[float]
    last_at: Mapped[float]
    last_text: Mapped[str]
    title: Mapped[str] = mapped_column(server_default="")
    is_archived: Mapped[bool] = mapped_column(server_default=false())


class EventRow(Table):
    """An event of a conversation, in its order: the key makes a second event at one position impossible."""

    __tablename__ = "events"

    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    timestamp: Mapped[float]
    body: Mapped[str]


class EntryRow(Table):
    """The current version of an FAQ entry. ``revision`` is the FAQ's revision at its last change."""

    __tablename__ = "entries"

    key: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    question: Mapped[str]
    answer: Mapped[str]
    alternatives: Mapped[list[str]]
    tags: Mapped[list[str]]
    category: Mapped[str]
    language: Mapped[str]
    status: Mapped[str] = mapped_column(index=True)
    threshold: Mapped[float | None]
    intent: Mapped[str]
    follow_ups: Mapped[list[str]]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    version: Mapped[int]
    author: Mapped[str]
    updated_at: Mapped[float]
    revision: Mapped[int] = mapped_column(index=True)


class EntryVersionRow(Table):
    """One saved version of an FAQ entry: the whole entry as it was, who saved it and why."""

    __tablename__ = "entry_versions"

    entry_key: Mapped[int] = mapped_column(ForeignKey("entries.key", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[dict[str, Any]]
    reason: Mapped[str]


class EntryVectorRow(Table):
    """The sentence vectors of an entry's texts as one encoder made them; of no use for another version or encoder."""

    __tablename__ = "entry_vectors"

    entry_key: Mapped[int] = mapped_column(ForeignKey("entries.key", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int]
    fingerprint: Mapped[str]
    n_vectors: Mapped[int]
    data: Mapped[bytes]


class CalibrationRow(Table):
    """The calibration of the FAQ's scores that was fitted for one encoder when the FAQ had the revision given."""

    __tablename__ = "calibrations"

    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int]
    body: Mapped[dict[str, Any]]


class MarkRow(Table):
    """A named number that the whole database shares, such as the FAQ's revision."""

    __tablename__ = "marks"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


class UnansweredRow(Table):
    """A question that was asked and not answered."""

    __tablename__ = "unanswered"
    __table_args__ = (Index("ix_unanswered_open", "is_resolved", "folded"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question: Mapped[str]
    folded: Mapped[str]
    sender_id: Mapped[str] = mapped_column(index=True)
    best_entry_id: Mapped[str | None]
    best_score: Mapped[float]
    asked_at: Mapped[float]
    is_resolved: Mapped[bool]


class AskingRow(Table):
    """A question that was put to the FAQ: the entry that answered, or none; ``rating`` is -1, 0 or 1."""

    __tablename__ = "faq_askings"

    id: Mapped[int] = mapped_column(primary_key=True)
    question: Mapped[str]
    sender_id: Mapped[str] = mapped_column(index=True)
    entry_id: Mapped[str | None]
    score: Mapped[float]
    asked_at: Mapped[float] = mapped_column(index=True)
    rating: Mapped[int]


class ReplyRatingRow(Table):
    """A thumb that was given to the assistant's reply in a turn: -1 or 1. Turns are counted by what the user said, from 1 on."""

    __tablename__ = "reply_ratings"
    __table_args__ = (UniqueConstraint("sender_id", "turn"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sender_id: Mapped[str]
    turn: Mapped[int]
    rating: Mapped[int]
    rated_at: Mapped[float]


class ReminderRow(Table):
    """When a reminder is due: an index over the events that schedule them."""

    __tablename__ = "reminders"

    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    due_at: Mapped[float] = mapped_column(index=True)


class HandoffRow(Table):
    """A conversation that was handed over to a person, and what became of it."""

    __tablename__ = "handoffs"

    id: Mapped[int] = mapped_column(primary_key=True)
    sender_id: Mapped[str] = mapped_column(index=True)
    reason: Mapped[str]
    summary: Mapped[str]
    sentiment: Mapped[float | None]
    status: Mapped[str] = mapped_column(index=True)
    agent: Mapped[str]
    asked_at: Mapped[float]
    taken_at: Mapped[float | None]
    closed_at: Mapped[float | None]


class ReviewRow(Table):
    """Up to which event a person of the team has looked a conversation through."""

    __tablename__ = "reviews"

    id: Mapped[int] = mapped_column(primary_key=True)
    sender_id: Mapped[str] = mapped_column(unique=True)
    n_events: Mapped[int]
    agent: Mapped[str]
    reviewed_at: Mapped[float]


class DocumentRow(Table):
    """A document that questions are answered from: its plain text, and where its passages stand in it.

    ``digest`` is the sha256 of the file that it was read from; ``revision`` the knowledge's revision at its last change.
    """

    __tablename__ = "documents"

    key: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    source: Mapped[str]
    text: Mapped[str]
    passages: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    digest: Mapped[str]
    updated_at: Mapped[float]
    revision: Mapped[int] = mapped_column(index=True)


class DocumentVectorRow(Table):
    """The vectors of a document's sentences as one encoder made them; of no use for another text or encoder."""

    __tablename__ = "document_vectors"

    document_key: Mapped[int] = mapped_column(ForeignKey("documents.key", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str]
    fingerprint: Mapped[str]
    n_vectors: Mapped[int]
    data: Mapped[bytes]
