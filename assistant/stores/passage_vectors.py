"""Nearest passages within PostgreSQL, by pgvector's HNSW index, for an FAQ that is larger than a process should hold in memory.

The table is made when the extension is there and not before, and holds nothing that cannot be made again: each row is one vector of
``entry_vectors``, in half precision. Vectors of different encoders have different sizes, so each encoder has an index of its own.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import numpy as np
    from sqlalchemy.orm import Session

Vectors: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"

EF_SEARCH = 100
"""Candidates that a search walks through: more find more of the true neighbours, and cost more."""

_IS_INSTALLED = text(
    "SELECT count(*) FROM pg_extension WHERE extname = 'vector' AND string_to_array(extversion, '.')::int[] >= '{0,8}'"
)
_HAS_TABLE = text("SELECT to_regclass('entry_passages') IS NOT NULL")
_MAKE_EXTENSION = text("CREATE EXTENSION IF NOT EXISTS vector")
_MAKE_TABLE = text(
    "CREATE TABLE IF NOT EXISTS entry_passages (entry_key integer NOT NULL REFERENCES entries (key) ON DELETE CASCADE,"
    " position integer NOT NULL, encoder text NOT NULL, vector halfvec NOT NULL, PRIMARY KEY (entry_key, position))"
)
_MAKE_INDEX = (
    "CREATE INDEX IF NOT EXISTS ix_entry_passages_{encoder} ON entry_passages"
    " USING hnsw ((CAST(vector AS halfvec({size}))) halfvec_ip_ops) WHERE encoder = '{encoder}'"
)
_REMOVE = text("DELETE FROM entry_passages WHERE entry_key = ANY(:keys)")
_PUT = text(
    "INSERT INTO entry_passages (entry_key, position, encoder, vector) VALUES (:key, :position, :encoder, CAST(:vector AS halfvec))"
)
# The encoder is part of the statement, or the planner would not know that the partial index serves it.
_SEARCH = (
    "SELECT entries.id, position, -(CAST(vector AS halfvec({size})) <#> CAST(:vector AS halfvec({size}))) AS score"
    " FROM entry_passages JOIN entries ON entries.key = entry_key WHERE encoder = '{encoder}' AND entries.status = 'published'"
    " AND (valid_from IS NULL OR valid_from <= :today) AND (valid_until IS NULL OR valid_until >= :today)"
    " ORDER BY CAST(vector AS halfvec({size})) <#> CAST(:vector AS halfvec({size})) LIMIT :limit"
)


def is_available(session: Session) -> bool:
    """Whether the database has the extension, in version 0.8 or later, or lets this user have it."""
    if session.get_bind().dialect.name != "postgresql":
        return False
    if not session.scalar(_IS_INSTALLED):
        try:
            with session.begin_nested():
                session.execute(_MAKE_EXTENSION)
        except DBAPIError:  # it is not there, or this user may not
            return False
    return bool(session.scalar(_IS_INSTALLED))


def save(session: Session, fingerprint: str, vectors: Mapping[int, Vectors]) -> None:
    """Keeps vectors in place of older ones of the same entries.

    Args:
        session: of a write transaction.
        fingerprint: names the encoder.
        vectors: of each entry, by key. Shape: (text, dimension) float32.
    """
    encoder, size = _name(fingerprint), next(iter(vectors.values())).shape[1]
    if not session.scalar(_HAS_TABLE):
        session.execute(_MAKE_TABLE)
    session.execute(text(_MAKE_INDEX.format(encoder=encoder, size=size)))
    session.execute(_REMOVE, {"keys": list(vectors)})
    rows = [
        {"key": key, "position": position, "encoder": encoder, "vector": _literal(row)}
        for key, of_entry in vectors.items()
        for position, row in enumerate(of_entry)
    ]
    session.execute(_PUT, rows)


def search(session: Session, fingerprint: str, vector: Vectors, limit: int, today: date) -> list[tuple[str, int, float]] | None:
    """Returns the nearest texts of entries that may answer on a day: entry id, which of its texts, and the cosine; best first.

    None says that the database has no index of vectors.

    Args:
        session: of the database.
        fingerprint: names the encoder.
        vector: of the question, normalised. Shape: (dimension,) float32.
        limit: at most so many.
        today: the day.
    """
    if session.get_bind().dialect.name != "postgresql" or not session.scalar(_HAS_TABLE):
        return None
    session.execute(text(f"SET LOCAL hnsw.ef_search = {max(EF_SEARCH, min(limit, 1000))}"))
    session.execute(text("SET LOCAL hnsw.iterative_scan = strict_order"))  # until enough of what is found may answer
    nearest = text(_SEARCH.format(encoder=_name(fingerprint), size=len(vector)))
    found = session.execute(nearest, {"vector": _literal(vector), "limit": limit, "today": today})
    return [(entry_id, position, float(score)) for entry_id, position, score in found]


def _name(fingerprint: str) -> str:
    """Returns a short name of an encoder that may stand in a statement."""
    return hashlib.sha256(fingerprint.encode()).hexdigest()[:16]


def _literal(vector: Vectors) -> str:
    return "[" + ",".join(f"{value:.5g}" for value in vector.tolist()) + "]"
