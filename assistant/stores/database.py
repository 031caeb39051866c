"""Opens the database and hands out transactions that wait for one another instead of failing.

SQLite runs in WAL mode: readers never wait, and there is one writer at a time. Every write transaction starts with BEGIN IMMEDIATE,
so that it holds the write lock before it reads anything; one that read first and wrote later would fail at once instead of waiting.
``synchronous`` is NORMAL: what was committed survives the death of the process, and a power cut leaves a sound database.
"""

from __future__ import annotations

import random
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.orm import Session

from assistant.errors import BadDatabaseUrl, DatabaseUnavailable
from assistant.stores.schema import ensure_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import URL, Connection, Engine

BUSY_TIMEOUT_S = 0.25
"""How long SQLite itself waits for a lock; short, because its waiting is unfair when many processes write."""

PATIENCE_S = 30.0
"""How long a transaction is tried again before the database counts as unavailable."""

_BUSY_CODES = (5, 6)  # SQLITE_BUSY, SQLITE_LOCKED; the higher bytes hold the kind


def open_database(url: str) -> Database:
    """Returns the database at the URL, its schema made or brought up to date.

    Args:
        url: such as ``sqlite:////home/ann/shop/.assistant/assistant.db``; the file and its folder are made when they are not there.

    Raises:
        BadDatabaseUrl: the URL cannot be read, or names a kind of database that is not supported.
        DatabaseUnavailable: the file cannot be made, opened or written, or is no database.
        SchemaTooNew: a newer release made it.
    """
    database = Database(_parsed(url))
    try:
        ensure_schema(database)
    except BaseException:
        database.close()
        raise
    return database


class Database:
    """A database and its transactions; may be shared by threads. ``close`` it, or use it in a ``with`` statement.

    Attributes:
        path: the file.
        shown: how errors name the database.
    """

    def __init__(self, url: URL) -> None:
        self.path = Path(url.database or "").absolute()
        self.shown = str(self.path)
        self._engine = _engine(url)
        self._writer = self._engine.execution_options(begin="BEGIN IMMEDIATE")
        self._identity: tuple[int, int] | None = None
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseUnavailable(path=self.shown, why=error.strerror or str(error)) from error

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Gives a session that sees one state of the database throughout; what it changes is thrown away.

        Raises:
            DatabaseUnavailable: the database cannot be read now.
        """
        with self._transaction(self._engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Gives a session that holds the write lock; all it changes is committed at the end, or nothing when the block raises.

        Raises:
            DatabaseUnavailable: the database cannot be written now.
        """
        with self._transaction(self._writer) as session:
            yield session
            session.commit()

    def scrub(self) -> None:
        """Empties the write-ahead log into the database, so that deleted rows are nowhere on the disk.

        Raises:
            DatabaseUnavailable: another process kept reading all the while.
        """
        deadline = time.monotonic() + PATIENCE_S
        while True:
            with self._translated(), self._engine.connect() as connection:
                raw = connection.connection.dbapi_connection
                is_busy = raw is not None and raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            if not is_busy:
                return
            if time.monotonic() > deadline:
                raise DatabaseUnavailable(
                    path=self.shown,
                    why="another process is reading, so the log still holds deleted rows",
                    fix="close the other process and try again",
                )
            _pause()

    def close(self) -> None:
        """Closes all connections; a later transaction opens new ones."""
        self._engine.dispose()

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Session]:
        self._check_identity()
        with self._translated():
            session = _begun(engine)
            try:
                yield session
            finally:
                session.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (OperationalError, DatabaseError) as error:
            # Subclasses other than OperationalError are broken rules, such as a key that is there already: the stores' business.
            if type(error) not in {OperationalError, DatabaseError}:
                raise
            raise DatabaseUnavailable(path=self.shown, why=str(error.orig)) from error

    def _check_identity(self) -> None:
        """Notices that the file was removed or replaced: SQLite would go on writing into the file that no longer has a name."""
        try:
            status = self.path.stat()
        except OSError:
            if self._identity is None:
                return
            self.close()
            raise DatabaseUnavailable(
                path=self.shown, why="the file was removed while it was open", fix="put it back, or start again to make a new one"
            ) from None
        identity = (status.st_dev, status.st_ino)
        if self._identity not in {None, identity}:
            self.close()
        self._identity = identity


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise BadDatabaseUrl(url=url, why="it is no URL") from error
    if parsed.get_backend_name() != "sqlite":
        raise BadDatabaseUrl(url=url, why=f'"{parsed.get_backend_name()}" is not supported')
    if not parsed.database or parsed.database == ":memory:":
        raise BadDatabaseUrl(url=url, why="it names no file")
    return parsed


def _engine(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S})
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def _configure(connection: Any, _record: object) -> None:  # Any: the driver's connection
    connection.isolation_level = None  # the driver leaves BEGIN to us
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            # Switching to WAL wants the file alone, and SQLite does not wait for that: processes that start together collide.
            connection.execute("PRAGMA journal_mode = WAL")
            break
        except Exception as error:
            if not _is_busy(error) or time.monotonic() > deadline:
                raise
            _pause()
    for pragma in ("synchronous = NORMAL", "foreign_keys = ON", "secure_delete = ON", "temp_store = MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def _begun(engine: Engine) -> Session:
    """Returns a session whose transaction has begun; waits its turn.

    For SQLite that is the only place where a transaction can meet another: once a writer holds the lock, nothing else is busy.
    """
    deadline = time.monotonic() + PATIENCE_S
    while True:
        session = Session(engine, expire_on_commit=False)
        try:
            session.connection()
        except OperationalError as error:
            session.close()
            if not _is_busy(error.orig) or time.monotonic() > deadline:
                raise
            _pause()
        except BaseException:
            session.close()
            raise
        else:
            return session


def _is_busy(error: BaseException | None) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _BUSY_CODES


def _pause() -> None:
    time.sleep(random.uniform(0.001, 0.02))
