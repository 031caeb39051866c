"""What only PostgreSQL can do wrong: a server that is not there, a connection that breaks, a schema of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from assistant.dialogue.events import UserUttered
from assistant.errors import BadDatabaseUrl, DatabaseUnavailable
from assistant.faq.entry import FaqEntry
from assistant.stores import postgresql, schema
from assistant.stores.conversations import ConversationStore
from assistant.stores.database import Database, open_database
from assistant.stores.entries import EntryStore
from assistant.stores.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

OWN_TABLES = ("entry_text", "entry_passages")


@pytest.fixture
def url(postgresql_url: str) -> str:
    return postgresql_url


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    with open_database(url) as opened:
        yield opened


def end_connections(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(DatabaseUnavailable, match=r"STR-001 postgresql://ann:\*\*\*@127.0.0.1:1/shop: .* server runs") as caught:
        open_database("postgresql://ann:secret@127.0.0.1:1/shop")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "why"),
    [("postgresql://ann:secret@host", "it names no database"), ("postgresql+asyncpg://host/x", "is not supported")],
)
def test_an_address_that_cannot_be_used_is_refused(address: str, why: str) -> None:
    with pytest.raises(BadDatabaseUrl, match=why) as caught:
        open_database(address)
    assert "secret" not in str(caught.value)


def test_a_connection_that_broke_is_opened_again(database: Database, url: str) -> None:
    store = ConversationStore(database)
    store.append("ann", [UserUttered("one")], 0)
    end_connections(url)
    assert store.append("ann", [UserUttered("two")], 1) == 2


def test_a_server_that_goes_in_the_middle_leaves_nothing_half_written(database: Database, url: str) -> None:
    store = EntryStore(database)

    def entries() -> Iterator[FaqEntry]:
        for number in range(1_000):
            if number == 700:
                end_connections(url)
            yield FaqEntry(f"e{number}", "Question?", "Answer.", status="published")

    with pytest.raises(DatabaseUnavailable, match=r"STR-001 .*; check that the server runs"):
        store.import_entries(entries())
    assert store.list() == ()
    assert store.revision() == 0
    assert store.import_entries([FaqEntry("one", "Question?", "Answer.")]).n_added == 1


def test_a_lock_that_is_never_released_is_an_error_in_the_end(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "PATIENCE_S", 1)
    with (
        open_database(url) as impatient,
        impatient.write(lock="faq_revision"),
        pytest.raises(DatabaseUnavailable, match="lock timeout"),
    ):
        EntryStore(impatient).add(FaqEntry("one", "Question?", "Answer."))
    with open_database(url) as database:
        assert EntryStore(database).add(FaqEntry("one", "Question?", "Answer.")).version == 1


def test_the_migrations_make_the_tables(database: Database) -> None:
    with database.read() as session:
        context = MigrationContext.configure(
            session.connection(), opts={"include_name": lambda name, kind, _: kind != "table" or name not in OWN_TABLES}
        )
        assert compare_metadata(context, Table.metadata) == []


def test_migrations_can_be_taken_back(database: Database) -> None:
    config = schema.alembic_config()
    for step, revision in ((command.downgrade, "base"), (command.upgrade, "head")):
        with database.write() as session:
            config.attributes["connection"] = session.connection()
            step(config, revision)
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM entry_text")) == 0
