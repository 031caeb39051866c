from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.config import load_settings
from assistant.dialogue.events import UserUttered
from assistant.opening import open_project_database
from assistant.project import find_project
from assistant.stores.conversations import ConversationStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from tests.unit.cli.conftest import Ran


def heard(bot: Path, text: str) -> None:
    with open_project_database(find_project(bot), load_settings()) as database:
        ConversationStore(database).append("ann", [UserUttered(text)], 0)


def test_a_person_is_forgotten(cli: Callable[..., Ran], bot: Path) -> None:
    heard(bot, "my secret is xyzzy-4711")
    assert cli("forget", "ann", "--project", bot, "--json").result == {
        "sender": "ann",
        "removed": {"conversations": 1, "events": 1},
    }
    assert all(b"xyzzy-4711" not in file.read_bytes() for file in (bot / ".assistant").glob("assistant.db*"))
    assert cli("forget", "ann", "--project", bot).out == "nothing is stored of ann\n"


def test_what_actions_printed_is_pointed_at(cli: Callable[..., Ran], bot: Path) -> None:
    heard(bot, "hello")
    (bot / ".assistant" / "actions.log").write_text("ann called")
    assert "actions.log" in cli("forget", "ann", "--project", bot).err


def test_the_setting_redacts(bot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_REDACT", "true")
    heard(bot, "I am ann@example.com")
    with open_project_database(find_project(bot), load_settings()) as database:
        (event,) = ConversationStore(database).load("ann")
    assert isinstance(event, UserUttered)
    assert event.text == "I am [e-mail]"
