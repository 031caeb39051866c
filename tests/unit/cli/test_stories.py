"""``test stories``, as a person or CI runs it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.cli.conftest import Ran

DOMAIN = """\
intents: [greet]
responses: {utter_greet: [{text: hi}], utter_bye: [{text: bye}]}
"""
RULES = "rules:\n- {rule: greet, steps: [{intent: greet}, {action: utter_greet}]}\n"
TESTS = """\
stories:
- story: fine
  steps: [{user: hello, intent: greet}, {action: utter_greet}]
- story: wrong
  steps:
  - {user: "good day", intent: greet}
  - action: utter_bye
"""


@pytest.fixture
def bot(tmp_path: Path) -> Path:
    for name, text in (("domain.yml", DOMAIN), ("data/rules.yml", RULES), ("tests/test_all.yml", TESTS)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_test_that_fails_is_shown_as_a_diff_and_fails_the_command(cli: Callable[..., Ran], bot: Path) -> None:
    ran = cli("test", "stories", "--project", bot)
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.splitlines() == [
        "tests/test_all.yml:4: wrong",
        "    user: good day",
        "    intent: greet",
        "  - action: utter_bye  (tests/test_all.yml:7)",
        '  + action: utter_greet  (rule "greet" (data/rules.yml:2))',
        "    action: action_listen",
        "",
        "1 passed, 1 failed; 3 of 4 decisions as expected",
    ]


def test_programs_read_json(cli: Callable[..., Ran], bot: Path) -> None:
    ran = cli("test", "stories", "--project", bot, "--json")
    assert (ran.code, ran.result["passed"], ran.result["failed"]) == (1, 1, 1)
    assert ran.result["failures"][0] == {
        "story": "wrong",
        "where": "tests/test_all.yml:7",
        "kind": "action",
        "expected": "utter_bye",
        "found": "utter_greet",
        "reason": 'rule "greet" (data/rules.yml:2)',
    }


def test_files_are_written_and_can_be_run_again(cli: Callable[..., Ran], bot: Path) -> None:
    ran = cli("test", "stories", "--project", bot, "--output", bot / "out", "--successes", "--actions", "run")
    assert ran.code == 1
    assert [line.split("/")[-1] for line in ran.err.splitlines()] == [
        "failed_test_stories.yml",
        "story_report.json",
        "successful_test_stories.yml",
    ]
    assert cli("test", "stories", bot / "out" / "successful_test_stories.yml", "--project", bot).code == 0
    assert cli("test", "stories", bot / "out" / "failed_test_stories.yml", "--project", bot).code == 1


def test_without_a_model_understanding_cannot_be_tested(cli: Callable[..., Ran], bot: Path) -> None:
    ran = cli("test", "stories", "--project", bot, "--nlu")
    assert (ran.code, ran.err[:7]) == (3, "MOD-001")


def test_in_a_terminal_the_diff_is_coloured(bot: Path) -> None:
    ours, theirs = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm"}
    command = [sys.executable, "-m", "assistant.cli.main", "test", "stories", "--project", str(bot)]
    subprocess.run(command, stdout=theirs, stderr=subprocess.DEVNULL, env=environment, check=False)
    os.close(theirs)
    shown = os.read(ours, 100_000)
    os.close(ours)
    assert b"\x1b[31m  - action: utter_bye" in shown
    assert b"\x1b[32m  + action: utter_greet" in shown
