"""``chat --plain``: what a screen reader reads, line by line, and nothing that moves a cursor."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from assistant.cli import chat
from assistant.cli.plain import PlainChat
from assistant.errors import DatabaseUnavailable
from assistant.project import find_project
from tests.integration.bots import Keywords, agent_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistant.messages import Reply, UserMessage
    from tests.unit.cli.conftest import Ran

DOMAIN = """
intents: [greet, track]
responses:
  utter_welcome: [{text: "Welcome."}]
  utter_greet:
  - text: "Hello \\e[31mred!"
    buttons: [{title: Track a parcel, payload: /track}, {title: Nothing}]
  utter_track: [{text: "It is under way.\\nBe patient."}]
"""
RULES = """
rules:
- {rule: greet, steps: [{intent: greet}, {action: utter_greet}]}
- {rule: track, steps: [{intent: track}, {action: utter_track}]}
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "domain.yml").write_text(DOMAIN)
    (tmp_path / "data" / "rules.yml").write_text(RULES)
    monkeypatch.setattr(chat, "_open", lambda *_: agent_of(find_project(tmp_path), Keywords({"hello": "greet"}, {})))


@pytest.mark.usefixtures("shop")
def test_a_conversation_through_a_pipe(cli: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("hello\n\n1\n/why\n/quit\nhello\n"))
    ran = cli("chat", "--plain")
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "Assistant: Welcome.",
        "You: hello",
        "Assistant: Hello red!",
        "Choice 1: Track a parcel",
        "Choice 2: Nothing",
        "You: 1",
        "Assistant: It is under way.",
        "Be patient.",
        "You: /why",
        "Understood: track, 100% sure.",
        ran.out.splitlines()[10],
        ran.out.splitlines()[11],
        "You: /quit",
    ]
    assert ran.out.splitlines()[10].startswith('Did utter_track, because: rule "track"')
    assert "\x1b" not in ran.out + ran.err
    assert "A number chooses." in ran.err


class Broken:
    """An agent whose database is gone for the first message."""

    def __init__(self) -> None:
        self.n_calls = 0

    def handle(self, message: UserMessage) -> Reply:
        from assistant.messages import BotMessage, Reply, Trace

        self.n_calls += 1
        if self.n_calls == 1:
            raise DatabaseUnavailable(path="x.db", why="gone")
        return Reply((BotMessage(f"heard {message.text}"),), Trace())

    def start_conversation(self, sender_id: str) -> None:  # noqa: ARG002 (as the agent has it)
        return None

    def remind_due(self) -> list[tuple[str, Reply]]:
        return []


def test_a_failure_is_told_and_the_conversation_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    PlainChat(Broken(), "ann").run(["one", "7", "/help"])
    out, err = capsys.readouterr()
    assert out == "Assistant: heard 7\n"
    assert "gone" in err
    assert err.count("A number chooses.") == 2


@pytest.mark.usefixtures("shop")
def test_one_way_to_show_the_chat_is_chosen(cli: Callable[..., Ran]) -> None:
    ran = cli("chat", "--plain", "--inline")
    assert ran.code == 2
    assert "give one" in ran.err
