"""Processes that write to one database at once: each waits its turn or is told that it came second, and nothing is lost."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from assistant.dialogue.events import UserUttered
from assistant.faq.entry import FaqEntry
from assistant.stores.conversations import ConversationStore
from assistant.stores.entries import EntryStore

if TYPE_CHECKING:
    from assistant.stores.database import Database

N_PROCESSES, N_ROUNDS = 4, 15

WORK = """
import sys
from dataclasses import replace
from assistant.dialogue.events import UserUttered
from assistant.errors import StaleConversation, StaleEntry
from assistant.faq.entry import FaqEntry
from assistant.stores.conversations import ConversationStore
from assistant.stores.database import open_database
from assistant.stores.entries import EntryStore
name, n_rounds = sys.argv[2], int(sys.argv[3])

def until_first(action, second):
    while True:
        try:
            return action()
        except second:
            pass

def edit(store, number):
    opened = store.get("shared")
    store.save(replace(opened, alternatives=(*opened.alternatives, f"{name} {number}")), opened.version, name)

def speak(conversations, number):
    expected = conversations.count("shared")
    conversations.append("shared", [UserUttered(f"{name} {number}")], expected)

with open_database(sys.argv[1]) as database:
    store, conversations = EntryStore(database), ConversationStore(database)
    for number in range(n_rounds):
        until_first(lambda: edit(store, number), StaleEntry)
        until_first(lambda: speak(conversations, number), StaleConversation)
        store.add(FaqEntry("", f"Does {name} know?", "Yes.", status="published"), name)
        store.import_entries([FaqEntry(f"{name}-{number}", f"Import {number}?", "Yes.")])
"""


def test_nothing_is_lost_among_writers(database: Database, url: str) -> None:
    store, conversations = EntryStore(database), ConversationStore(database)
    store.add(FaqEntry("shared", "Who was here?", "These.", status="published"))
    names = [f"writer{number}" for number in range(N_PROCESSES)]
    children = [
        subprocess.Popen([sys.executable, "-c", WORK, url, name, str(N_ROUNDS)], stderr=subprocess.PIPE, text=True)
        for name in names
    ]
    for child in children:
        errors = child.communicate(timeout=200)[1]
        assert (child.returncode, errors) == (0, ""), errors

    said = {f"{name} {number}" for name in names for number in range(N_ROUNDS)}
    entry = store.get("shared")
    assert set(entry.alternatives) == said
    assert [version.entry.version for version in store.history("shared")] == list(range(entry.version, 0, -1))
    events = conversations.load("shared")
    assert {event.text for event in events if isinstance(event, UserUttered)} == said
    assert len(events) == len(said)
    kept = {entry.id for entry in store.list()}
    assert {f"{name}-{number}" for name in names for number in range(N_ROUNDS)} <= kept
    assert len(kept) == 1 + 2 * len(said)
    # A reader that asks for what is new since a revision has seen all that came before it.
    assert store.revision() == 1 + 3 * len(said)
    assert {entry.id for entry in store.changes_since(0).entries} == kept
