"""Every store is held to its contract on each kind of database."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

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


@pytest.fixture(scope="session")
def new_postgresql(postgresql_server: str) -> Iterator[Callable[[], str]]:
    """Returns URLs of new databases, each with the schema in it and nothing else."""
    made: list[str] = []
    with psycopg.connect(postgresql_server, autocommit=True) as connection:

        def new(template: str = "template1") -> str:
            name = f"assistant_test_{os.getpid()}_{len(made)}"
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
            made.append(name)
            return make_url(postgresql_server).set(database=name).render_as_string(hide_password=False)

        open_database(new()).close()  # migrated once, then copied
        yield lambda: new(made[0])
        for name in made:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a new database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/assistant.db"
    new: Callable[[], str] = request.getfixturevalue("new_postgresql")
    return new()


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
