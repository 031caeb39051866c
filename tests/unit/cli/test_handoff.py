"""``handoff``, as a person of the team runs it."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest

from assistant.config import load_settings
from assistant.dialogue.events import AgentUttered, BotUttered, ConversationPaused, ConversationResumed, UserUttered
from assistant.dialogue.handoffs import HandoffRequest
from assistant.messages import BotMessage
from assistant.opening import open_project_database
from assistant.project import find_project
from assistant.stores.conversations import ConversationStore
from assistant.stores.handoffs import HandoffStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistant.dialogue.events import Event
    from tests.unit.cli.conftest import Ran

WHY = HandoffRequest("person, action_handoff", "began with: hi\nsaid last: a person \x1b[31mplease", -0.5)


@pytest.fixture
def waiting(bot: Path) -> Path:
    """A bot with one conversation in the queue."""
    with open_project_database(find_project(bot), load_settings()) as database:
        turn: list[Event] = [
            UserUttered("a person \x1b[31mplease"),
            BotUttered(BotMessage("I will pass you on.")),
            ConversationPaused(),
        ]
        HandoffStore(database).add("ann", WHY, turn, 0)
    return bot


def events(bot: Path) -> tuple[object, ...]:
    with open_project_database(find_project(bot), load_settings()) as database:
        return ConversationStore(database).load("ann")


def test_nobody_waits(cli: Callable[..., Ran], bot: Path) -> None:
    ran = cli("handoff", "list", "--project", bot)
    assert (ran.code, ran.out, ran.err) == (0, "", "nobody waits\n")
    assert cli("handoff", "list", "--project", bot, "--json").result == []


def test_who_waits_is_listed_and_shown(cli: Callable[..., Ran], waiting: Path) -> None:
    listed = cli("handoff", "list", "--project", waiting)
    assert listed.code == 0
    assert re.match(r"1  ann  waiting, asked \d s ago  person, action_handoff", listed.out)
    shown = cli("handoff", "show", 1, "--project", waiting).out
    assert "\x1b" not in shown
    assert shown.splitlines()[1:] == [
        "began with: hi",
        "said last: a person please",
        "sentiment: -0.5",
        "",
        "user: a person please",
        "bot: I will pass you on.",
    ]


def test_programs_read_json(cli: Callable[..., Ran], waiting: Path) -> None:
    (listed,) = cli("handoff", "list", "--project", waiting, "--json").result
    assert (listed["id"], listed["sender_id"], listed["status"], listed["agent"]) == (1, "ann", "waiting", None)
    shown = cli("handoff", "show", 1, "--project", waiting, "--json").result
    assert [(line["speaker"], line["text"]) for line in shown["transcript"]][1] == ("bot", "I will pass you on.")
    assert shown["sentiment"] == -0.5


def test_an_agent_answers_and_gives_back(cli: Callable[..., Ran], waiting: Path) -> None:
    assert cli("handoff", "answer", 1, "Hello, Kim here.", "--as", "kim", "--project", waiting).code == 0
    assert "taken by kim" in cli("handoff", "list", "--project", waiting).out
    assert "kim: Hello, Kim here." in cli("handoff", "show", 1, "--project", waiting).out
    ran = cli("handoff", "return", 1, "--as", "kim", "--project", waiting)
    assert (ran.code, ran.err) == (0, "given back: the assistant answers ann\n")
    assert [type(event) for event in events(waiting)][3:] == [AgentUttered, ConversationResumed]
    assert cli("handoff", "list", "--project", waiting).err == "nobody waits\n"
    assert cli("handoff", "list", "--all", "--project", waiting, "--json").result[0]["status"] == "closed"


def test_lines_of_standard_input_are_said_one_by_one(
    cli: Callable[..., Ran], waiting: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("one\n\ntwo\n"))
    assert cli("handoff", "answer", 1, "--as", "kim", "--project", waiting).code == 0
    assert [event.text for event in events(waiting) if isinstance(event, AgentUttered)] == ["one", "two"]


def test_what_a_colleague_has_is_theirs(cli: Callable[..., Ran], waiting: Path) -> None:
    assert cli("handoff", "take", 1, "--as", "kim", "--project", waiting).err == "taken by kim\n"
    for command in (("take", 1), ("answer", 1, "hi"), ("return", 1)):
        ran = cli("handoff", *command, "--as", "lee", "--project", waiting)
        assert (ran.code, ran.err) == (2, "HND-002 handoff 1 was taken by kim; take another one, or ask them to give it back\n")


def test_a_number_that_is_not_there_is_named(cli: Callable[..., Ran], waiting: Path) -> None:
    ran = cli("handoff", "show", 9, "--project", waiting)
    assert (ran.code, ran.err) == (2, "HND-001 no handoff 9; open are: 1\n")


def test_without_a_name_one_is_who_the_machine_says(
    cli: Callable[..., Ran], waiting: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "max")
    assert cli("handoff", "take", 1, "--project", waiting).err == "taken by max\n"
