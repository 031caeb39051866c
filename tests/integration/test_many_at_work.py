"""Two curators edit the FAQ while eight people chat, each in a process of their own: nothing is lost, and nobody is turned away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.dialogue.events import UserUttered
from assistant.faq.entry import FaqEntry
from assistant.project import find_project
from assistant.scaffold import make_project
from assistant.stores.conversations import ConversationStore
from assistant.stores.database import open_database
from assistant.stores.entries import EntryStore
from assistant.stores.unanswered import UnansweredStore

if TYPE_CHECKING:
    from assistant.dialogue.events import Event

ROOT = Path(__file__).parents[2]
N_CHATS, N_TURNS = 8, 5
N_EDITORS, N_EDITS = 2, 20
IDS = ("boats", "ships", "rafts")

CHAT = """
import sys
from pathlib import Path
from assistant.errors import StaleConversation
from assistant.messages import UserMessage
from assistant.project import find_project
from tests.integration.bots import Keywords, agent_of
folder, name, n_turns = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
agent = agent_of(find_project(folder), Keywords({"question": "ask_faq"}, {}))
for turn in range(n_turns):
    said = ((name, f"question of {name} about xyzzy {turn}"), ("shared", f"{name} {turn}"), (name, "Do you sell boats?"))
    for sender, text in said:
        while True:
            try:
                reply = agent.handle(UserMessage(text, sender))
            except StaleConversation:  # as often as others speak in the same conversation
                continue
            break
    assert any("All boats are blue." in message.text for message in reply.messages), reply
    print(turn, flush=True)
agent.close()
"""

EDIT = """
import sys
from dataclasses import replace
from assistant.errors import StaleEntry
from assistant.stores.database import open_database
from assistant.stores.entries import EntryStore
url, name, n_edits, ids = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]
with open_database(url) as database:
    store = EntryStore(database)
    for edit in range(n_edits):
        while True:
            opened = store.get(ids[edit % len(ids)])
            try:
                store.save(replace(opened, answer=f"{opened.answer} {name}-{edit}."), opened.version, name, f"edit {edit}")
            except StaleEntry:
                continue
            break
"""


def started(source: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", source, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def said(events: tuple[Event, ...]) -> list[str]:
    return [event.text for event in events if isinstance(event, UserUttered)]


def test_two_edit_while_eight_chat(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "bot")
    url = find_project(folder).database_url
    with open_database(url) as database:
        EntryStore(database).import_entries(
            FaqEntry(entry_id, f"Do you sell {entry_id}?", f"All {entry_id} are blue.", status="published") for entry_id in IDS
        )
    chats = [started(CHAT, folder, f"chat{number}", N_TURNS) for number in range(N_CHATS)]
    editors = [started(EDIT, url, f"editor{number}", N_EDITS, *IDS) for number in range(N_EDITORS)]
    for process in (*editors, *chats):
        output, errors = process.communicate(timeout=300)
        assert (process.returncode, errors) == (0, ""), errors
        assert len(output.splitlines()) in {0, N_TURNS}

    with open_database(url) as database:
        store, conversations = EntryStore(database), ConversationStore(database)
        answers = {entry_id: store.get(entry_id).answer for entry_id in IDS}
        for number in range(N_EDITORS):
            for edit in range(N_EDITS):
                assert answers[IDS[edit % len(IDS)]].count(f" editor{number}-{edit}.") == 1
        versions = {entry_id: [version.entry.version for version in store.history(entry_id)] for entry_id in IDS}
        assert all(numbers == list(range(len(numbers), 0, -1)) for numbers in versions.values())
        assert sum(len(numbers) for numbers in versions.values()) == len(IDS) + N_EDITORS * N_EDITS

        for number in range(N_CHATS):
            heard = said(conversations.load(f"chat{number}"))
            assert heard[::2] == [f"question of chat{number} about xyzzy {turn}" for turn in range(N_TURNS)]
            assert heard[1::2] == ["Do you sell boats?"] * N_TURNS
        shared = said(conversations.load("shared"))
        assert sorted(shared) == sorted(f"chat{number} {turn}" for number in range(N_CHATS) for turn in range(N_TURNS))
        for number in range(N_CHATS):
            assert [text for text in shared if text.startswith(f"chat{number} ")] == [f"chat{number} {t}" for t in range(N_TURNS)]
        waiting = {question.question for question in UnansweredStore(database).list() if "xyzzy" in question.question}
        assert len(waiting) == N_CHATS * N_TURNS
