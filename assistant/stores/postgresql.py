"""PostgreSQL: any number of writers at once; those that must not run side by side name the lock that they share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from assistant.errors import BadDatabaseUrl

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

DRIVER = "postgresql+psycopg"
PATIENCE_S = 30
"""How long a transaction waits for a lock before the database counts as unavailable."""

CONNECT_S = 10
"""How long the server may take to answer the first time."""

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext(:name))")


class Postgresql:
    """Transactions on a PostgreSQL database.

    Attributes:
        shown: how errors name the database; no password.
        fix: what errors advise.

    Raises:
        BadDatabaseUrl: it names no database.
    """

    fix = "check that the server runs, has room, and that this user may write there; nothing was half written"

    def __init__(self, url: URL) -> None:
        self.shown = url.render_as_string(hide_password=True)
        if not url.database:
            raise BadDatabaseUrl(url=self.shown, why="it names no database")
        self.engine = create_engine(
            url.set(drivername=DRIVER),
            pool_pre_ping=True,  # a connection that broke while nobody used it is opened again
            connect_args={"connect_timeout": CONNECT_S, "options": f"-c lock_timeout={PATIENCE_S}s"},
        )
        # A reader sees one state throughout. A writer sees what others committed while it waited for its lock.
        self._reader = self.engine.execution_options(isolation_level="REPEATABLE READ")
        self._writer = self.engine.execution_options(isolation_level="READ COMMITTED")

    def begun(self, *, is_write: bool, lock: str) -> Session:
        """Returns a session whose transaction has begun, and which holds the lock alone; waits for it."""
        session = Session(self._writer if is_write else self._reader, expire_on_commit=False)
        try:
            session.connection()
            if lock:
                session.execute(_LOCK, {"name": f"assistant:{lock}"})
        except BaseException:
            session.close()
            raise
        return session

    def check(self) -> None:
        """Does nothing: a server that is gone is noticed where a connection is taken."""

    def scrub(self, tables: tuple[str, ...]) -> None:
        """Writes tables anew without their deleted rows, so that the tables' files no longer hold them.

        The server's own write-ahead log is recycled by the server; what it archives elsewhere is beyond a client's reach.
        """
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            quote = connection.dialect.identifier_preparer.quote
            for table in tables:
                connection.execute(text(f"VACUUM (FULL) {quote(table)}"))
