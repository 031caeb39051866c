from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from assistant.errors import SchemaTooNew
from assistant.stores import schema
from assistant.stores.conversations import ConversationStore
from assistant.stores.database import Database, _parsed, open_database
from assistant.stores.entries import EntryStore
from assistant.stores.tables import Table

if TYPE_CHECKING:
    from pathlib import Path

OPEN_AND_APPEND = """
import sys
from assistant.dialogue.events import UserUttered
from assistant.stores.conversations import ConversationStore
from assistant.stores.database import open_database
with open_database(sys.argv[1]) as database:
    ConversationStore(database).append(sys.argv[2], [UserUttered("hi")], 0)
print("alembic" in sys.modules)
"""


def url(folder: Path) -> str:
    return f"sqlite:///{folder}/assistant.db"


def at_revision(folder: Path, revision: str) -> None:
    with Database(_parsed(url(folder))) as database, database.write() as session:
        config = schema.alembic_config()
        config.attributes["connection"] = session.connection()
        command.upgrade(config, revision)


def test_the_revisions_named_are_those_of_the_migrations() -> None:
    scripts = ScriptDirectory.from_config(schema.alembic_config())
    assert scripts.get_current_head() == schema.HEAD
    assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == schema.KNOWN


def test_the_migrations_make_the_tables(tmp_path: Path) -> None:
    with open_database(url(tmp_path)) as database, database.read() as session:
        context = MigrationContext.configure(
            session.connection(),
            opts={"include_name": lambda name, kind, _: kind != "table" or not str(name).startswith("entry_text")},
        )
        assert compare_metadata(context, Table.metadata) == []


def test_an_older_database_is_brought_up_to_date_with_what_it_holds(tmp_path: Path) -> None:
    at_revision(tmp_path, "0001")
    with Database(_parsed(url(tmp_path))) as old, old.write() as session:
        session.execute(text("INSERT INTO conversations VALUES (1, 'ann', 0, 0, 1.0, 1.0, 'hi')"))
    with open_database(url(tmp_path)) as database:
        EntryStore(database).save_calibration("encoder", 1, {})
        assert [summary.sender_id for summary in ConversationStore(database).senders()] == ["ann"]
        with database.read() as session:
            assert schema.current_revision(session) == schema.HEAD


def test_migrations_can_be_taken_back(tmp_path: Path) -> None:
    with open_database(url(tmp_path)) as database:
        with database.write() as session:
            config = schema.alembic_config()
            config.attributes["connection"] = session.connection()
            command.downgrade(config, "base")
        with database.read() as session:
            tables = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
    assert tables == ["alembic_version"]


def test_a_database_of_a_newer_release_is_left_alone(tmp_path: Path) -> None:
    with open_database(url(tmp_path)) as database, database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = (tmp_path / "assistant.db").read_bytes()
    with pytest.raises(SchemaTooNew, match=r'STR-003 .* the database has schema "9999"'):
        open_database(url(tmp_path))
    assert (tmp_path / "assistant.db").read_bytes() == before


def test_processes_that_start_at_once_make_one_schema(tmp_path: Path) -> None:
    children = [
        subprocess.Popen([sys.executable, "-c", OPEN_AND_APPEND, url(tmp_path), name], stdout=subprocess.PIPE, text=True)
        for name in ("ann", "bob", "eve")
    ]
    assert [child.communicate()[0] != "" and child.returncode for child in children] == [0, 0, 0]
    with open_database(url(tmp_path)) as database:
        assert {summary.sender_id for summary in ConversationStore(database).senders()} == {"ann", "bob", "eve"}


def test_a_current_database_is_opened_without_alembic(tmp_path: Path) -> None:
    open_database(url(tmp_path)).close()
    result = subprocess.run(
        [sys.executable, "-c", OPEN_AND_APPEND, url(tmp_path), "ann"], capture_output=True, text=True, check=True
    )
    assert result.stdout == "False\n"
