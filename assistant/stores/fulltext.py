"""Full text over FAQ entries: SQLite's FTS5, ranked by bm25, kept in step with the entries by whoever writes them.

A bound parameter of FTS5 is still a query language, so each word is quoted, and words are all that ever gets there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text

from assistant.faq.folding import words
from assistant.stores.columns import storable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from assistant.faq.entry import FaqEntry

MAX_WORDS = 64
"""Words of a query that are looked up; questions are shorter, and the time to search stays bounded."""

_REMOVE = text("DELETE FROM entry_text WHERE rowid = :key")
_PUT = text("INSERT INTO entry_text (rowid, question, alternatives, answer) VALUES (:key, :question, :alternatives, :answer)")

# What people ask is in the questions; the answer's words count less.
_SEARCH = text(
    "SELECT entries.id, -bm25(entry_text, 4.0, 3.0, 1.0) AS score FROM entry_text JOIN entries ON entries.key = entry_text.rowid"
    " WHERE entry_text MATCH :query AND (:status IS NULL OR entries.status = :status)"
    " ORDER BY score DESC, entries.id LIMIT :limit"
).bindparams(bindparam("status", None))


@dataclass(frozen=True, slots=True)
class TextHit:
    """An entry that shares words with a query.

    Attributes:
        entry_id: the entry.
        score: bm25; higher is better, comparable within one query only.
    """

    entry_id: str
    score: float


def put(session: Session, entries: Iterable[tuple[int, FaqEntry]]) -> None:
    """Indexes entries under their keys, in place of what was indexed there."""
    rows = [_row(key, entry) for key, entry in entries]
    if rows:
        session.execute(_REMOVE, [{"key": row["key"]} for row in rows])
        session.execute(_PUT, rows)


def any_word(question: str) -> str:
    """Returns the FTS5 query for entries that have at least one word of the question; empty when it has no words."""
    return " OR ".join(f'"{word}"' for word in _distinct(question))


def all_words(typed: str) -> str:
    """Returns the FTS5 query for entries that have every word, or one that starts with it; empty when there are no words."""
    return " AND ".join(f'"{word}" *' for word in _distinct(typed))


def search(session: Session, query: str, limit: int, status: str | None = None) -> tuple[TextHit, ...]:
    """Returns the entries that fit a query of any_word or all_words, best first.

    Args:
        session: of the database.
        query: as made by any_word or all_words; nothing fits an empty one.
        limit: at most so many; -1 for all.
        status: only entries of this status; None for all.
    """
    if not query:
        return ()
    rows = session.execute(_SEARCH, {"query": query, "limit": limit, "status": status})
    return tuple(TextHit(entry_id, score) for entry_id, score in rows)


def _distinct(typed: str) -> list[str]:
    return [storable(word).replace('"', "") for word in dict.fromkeys(words(typed)[:MAX_WORDS])]


def _row(key: int, entry: FaqEntry) -> dict[str, object]:
    texts = {"question": entry.question, "alternatives": "\n".join(entry.alternatives), "answer": entry.answer}
    return {"key": key} | {column: storable(value) for column, value in texts.items()}
