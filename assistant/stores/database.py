"""Opens the database and hands out transactions that wait for one another instead of failing."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, InternalError, OperationalError

from assistant.errors import BadDatabaseUrl, DatabaseUnavailable
from assistant.stores import marks
from assistant.stores.postgresql import DRIVER, Postgresql
from assistant.stores.schema import ensure_schema
from assistant.stores.sqlite import Sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import URL, Engine
    from sqlalchemy.orm import Session


REDACTS = "redacts"
"""What a session's ``info`` names it by, whether what users write is stored without personal data."""


class Backend(Protocol):
    """What differs between one kind of database and another."""

    shown: str
    fix: str
    engine: Engine

    def begun(self, *, is_write: bool, lock: str) -> Session:
        """Returns a session whose transaction has begun."""

    def check(self) -> None:
        """Notices that the database is no longer the one that was opened."""

    def scrub(self, tables: tuple[str, ...]) -> None:
        """Makes what was deleted from tables unreadable on the disk."""


def open_database(url: str, *, redacts: bool = False) -> Database:
    """Returns the database at the URL, its schema made or brought up to date.

    Args:
        url: such as ``sqlite:////home/ann/shop/.assistant/assistant.db``, where the file and its folder are made when they are not
            there, or ``postgresql://ann@host/shop``.
        redacts: whether personal data in what users write is replaced before it is stored; see ``assistant.redaction``.

    Raises:
        BadDatabaseUrl: the URL cannot be read, or names a kind of database that is not supported.
        DatabaseUnavailable: it cannot be made, reached, opened or written, or is no database.
        SchemaTooNew: a newer release made it.
    """
    database = Database(_parsed(url), redacts=redacts)
    try:
        ensure_schema(database)
    except BaseException:
        database.close()
        raise
    return database


class Database:
    """A database and its transactions; may be shared by threads. ``close`` it, or use it in a ``with`` statement.

    Attributes:
        shown: how errors name the database.
        redacts: whether what users write is stored without personal data.
    """

    def __init__(self, url: URL, *, redacts: bool = False) -> None:
        self.redacts = redacts
        self._backend: Backend = Sqlite(url) if url.get_backend_name() == "sqlite" else Postgresql(url)
        self.shown = self._backend.shown

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Gives a session that sees one state of the database throughout; what it changes is thrown away.

        Raises:
            DatabaseUnavailable: the database cannot be read now.
        """
        with self._transaction(is_write=False) as session:
            yield session

    @contextmanager
    def write(self, lock: str = "") -> Iterator[Session]:
        """Gives a session that can write; all it changes is committed at the end, or nothing when the block raises.

        Args:
            lock: no two transactions that name the same lock run at once. On SQLite no two that write do, whatever they name.

        Raises:
            DatabaseUnavailable: the database cannot be written now.
        """
        with self._transaction(is_write=True, lock=lock) as session:
            yield session
            session.commit()

    def mark(self, name: str) -> int:
        """Returns a named number as it is at this moment; see ``assistant.stores.marks``. For what is read with each question.

        Raises:
            DatabaseUnavailable: the database cannot be read now.
        """
        self._backend.check()
        try:
            with self._translated():
                return marks.peek(self._backend.engine, name)
        except self._backend.engine.dialect.loaded_dbapi.Error as error:  # the driver's own, since nothing stands in between
            raise DatabaseUnavailable(path=self.shown, why=str(error).strip(), fix=self._backend.fix) from error

    def scrub(self, tables: tuple[str, ...]) -> None:
        """Makes rows that were deleted from tables unreadable on the disk.

        Raises:
            DatabaseUnavailable: another process kept reading all the while.
        """
        with self._translated():
            self._backend.scrub(tables)

    def close(self) -> None:
        """Closes all connections; a later transaction opens new ones."""
        self._backend.engine.dispose()

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _transaction(self, *, is_write: bool, lock: str = "") -> Iterator[Session]:
        with self._translated():
            session = self._backend.begun(is_write=is_write, lock=lock)
            session.info[REDACTS] = self.redacts  # for those who are handed nothing but the session
            try:
                yield session
            finally:
                session.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            # Other subclasses are broken rules, such as a key that is there already: the stores' business.
            if type(error) not in {OperationalError, InternalError, DatabaseError}:
                raise
            why = str(error.orig).strip().splitlines()[0]
            raise DatabaseUnavailable(path=self.shown, why=why, fix=self._backend.fix) from error


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise BadDatabaseUrl(url=url, why="it is no URL") from error
    if parsed.drivername in {"postgresql", "postgres", DRIVER}:
        return parsed
    shown = parsed.render_as_string(hide_password=True)
    if parsed.get_backend_name() != "sqlite":
        raise BadDatabaseUrl(url=shown, why=f'"{parsed.drivername}" is not supported')
    if not parsed.database or parsed.database == ":memory:":
        raise BadDatabaseUrl(url=shown, why="it names no file")
    return parsed
