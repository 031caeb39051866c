"""``correct`` and ``story save``, as a person runs them."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from assistant.config import load_settings
from assistant.dialogue.events import ActionExecuted, UserUttered
from assistant.messages import Entity, IntentScore, Parse
from assistant.opening import open_project_database
from assistant.project import find_project
from assistant.stores.conversations import ConversationStore
from tests.unit.corrections.conftest import DOMAIN, NLU, STORIES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistant.dialogue.events import Event
    from tests.unit.cli.conftest import Ran


@pytest.fixture
def talked(tmp_path: Path) -> Path:
    """A small bot that ann has talked with: a message that it took for another."""
    for name, text in (
        ("domain.yml", DOMAIN),
        ("data/nlu.yml", NLU.replace("    # is no", "  # is no")),
        ("data/stories.yml", STORIES),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    number = Entity("number", 6, 11, "12345")
    with open_project_database(find_project(tmp_path), load_settings()) as database:
        events: list[Event] = [
            ActionExecuted("action_listen"),
            UserUttered("hello", Parse("hello", (IntentScore("greet", 0.9),))),
            ActionExecuted("utter_greet"),
            ActionExecuted("action_listen"),
            UserUttered("where 12345", Parse("where 12345", (IntentScore("chat", 0.5),), (number,))),
            ActionExecuted("utter_chat"),
            ActionExecuted("action_listen"),
        ]
        ConversationStore(database).append("ann", events, 0)
    return tmp_path


def files(bot: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted((bot / "data").glob("*.yml"))}


def test_a_correction_is_shown_and_not_written_without_a_word(cli: Callable[..., Ran], talked: Path) -> None:
    before = files(talked)
    ran = cli("correct", "-c", "ann", "--intent", "track", "--project", talked)
    assert (ran.code, ran.err) == (1, "not written; --yes writes without asking\n")
    assert "+      - where [12345](number)" in ran.out.splitlines()
    assert files(talked) == before


def test_a_correction_is_written_and_taken_back(cli: Callable[..., Ran], talked: Path) -> None:
    before = files(talked)
    ran = cli("correct", "-c", "ann", "--intent", "track", "--yes", "--project", talked)
    assert (ran.code, ran.err) == (0, "written; `assistant train` learns it, `assistant correct --undo` takes it back\n")
    assert "      - where [12345](number)\n" in files(talked)["nlu.yml"]
    again = cli("correct", "-c", "ann", "--intent", "track", "--yes", "--project", talked)
    assert (again.code, again.out, again.err[:17]) == (0, "", "nothing to change")
    assert cli("correct", "--undo", "--project", talked).err == 'taken back: "where 12345" is an example of track\n'
    assert files(talked) == before
    assert cli("correct", "--undo", "--project", talked).code == 2


def test_entities_are_corrected(cli: Callable[..., Ran], talked: Path) -> None:
    ran = cli("correct", "-c", "ann", "--intent", "track", "--entity", "city:to=where", "--project", talked, "--json")
    added = [line for line in ran.result["diff"] if line.startswith("+  ")]
    assert added == ['+      - [where]{"entity": "city", "role": "to"} 12345']
    assert (ran.code, ran.result["is_applied"], ran.result["files"]) == (1, False, ["data/nlu.yml"])
    bare = cli("correct", "-c", "ann", "--intent", "track", "--no-entities", "--project", talked, "--json").result
    assert [line for line in bare["diff"] if line.startswith("+  ")] == ["+      - where 12345"]
    wrong = cli("correct", "-c", "ann", "--entity", "number=999", "--project", talked)
    assert (wrong.code, wrong.err[:7]) == (2, "COR-005")


def test_the_next_action_is_corrected_with_the_intent(cli: Callable[..., Ran], talked: Path) -> None:
    ran = cli(
        "correct", "-c", "ann", "--intent", "track", "--action", "action_check", "--name", "a parcel", "--yes", "--project", talked
    )
    assert ran.code == 0
    assert files(talked)["stories.yml"].split("- story: ")[2].split("\nrules:")[0].rstrip() == (
        "a parcel\n  steps:\n  - intent: greet\n  - action: utter_greet\n  - intent: track\n    entities:\n    - number: '12345'\n"
        "  - action: action_check"
    )
    assert "      - where [12345](number)\n" in files(talked)["nlu.yml"]
    assert cli("correct", "--undo", "--project", talked).code == 0


def test_a_conversation_is_saved_as_a_test(cli: Callable[..., Ran], talked: Path) -> None:
    ran = cli("story", "save", "-c", "ann", "--turn", "1", "--test", "--yes", "--project", talked)
    assert ran.code == 0
    assert "- story: hello\n" in (talked / "tests" / "test_stories.yml").read_text()
    tested = cli("test", "stories", "--project", talked)
    assert tested.out.splitlines()[-1] == "1 passed, 0 failed; 2 of 2 decisions as expected"


@pytest.mark.parametrize(
    ("arguments", "code", "start"),
    [
        (("correct", "-c", "ann"), 2, ""),
        (("correct", "-c", "nobody", "--intent", "track"), 2, "COR-001"),
        (("correct", "-c", "ann", "--turn", "7", "--intent", "track"), 2, "COR-001"),
        (("correct", "-c", "ann", "--intent", "trak"), 2, "DOM-001"),
        (("story", "save", "-c", "nobody"), 2, "COR-001"),
    ],
)
def test_what_cannot_be_is_named(cli: Callable[..., Ran], talked: Path, arguments: tuple[str, ...], code: int, start: str) -> None:
    ran = cli(*arguments, "--project", talked)
    assert (ran.code, ran.err.startswith(start)) == (code, True)


@pytest.mark.parametrize(("answer", "code"), [(b"y\n", 0), (b"n\n", 1), (b"\n", 1)])
def test_in_a_terminal_one_is_asked(talked: Path, answer: bytes, code: int) -> None:
    before = files(talked)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "assistant.cli.main", "correct", "-c", "ann", "--intent", "track", "--project", str(talked)]
    running = subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.write(ours, answer)
    _, asked = running.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert b"write this?" in asked
    assert (running.returncode, files(talked) != before) == (code, code == 0)
