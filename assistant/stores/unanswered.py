"""The questions that were asked and not answered, waiting for a curator."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from assistant.faq.folding import fold
from assistant.redaction import redacted
from assistant.stores.tables import UnansweredRow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from sqlalchemy.orm import Session

    from assistant.faq.entry import FaqEntry
    from assistant.stores.database import Database


@dataclass(frozen=True, slots=True)
class UnansweredQuestion:
    """One question, however often and with whatever case, accents and punctuation it was asked.

    Attributes:
        question: as it was asked last.
        count: how often it was asked.
        ids: names each asking, the last first; what ``resolve`` takes.
        sender_ids: who asked, the last first, each once.
        first_at, last_at: when it was asked. Unit: seconds since the epoch.
        best_entry_id: the entry that was nearest the last time; None when none was near.
        best_score: its score in [0, 1].
    """

    question: str
    count: int
    ids: tuple[int, ...]
    sender_ids: tuple[str, ...]
    first_at: float
    last_at: float
    best_entry_id: str | None
    best_score: float


class UnansweredStore:
    """Keeps the queue of unanswered questions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, question: str, sender_id: str, best_entry_id: str | None = None, best_score: float = 0.0) -> int:
        """Adds a question to the queue and returns what names this asking.

        Args:
            question: as it was asked.
            sender_id: who asked.
            best_entry_id: the entry that was nearest; None when none was.
            best_score: its score in [0, 1].

        Raises:
            DatabaseUnavailable: the database cannot be written now.
        """
        question = redacted(question) if self._database.redacts else question
        row = UnansweredRow(
            question=question,
            folded=fold(question),
            sender_id=sender_id,
            best_entry_id=best_entry_id,
            best_score=best_score,
            asked_at=time.time(),
            is_resolved=False,
        )
        with self._database.write() as session:
            session.add(row)
            session.flush()
            return row.id

    def list(self) -> tuple[UnansweredQuestion, ...]:
        """Returns the open questions, equal ones as one, the one that was asked last first."""
        wanted = select(UnansweredRow).where(UnansweredRow.is_resolved.is_(False))
        with self._database.read() as session:
            rows = session.scalars(wanted.order_by(UnansweredRow.folded, UnansweredRow.id.desc())).all()
        grouped = (_grouped(tuple(asked)) for _, asked in groupby(rows, key=lambda row: row.folded))
        return tuple(sorted(grouped, key=lambda question: (question.last_at, question.ids), reverse=True))

    def resolve(self, ids: Collection[int]) -> int:
        """Takes askings out of the queue and returns how many were in it."""
        open_ones = (UnansweredRow.id.in_(list(ids)), UnansweredRow.is_resolved.is_(False))
        with self._database.write() as session:
            resolved = session.execute(update(UnansweredRow).where(*open_ones).values(is_resolved=True).returning(UnansweredRow.id))
            return len(resolved.all())


def close_answered(session: Session, entries: Iterable[FaqEntry], today: date) -> None:
    """Takes questions out of the queue that entries, just written, have as their own: who asks them again gets the answer.

    Args:
        session: of the transaction that writes the entries, so that both are done or neither.
        entries: of any status; those that do not answer today leave the queue as it is.
        today: the curators' own day.
    """
    is_open = UnansweredRow.is_resolved.is_(False)
    waiting = set(session.scalars(select(UnansweredRow.folded).where(is_open).distinct()))
    if not waiting:
        return
    answered = waiting & {fold(question) for entry in entries if entry.is_live(today) for question in entry.questions}
    if answered:
        session.execute(update(UnansweredRow).where(is_open, UnansweredRow.folded.in_(answered)).values(is_resolved=True))


def _grouped(rows: tuple[UnansweredRow, ...]) -> UnansweredQuestion:
    last = rows[0]
    return UnansweredQuestion(
        question=last.question,
        count=len(rows),
        ids=tuple(row.id for row in rows),
        sender_ids=tuple(dict.fromkeys(row.sender_id for row in rows)),
        first_at=min(row.asked_at for row in rows),
        last_at=max(row.asked_at for row in rows),
        best_entry_id=last.best_entry_id,
        best_score=last.best_score,
    )
