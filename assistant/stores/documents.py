"""Documents that questions are answered from, and the vectors of their sentences."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
from sqlalchemy import delete, func, select

from assistant.errors import UnknownDocument
from assistant.knowledge.document import Document, Passage
from assistant.stores import marks
from assistant.stores.columns import storable
from assistant.stores.tables import DocumentRow, DocumentVectorRow

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from sqlalchemy.orm import Session

    from assistant.stores.database import Database

REVISION = "knowledge_revision"
"""Grows with every change of a document."""

Vectors: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"
Change: TypeAlias = Literal["added", "updated", "unchanged"]

_STORED = np.dtype("<f2")


class DocumentStore:
    """Keeps documents. Any number of processes may use one database at once."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def _write(self) -> AbstractContextManager[Session]:
        return self.database.write(lock=REVISION)

    def revision(self) -> int:
        """Returns a number that grows with every change.

        Raises:
            DatabaseUnavailable: the database cannot be read now.
        """
        with self.database.read() as session:
            return marks.get(session, REVISION)

    def put(self, document: Document) -> Change:
        """Keeps a document in place of the one that was read from the same file, or that has the same content.

        A document of another file that happens to have the same name gets a number.

        Returns:
            What became of it; one whose file has not changed stays as it is.

        Raises:
            DatabaseUnavailable: the database cannot be written now.
        """
        with self._write() as session:
            row = self._same(session, document)
            is_same = row is not None and (row.digest, row.source) == (document.digest, document.source)
            if row is not None and is_same and _cut(row) == document.passages:
                return "unchanged"
            change: Change = "added" if row is None else "updated"
            row = row or DocumentRow(key=_next_key(session), id=_free_id(session, document.id))
            row.title, row.source, row.text = document.title, document.source, storable(document.text)
            row.passages = [passage.as_json() for passage in document.passages]
            row.digest, row.updated_at = document.digest, time.time()
            row.revision = marks.add(session, REVISION, 1)
            session.add(row)
            return change

    def remove(self, document_id: str) -> None:
        """Removes a document: nothing is answered from it any more.

        Raises:
            UnknownDocument: there is none of this id.
        """
        with self._write() as session:
            row = _row(session, document_id)
            session.execute(delete(DocumentVectorRow).where(DocumentVectorRow.document_key == row.key))
            session.delete(row)
            marks.add(session, REVISION, 1)

    def get(self, document_id: str) -> Document:
        """Returns a document.

        Raises:
            UnknownDocument: there is none of this id.
        """
        with self.database.read() as session:
            return _document(_row(session, document_id))

    def list(self) -> tuple[Document, ...]:
        """Returns all documents by title.

        Raises:
            DatabaseUnavailable: the database cannot be read now.
        """
        with self.database.read() as session:
            rows = session.scalars(select(DocumentRow).order_by(DocumentRow.title, DocumentRow.id))
            return tuple(_document(row) for row in rows)

    def sources(self) -> dict[str, tuple[str, str]]:
        """Returns of each file that was read the id of its document, and the digest.

        Raises:
            DatabaseUnavailable: the database cannot be read now.
        """
        with self.database.read() as session:
            rows = session.execute(select(DocumentRow.source, DocumentRow.id, DocumentRow.digest))
            return {source: (document_id, digest) for source, document_id, digest in rows}

    def load_vectors(self, fingerprint: str) -> dict[str, tuple[str, Vectors]]:
        """Returns the vectors that this encoder made: for each document the digest that they were made of, and the vectors."""
        wanted = (
            select(DocumentRow.id, DocumentVectorRow.digest, DocumentVectorRow.n_vectors, DocumentVectorRow.data)
            .join(DocumentRow, DocumentRow.key == DocumentVectorRow.document_key)
            .where(DocumentVectorRow.fingerprint == fingerprint)
        )
        with self.database.read() as session:
            found = session.execute(wanted).all()
        return {
            document_id: (digest, np.frombuffer(data, dtype=_STORED).reshape(n_vectors, -1).astype(np.float32))
            for document_id, digest, n_vectors, data in found
        }

    def save_vectors(self, fingerprint: str, vectors: Mapping[str, tuple[str, Vectors]]) -> None:
        """Keeps vectors in place of older ones; those of a document that is gone are dropped.

        Args:
            fingerprint: names the encoder.
            vectors: for each document the digest that they were made of, and the vectors. Shape: (sentence, dimension).
        """
        with self._write() as session:
            keys = dict(session.execute(select(DocumentRow.id, DocumentRow.key).where(DocumentRow.id.in_(list(vectors)))).all())
            session.execute(delete(DocumentVectorRow).where(DocumentVectorRow.document_key.in_(list(keys.values()))))
            for document_id, (digest, made) in vectors.items():
                if document_id in keys:
                    data = made.astype(_STORED).tobytes()
                    row = {"digest": digest, "fingerprint": fingerprint, "n_vectors": len(made), "data": data}
                    session.add(DocumentVectorRow(document_key=keys[document_id], **row))

    def _same(self, session: Session, document: Document) -> DocumentRow | None:
        """Returns the row of the same file, or else of the same content."""
        by_source = session.scalar(select(DocumentRow).where(DocumentRow.source == document.source))
        return by_source or session.scalar(select(DocumentRow).where(DocumentRow.digest == document.digest).limit(1))


def _row(session: Session, document_id: str) -> DocumentRow:
    row = session.scalar(select(DocumentRow).where(DocumentRow.id == document_id))
    if row is None:
        raise UnknownDocument(document_id=document_id, known=session.scalars(select(DocumentRow.id)).all())
    return row


def _document(row: DocumentRow) -> Document:
    return Document(row.id, row.title, row.source, row.text, _cut(row), row.digest, row.updated_at)


def _cut(row: DocumentRow) -> tuple[Passage, ...]:
    return tuple(Passage.from_json(data) for data in row.passages)


def _next_key(session: Session) -> int:
    return int(session.scalar(select(func.max(DocumentRow.key))) or 0) + 1


def _free_id(session: Session, wanted: str) -> str:
    taken = set(session.scalars(select(DocumentRow.id).where(DocumentRow.id.startswith(wanted, autoescape=True))))
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}-{number}", number + 1
    return name
