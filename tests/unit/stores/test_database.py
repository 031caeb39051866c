from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import text

from assistant.dialogue.events import UserUttered
from assistant.errors import BadDatabaseUrl, DatabaseUnavailable
from assistant.stores import marks, sqlite
from assistant.stores.conversations import ConversationStore
from assistant.stores.database import Database, open_database

# The superuser writes where it pleases: the child drops that right before it opens anything.
OPEN_AS_NOBODY = """
import os, sys
from assistant.errors import DatabaseUnavailable
from assistant.stores.conversations import ConversationStore
from assistant.stores.database import Database, open_database
from assistant.dialogue.events import UserUttered
open_database(sys.argv[2]).close()  # all modules are loaded while they can be read
if os.getuid() == 0:
    os.setgid(65534); os.setuid(65534)
try:
    with open_database(sys.argv[1]) as database:
        ConversationStore(database).append("ann", [UserUttered("hi")], 0)
except DatabaseUnavailable as error:
    print(error)
"""


def url(folder: Path) -> str:
    return f"sqlite:///{folder}/assistant.db"


@pytest.mark.parametrize(
    ("address", "why"),
    [("no url", "it is no URL"), ("sqlite://", "it names no file"), ("mysql://host/db", '"mysql" is not supported')],
)
def test_an_address_that_cannot_be_used_is_refused(address: str, why: str) -> None:
    with pytest.raises(BadDatabaseUrl, match=f"STR-005 .*{why}"):
        open_database(address)


def test_the_folder_is_made(tmp_path: Path) -> None:
    with open_database(f"sqlite:///{tmp_path}/a/b/assistant.db"):
        assert (tmp_path / "a/b/assistant.db").is_file()


def test_a_path_through_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseUnavailable, match=r"STR-001 .*file/assistant.db: .*"):
        open_database(f"sqlite:///{tmp_path}/file/assistant.db")


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "assistant.db").write_text("shopping list" * 100)
    with pytest.raises(DatabaseUnavailable, match="not a database"):
        open_database(url(tmp_path))
    assert (tmp_path / "assistant.db").read_text().startswith("shopping list")


def test_a_block_that_raises_changes_nothing(tmp_path: Path) -> None:
    with open_database(url(tmp_path)) as database:

        def fail() -> None:
            with database.write() as session:
                session.execute(text("INSERT INTO marks VALUES ('x', 1)"))
                raise RuntimeError

        with pytest.raises(RuntimeError):
            fail()
        with database.read() as session:
            assert session.scalar(text("SELECT count(*) FROM marks")) == 0


def test_a_reader_changes_nothing(tmp_path: Path) -> None:
    with open_database(url(tmp_path)) as database:
        with database.read() as session:
            session.execute(text("INSERT INTO marks VALUES ('x', 1)"))
        with database.read() as session:
            assert session.scalar(text("SELECT count(*) FROM marks")) == 0


def test_connections_are_configured(tmp_path: Path) -> None:
    with open_database(url(tmp_path)) as database, database.read() as session:
        found = {
            name: session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    assert found == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "secure_delete": 1}


def test_a_writer_waits_its_turn(tmp_path: Path) -> None:
    with open_database(url(tmp_path)) as database:
        order: list[str] = []
        inside = threading.Event()

        def hold() -> None:
            with database.write():
                inside.set()
                time.sleep(0.4)
                order.append("first")

        holder = threading.Thread(target=hold)
        holder.start()
        assert inside.wait(60)
        with database.write():
            order.append("second")
        holder.join()
    assert order == ["first", "second"]


def test_a_lock_that_is_never_released_is_an_error_in_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "PATIENCE_S", 0.1)
    with open_database(url(tmp_path)) as database:
        other = sqlite3.connect(tmp_path / "assistant.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseUnavailable, match="locked"):
            ConversationStore(database).append("ann", [UserUttered("hi")], 0)
        other.execute("ROLLBACK")
        other.close()
        assert ConversationStore(database).append("ann", [UserUttered("hi")], 0) == 1


def test_scrubbing_gives_up_on_a_reader_that_never_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "PATIENCE_S", 0.1)
    with open_database(url(tmp_path)) as database:
        store = ConversationStore(database)
        store.append("ann", [UserUttered("hi")], 0)
        other = sqlite3.connect(tmp_path / "assistant.db", isolation_level=None)
        other.execute("BEGIN")
        other.execute("SELECT * FROM events").fetchall()
        with pytest.raises(DatabaseUnavailable, match="the log still holds deleted rows"):
            store.forget("ann")
        other.close()
        assert store.forget("ann").rows == {}


def test_a_full_disk_is_named_and_the_next_turn_works_when_there_is_room(tmp_path: Path) -> None:
    with open_database(url(tmp_path)) as database:
        store = ConversationStore(database)
        store.append("ann", [UserUttered("hi")], 0)
        database.close()
        limit(database, "PRAGMA max_page_count = 1")  # SQLite takes the present size instead: there is no room left
        with pytest.raises(DatabaseUnavailable, match="full"):
            store.append("ann", [UserUttered("x" * 1_000_000)], 1)
        assert len(store.load("ann")) == 1
        limit(database, "PRAGMA max_page_count = 1000000")
        assert store.append("ann", [UserUttered("x" * 1_000_000)], 1) == 2


def limit(database: Database, pragma: str) -> None:
    with database.read() as session:
        session.execute(text(pragma))


def test_a_database_that_goes_missing_is_noticed_and_found_again(tmp_path: Path) -> None:
    with open_database(url(tmp_path)) as database:
        store = ConversationStore(database)
        store.append("ann", [UserUttered("hi")], 0)
        database.close()
        (tmp_path / "assistant.db").rename(tmp_path / "away.db")
        with pytest.raises(DatabaseUnavailable, match="the file was removed while it was open"):
            store.append("ann", [UserUttered("again")], 1)
        with pytest.raises(DatabaseUnavailable, match="the file was removed while it was open"):
            database.mark("faq_revision")
        assert not (tmp_path / "assistant.db").exists()
        (tmp_path / "away.db").rename(tmp_path / "assistant.db")
        assert store.append("ann", [UserUttered("again")], 1) == 2


def test_a_number_is_read_without_a_transaction(tmp_path: Path) -> None:
    with open_database(url(tmp_path)) as database, open_database(url(tmp_path)) as other:
        assert database.mark("steps") == 0
        for expected in (2, 4):
            with other.write() as session:
                marks.add(session, "steps", 2)
                assert database.mark("steps") == expected - 2  # what is not committed is not there
            assert database.mark("steps") == expected
        with other.write() as session:
            session.execute(text("DROP TABLE marks"))
        with pytest.raises(DatabaseUnavailable, match=r"STR-001 .*no such table: marks"):
            database.mark("steps")


def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        command = [sys.executable, "-c", OPEN_AS_NOBODY, f"sqlite:///{folder}/assistant.db", url(tmp_path)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.stdout.startswith(f"STR-001 {folder}/assistant.db: the database cannot be used: unable to open database file")
