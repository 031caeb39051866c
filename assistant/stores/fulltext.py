"""Full text over FAQ entries, kept in step with the entries by whoever writes them.

SQLite's FTS5 ranks by bm25, PostgreSQL's tsvector by its own ``ts_rank``. A bound parameter of either is still a query language, so
words, quoted, are all that ever gets there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from sqlalchemy import Date, bindparam, text

from assistant.faq.folding import fold, words
from assistant.stores.columns import storable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from sqlalchemy.orm import Session
    from sqlalchemy.sql.elements import TextClause

    from assistant.faq.entry import FaqEntry

MAX_WORDS = 64
"""Words of a query that are looked up; questions are shorter, and the time to search stays bounded."""

_MAX_INDEXED_CHARS = 200_000  # a tsvector holds at most one megabyte

Want: TypeAlias = Literal["any", "all"]
"""Entries that have any word of a query, or all of them or words that start with them."""

_REMOVE = {
    "sqlite": text("DELETE FROM entry_text WHERE rowid = :key"),
    "postgresql": text("DELETE FROM entry_text WHERE entry_key = :key"),
}
_PUT = {
    "sqlite": text(
        "INSERT INTO entry_text (rowid, question, alternatives, answer) VALUES (:key, :question, :alternatives, :answer)"
    ),
    "postgresql": text(
        "INSERT INTO entry_text (entry_key, words) VALUES (:key,"
        " setweight(to_tsvector('assistant_faq', :question), 'A') || setweight(to_tsvector('assistant_faq', :alternatives), 'B')"
        " || setweight(to_tsvector('assistant_faq', :answer), 'D'))"
    ),
}
# What people ask is in the questions; the answer's words count less.
_SCORES = {
    "sqlite": "SELECT entries.id, -bm25(entry_text, 4.0, 3.0, 1.0) AS score FROM entry_text"
    " JOIN entries ON entries.key = entry_text.rowid WHERE entry_text MATCH :query",
    "postgresql": "SELECT entries.id, ts_rank('{0.25, 0.5, 0.75, 1.0}', words, query, 1) AS score"
    " FROM to_tsquery('assistant_faq', :query) AS query, entry_text JOIN entries ON entries.key = entry_text.entry_key"
    " WHERE words @@ query",
}
_LIVE = (
    " AND entries.status = 'published' AND (entries.valid_from IS NULL OR entries.valid_from <= :today)"
    " AND (entries.valid_until IS NULL OR entries.valid_until >= :today)"
)
_ORDER = " ORDER BY score DESC, entries.id"


@dataclass(frozen=True, slots=True)
class TextHit:
    """An entry that shares words with a query.

    Attributes:
        entry_id: the entry.
        score: higher is better, comparable within one query only.
    """

    entry_id: str
    score: float


def put(session: Session, entries: Iterable[tuple[int, FaqEntry]]) -> None:
    """Indexes entries under their keys, in place of what was indexed there."""
    dialect = _dialect(session)
    rows = [_row(key, entry, dialect) for key, entry in entries]
    if rows:
        session.execute(_REMOVE[dialect], [{"key": row["key"]} for row in rows])
        session.execute(_PUT[dialect], rows)


def search(session: Session, typed: str, want: Want, limit: int | None = None, live_on: date | None = None) -> tuple[TextHit, ...]:
    """Returns the entries that fit what was typed, best first; none when it has no words.

    Args:
        session: of the database.
        typed: any text.
        want: whether any or all of its words must be there.
        limit: at most so many; None for all.
        live_on: only entries that may answer on this day; None for all.
    """
    dialect = _dialect(session)
    query = _query(typed, want, dialect)
    if not query:
        return ()
    values = {"query": query} | ({"today": live_on} if live_on else {}) | ({"limit": limit} if limit is not None else {})
    found = session.execute(_statement(_SCORES[dialect], live_on is not None, limit is not None), values)
    return tuple(TextHit(entry_id, score) for entry_id, score in found)


@cache
def _statement(scores: str, is_live: bool, is_limited: bool) -> TextClause:
    source = scores + (_LIVE if is_live else "") + _ORDER + (" LIMIT :limit" if is_limited else "")
    return text(source).bindparams(*([bindparam("today", type_=Date)] if is_live else []))


def _query(typed: str, want: Want, dialect: str) -> str:
    distinct = [storable(word).replace('"', "") for word in dict.fromkeys(words(typed)[:MAX_WORDS])]
    if dialect == "sqlite":
        return " OR ".join(f'"{word}"' for word in distinct) if want == "any" else " AND ".join(f'"{word}" *' for word in distinct)
    quoted = ["'{}'".format(word.replace("\\", "\\\\").replace("'", "''")) for word in distinct]
    return " | ".join(quoted) if want == "any" else " & ".join(f"{word}:*" for word in quoted)


def _row(key: int, entry: FaqEntry, dialect: str) -> dict[str, object]:
    texts = {"question": entry.question, "alternatives": "\n".join(entry.alternatives), "answer": entry.answer}
    if dialect == "postgresql":  # which knows no folding of accents of its own
        texts = {column: _folded(value) for column, value in texts.items()}
    return {"key": key} | {column: storable(value) for column, value in texts.items()}


def _folded(value: str) -> str:
    return "\n".join(fold(line) for line in value[:_MAX_INDEXED_CHARS].split("\n"))


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name
