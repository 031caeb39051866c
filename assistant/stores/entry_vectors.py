"""Sentence vectors of FAQ entries, kept so that a start does not compute them again. They can always be made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from sqlalchemy import and_, delete, exists, insert, select

from assistant.stores import passage_vectors
from assistant.stores.tables import EntryRow, EntryVectorRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

Vectors: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"
"""Normalised sentence vectors. Shape: (text, dimension) float32."""

_STORED = np.dtype("<f2")  # half precision: a cosine differs by less than 0.001


def load(session: Session, fingerprint: str, entry_ids: Sequence[str] | None = None) -> dict[str, tuple[int, Vectors]]:
    """Returns the vectors that this encoder made: for each entry the version that they were made of, and the vectors.

    Args:
        session: of the database.
        fingerprint: names the encoder.
        entry_ids: the entries wanted; None for all.
    """
    wanted = (
        select(EntryRow.id, EntryVectorRow.version, EntryVectorRow.n_vectors, EntryVectorRow.data)
        .join(EntryRow, EntryRow.key == EntryVectorRow.entry_key)
        .where(EntryVectorRow.fingerprint == fingerprint)
    )
    if entry_ids is not None:
        wanted = wanted.where(EntryRow.id.in_(entry_ids))
    found = session.execute(wanted)
    return {entry_id: (version, _read(data, n_vectors)) for entry_id, version, n_vectors, data in found}


def save(session: Session, fingerprint: str, vectors: Mapping[str, tuple[int, Vectors]]) -> None:
    """Keeps vectors in place of older ones; those of an entry that is no longer there are dropped.

    Args:
        session: of a write transaction.
        fingerprint: names the encoder.
        vectors: for each entry the version that they were made of, and the vectors. Shape: (text, dimension) float32.
    """
    keys = dict(session.execute(select(EntryRow.id, EntryRow.key).where(EntryRow.id.in_(list(vectors)))).all())
    rows = [
        {
            "entry_key": keys[entry_id],
            "version": version,
            "fingerprint": fingerprint,
            "n_vectors": len(made),
            "data": made.astype(_STORED).tobytes(),
        }
        for entry_id, (version, made) in vectors.items()
        if entry_id in keys
    ]
    if rows:
        session.execute(delete(EntryVectorRow).where(EntryVectorRow.entry_key.in_(list(keys.values()))))
        session.execute(insert(EntryVectorRow), rows)
        if passage_vectors.is_available(session):
            of_entries = {keys[entry_id]: made for entry_id, (_, made) in vectors.items() if entry_id in keys}
            passage_vectors.save(session, fingerprint, of_entries)


def missing(what: Any, fingerprint: str) -> Select[Any]:
    """Returns the query for something of the published entries that have no vectors of their newest version by an encoder."""
    is_made = and_(
        EntryVectorRow.entry_key == EntryRow.key,
        EntryVectorRow.version == EntryRow.version,
        EntryVectorRow.fingerprint == fingerprint,
    )
    of_published = select(what).select_from(EntryRow).where(EntryRow.status == "published")
    return of_published.where(~exists().where(is_made))


def _read(data: bytes, n_vectors: int) -> Vectors:
    return np.frombuffer(data, dtype=_STORED).reshape(n_vectors, -1).astype(np.float32)
