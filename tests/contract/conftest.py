"""Every store is held to its contract on each kind of database."""

from __future__ import annotations

import os
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from assistant.stores.database import open_database
from tests.postgresql import running_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.stores.database import Database


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL server."""
    with ExitStack() as stack:
        try:
            url = stack.enter_context(running_server())
        except RuntimeError as error:
            pytest.skip(str(error))
        yield url


class Databases:
    """Databases of a server, each with the schema in it and nothing else; one that was used is emptied and used again.

    Making and dropping one for every test would take longer than most of the tests.
    """

    def __init__(self, server: str, connection: psycopg.Connection[Any]) -> None:
        self._server, self._connection = server, connection
        self._made: list[str] = []
        self._free: list[str] = []
        self._template = self._new("template1")
        open_database(self._template).close()  # migrated once, then copied
        self._things = self._things_in(self._template)

    def lend(self) -> str:
        """Returns the URL of a database that nobody else uses."""
        return self._free.pop() if self._free else self._new(self._made[0])

    def take_back(self, url: str) -> None:
        """Empties a database; one that has no longer the tables it had, or that somebody still holds, is not used again."""
        if self._things_in(url) != self._things:
            return
        tables = ", ".join(name for name, kind in self._things if kind == "r" and name != "alembic_version")
        with psycopg.connect(url, autocommit=True) as connection, suppress(psycopg.errors.LockNotAvailable):
            connection.execute("SET lock_timeout = '5s'")
            connection.execute(f"TRUNCATE {tables} RESTART IDENTITY")
            self._free.append(url)

    def drop(self) -> None:
        """Drops all of them; one that a stuck server does not let go stays, rather than that the tests never end."""
        for name in self._made:
            with suppress(psycopg.errors.QueryCanceled):
                self._connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _new(self, template: str) -> str:
        name = f"assistant_test_{os.getpid()}_{len(self._made)}"
        self._connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        self._made.append(name)
        return make_url(self._server).set(database=name).render_as_string(hide_password=False)

    @staticmethod
    def _things_in(url: str) -> list[tuple[Any, ...]]:
        wanted = "SELECT relname, relkind::text FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY relname"
        with psycopg.connect(url, autocommit=True) as connection:
            return connection.execute(wanted).fetchall()


@pytest.fixture(scope="session")
def postgresql_databases(postgresql_server: str) -> Iterator[Databases]:
    with psycopg.connect(postgresql_server, autocommit=True, options="-c statement_timeout=60s") as connection:
        databases = Databases(postgresql_server, connection)
        yield databases
        databases.drop()


@pytest.fixture
def postgresql_url(postgresql_databases: Databases) -> Iterator[str]:
    """The URL of a PostgreSQL database with the schema in it and nothing else."""
    url = postgresql_databases.lend()
    yield url
    postgresql_databases.take_back(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a new database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/assistant.db"
    found: str = request.getfixturevalue("postgresql_url")
    return found


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    with open_database(url) as opened:
        yield opened


@pytest.fixture
def files(url: str, tmp_path: Path) -> Callable[[], list[Path]]:
    """Returns the files that hold the database."""
    if url.startswith("sqlite"):
        return lambda: list(tmp_path.iterdir())
    data = Path(str(make_url(url).query.get("host", "nowhere"))) / "data"
    if not data.is_dir():
        pytest.skip("the files of a server that was not started here are out of reach")

    def written() -> list[Path]:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
        return [file for file in (data / "base").rglob("*") if file.is_file()]

    return written
