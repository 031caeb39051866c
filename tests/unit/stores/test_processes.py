"""Several processes at one database, and one that is killed at a random moment."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from assistant.dialogue.events import UserUttered
from assistant.faq.entry import FaqEntry
from assistant.stores.conversations import ConversationStore
from assistant.stores.database import open_database
from assistant.stores.entries import EntryStore

if TYPE_CHECKING:
    from pathlib import Path

N_PROCESSES, N_TURNS = 4, 50

CHAT = """
import sys
from assistant.dialogue.events import BotUttered, UserUttered
from assistant.errors import StaleConversation
from assistant.messages import BotMessage
from assistant.stores.conversations import ConversationStore
from assistant.stores.database import open_database
name, n_turns = sys.argv[2], int(sys.argv[3])
with open_database(sys.argv[1]) as database:
    store = ConversationStore(database)
    for turn in range(n_turns):
        while True:
            expected = len(store.load("shared"))
            try:
                store.append("shared", [UserUttered(f"{name} {turn}"), BotUttered(BotMessage(f"{name} {turn}"))], expected)
            except StaleConversation:
                continue
            break
        print(turn, flush=True)
"""

IMPORT = """
import sys
from assistant.faq.entry import FaqEntry
from assistant.stores.database import open_database
from assistant.stores.entries import EntryStore
with open_database(sys.argv[1]) as database:
    batch = (FaqEntry(f"new-{n}", f"Question {n}?", "Answer.", status="published") for n in range(20_000))
    EntryStore(database).import_entries(batch, "replace", progress=lambda step: print(step.done, flush=True))
"""


def started(source: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", source, *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def is_sound(path: Path) -> bool:
    connection = sqlite3.connect(path)
    found = connection.execute("PRAGMA integrity_check").fetchall()
    connection.close()
    return found == [("ok",)]


def test_no_turn_is_lost_doubled_or_torn_apart(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/assistant.db"
    open_database(url).close()
    children = [started(CHAT, url, f"p{number}", str(N_TURNS)) for number in range(N_PROCESSES)]
    outputs = [child.communicate(timeout=120)[0] for child in children]
    assert [child.returncode for child in children] == [0] * N_PROCESSES
    assert all(len(output.splitlines()) == N_TURNS for output in outputs)
    with open_database(url) as database:
        events = ConversationStore(database).load("shared")
        summary = ConversationStore(database).senders()[0]
    assert (summary.n_events, summary.n_turns) == (len(events), N_PROCESSES * N_TURNS)
    said = [event.text for event in events[::2] if isinstance(event, UserUttered)]
    answered = [event.message.text for event in events[1::2] if not isinstance(event, UserUttered)]  # type: ignore[union-attr]
    assert said == answered
    for number in range(N_PROCESSES):
        assert [text for text in said if text.startswith(f"p{number} ")] == [f"p{number} {turn}" for turn in range(N_TURNS)]


def test_every_answered_turn_outlives_the_process(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/assistant.db"
    open_database(url).close()
    for pause_s in (0.0, 0.03):
        child = started(CHAT, url, f"after {pause_s}", "100000")
        assert child.stdout is not None
        answered = [child.stdout.readline() for _ in range(5)]
        time.sleep(pause_s)
        os.kill(child.pid, signal.SIGKILL)
        answered += child.communicate()[0].splitlines(keepends=True)
        with open_database(url) as database:
            said = [event.text for event in ConversationStore(database).load("shared") if isinstance(event, UserUttered)]
        assert {f"after {pause_s} {int(turn)}" for turn in answered if turn.endswith("\n")} <= set(said)
        assert is_sound(tmp_path / "assistant.db")


@pytest.mark.parametrize("n_batches", [1, 4])
def test_a_killed_import_leaves_the_whole_old_state(tmp_path: Path, n_batches: int) -> None:
    url = f"sqlite:///{tmp_path}/assistant.db"
    with open_database(url) as database:
        old = EntryStore(database).add(FaqEntry("old", "Old question?", "Old answer.", status="published"))
        revision = EntryStore(database).revision()
    child = started(IMPORT, url)
    assert child.stdout is not None
    for _ in range(n_batches):
        assert child.stdout.readline()
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    with open_database(url) as database:
        store = EntryStore(database)
        assert store.all_published() == (old,)
        assert store.revision() == revision
        assert [hit.entry_id for hit in store.search_text("question", 5)] == ["old"]
    assert is_sound(tmp_path / "assistant.db")


def test_an_import_that_ended_is_there_whole_though_its_process_is_killed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/assistant.db"
    with open_database(url) as database:
        EntryStore(database).add(FaqEntry("old", "Old question?", "Old answer.", status="published"))
    child = started(IMPORT + "    print('committed', flush=True)\n    sys.stdin.read()\n", url)
    assert child.stdout is not None
    while child.stdout.readline() != "committed\n":
        assert child.poll() is None
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    with open_database(url) as database:
        store = EntryStore(database)
        assert len(store.all_published()) == 20_000
        assert store.get("old").status == "archived"
        assert len(store.search_text("19999", 5)) == 1
    assert is_sound(tmp_path / "assistant.db")
