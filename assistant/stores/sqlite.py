"""SQLite: one file, in WAL mode. Readers never wait, and there is one writer at a time.

Every write transaction starts with BEGIN IMMEDIATE, so that it holds the write lock before it reads anything; one that read first
and wrote later would fail at once instead of waiting. ``synchronous`` is NORMAL: what was committed survives the death of the
process, and a power cut leaves a sound database.
"""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from assistant.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Connection, Engine

BUSY_TIMEOUT_S = 0.25
"""How long SQLite itself waits for a lock; short, because its waiting is unfair when many processes write."""

PATIENCE_S = 30.0
"""How long a transaction is tried again before the database counts as unavailable."""

_BUSY_CODES = (5, 6)  # SQLITE_BUSY, SQLITE_LOCKED; the higher bytes hold the kind


class Sqlite:
    """Transactions on an SQLite file.

    Attributes:
        path: the file.
        shown: how errors name the database.
        fix: what errors advise.

    Raises:
        DatabaseUnavailable: its folder cannot be made.
    """

    fix = "check that the folder is there, writable and not full; nothing was half written"

    def __init__(self, url: URL) -> None:
        self.path = Path(url.database or "").absolute()
        self.shown = str(self.path)
        self.engine = _engine(url)
        self._writer = self.engine.execution_options(begin="BEGIN IMMEDIATE")
        self._identity: tuple[int, int] | None = None
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseUnavailable(path=self.shown, why=error.strerror or str(error)) from error

    def begun(self, *, is_write: bool, lock: str) -> Session:  # noqa: ARG002 (there is one writer: whatever the lock, it is held)
        """Returns a session whose transaction has begun; waits its turn.

        That is the only place where a transaction can meet another: once a writer holds the lock, nothing else is busy.
        """
        self.check()
        deadline = time.monotonic() + PATIENCE_S
        while True:
            session = Session(self._writer if is_write else self.engine, expire_on_commit=False)
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

    def scrub(self, tables: tuple[str, ...]) -> None:  # noqa: ARG002 (pages of deleted rows are overwritten at once)
        """Empties the write-ahead log into the file, so that deleted rows are nowhere on the disk.

        Raises:
            DatabaseUnavailable: another process kept reading all the while.
        """
        deadline = time.monotonic() + PATIENCE_S
        while True:
            with self.engine.connect() as connection:
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

    def check(self) -> None:
        """Notices that the file was removed or replaced: SQLite would go on writing into the file that no longer has a name."""
        try:
            status = self.path.stat()
        except OSError:
            if self._identity is None:
                return
            self.engine.dispose()
            raise DatabaseUnavailable(
                path=self.shown, why="the file was removed while it was open", fix="put it back, or start again to make a new one"
            ) from None
        identity = (status.st_dev, status.st_ino)
        if self._identity not in {None, identity}:
            self.engine.dispose()
        self._identity = identity


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


def _is_busy(error: BaseException | None) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _BUSY_CODES


def _pause() -> None:
    time.sleep(random.uniform(0.001, 0.02))
