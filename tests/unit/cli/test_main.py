from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from assistant.errors import ActionFailed, NoModel

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.cli.conftest import Ran

HEAVY = ("torch", "transformers", "textual", "sqlalchemy", "sanic", "rasa_sdk", "onnxruntime", "numpy")
WITHOUT_HEAVY = f"""
import sys
from assistant.cli.main import _run
code = _run(sys.argv[1:])
loaded = [name for name in {HEAVY!r} if name in sys.modules]
assert not loaded, loaded
sys.exit(code)
"""


@pytest.mark.parametrize(
    "arguments", [["--help"], ["ask", "--help"], ["train", "--help"], ["faq", "--help"], ["test", "nlu", "--help"], ["locate"]]
)
def test_help_comes_at_once_without_what_is_heavy(arguments: list[str]) -> None:
    command = [sys.executable, "-c", WITHOUT_HEAVY, *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["no-such-verb"], 2, "no-such-verb"),
        (["ask", "--no-such-option"], 2, "no-such-option"),
        (["locate", "--project", "/nowhere/at/all"], 2, "PRJ-001 /nowhere/at/all"),
        (["train", "--fast", "--full"], 2, "exclude one another"),
        (["faq", "edit", "no-such-entry", "--project", "BOT"], 2, "FAQ-003"),
        (["faq", "list", "--status", "finished", "--project", "BOT"], 2, "it is one of draft"),
        (["faq", "import", "/nowhere/x.yml", "--project", "BOT"], 2, "/nowhere/x.yml"),
        (["faq", "search", "shipping", "--project", "BOT"], 3, "MOD-001"),
        (["parse", "hello", "--project", "BOT"], 3, "run `assistant train`"),
        (["parse", "hello", "--project", "BOT", "--model", "/nowhere"], 3, "/nowhere"),
        (["test", "stories", "--project", "BOT", "/nowhere/test_x.yml"], 2, "YML-009"),
    ],
)
def test_a_failure_is_one_line_on_standard_error_and_a_code(
    cli: Callable[..., Ran], bot: Path, arguments: list[str], code: int, words: str
) -> None:
    ran = cli(*(str(bot) if argument == "BOT" else argument for argument in arguments))
    assert (ran.code, ran.out) == (code, "")
    assert words in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("failure", "code"), [(NoModel(project="p"), 3), (ActionFailed(action="a", why="w"), 4), (KeyboardInterrupt(), 130)]
)
def test_a_failure_within_a_verb_becomes_its_code(
    cli: Callable[..., Ran], bot: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException, code: int
) -> None:
    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr("assistant.validation.validate_project", fail)
    assert cli("validate", "--project", bot).code == code


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_gives_130(bot: Path, number: signal.Signals) -> None:
    # A job that a script started in the background inherits that interrupts are ignored; this one is to notice them.
    code = "import signal, sys, time; signal.signal(signal.SIGINT, signal.default_int_handler)\nfrom assistant.cli import main\n"
    code += "import assistant.validation as v\nv.validate_project = lambda _: (print('ready', flush=True), time.sleep(60))\n"
    code += "main.run(['validate', '--project', sys.argv[1]])"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(bot)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        running.send_signal(number)
        _, err = running.communicate(timeout=120)
    assert running.returncode == 130
    assert "Traceback" not in err


def test_whoever_has_read_enough_is_no_failure(bot: Path, tmp_path: Path) -> None:
    rows = (f'{{"question": "Question number {n}?", "answer": "{"long " * 20}"}}' for n in range(2000))
    (tmp_path / "many.jsonl").write_text("\n".join(rows), encoding="utf-8")
    assistant = f"{sys.executable} -m assistant.cli.main"
    # far more than a pipe holds: the program writes on after its reader has gone
    listed = f"{assistant} faq import {tmp_path}/many.jsonl --no-check --project {bot} && {assistant} faq list --project {bot}"
    command = f"({listed}) | head -n 1; echo ${{PIPESTATUS[0]}}"
    ran = subprocess.run(["/bin/bash", "-c", command], capture_output=True, text=True, timeout=120, check=False)
    assert ran.stdout.splitlines()[-1] == "0"
    assert ran.stderr == ""


@pytest.mark.parametrize("arguments", [["ask", "hello", "--model", "/nowhere"], ["train"], ["faq", "list"], ["doctor"]])
def test_a_state_folder_that_cannot_be_made_is_a_failure_with_a_code(
    bot: Path, tmp_path: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("ASSISTANT_STATE_DIR", str(tmp_path / "file" / "state"))
    command = [sys.executable, "-m", "assistant.cli.main", *arguments, "--project", str(bot)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode in {1, 3}
    assert "Traceback" not in ran.stderr
    assert "cannot be" in ran.stdout + ran.stderr or "ALB-" in ran.stderr


def test_bytes_that_are_no_text_end_nothing() -> None:
    read_all = "import sys; from assistant.cli import main; main._run = lambda _: print(sys.stdin.read()); main.run([])"
    environment = os.environ | {"PYTHONIOENCODING": "utf-8:strict"}
    ran = subprocess.run([sys.executable, "-c", read_all], input=b"\xff hello", capture_output=True, check=False, env=environment)
    assert (ran.returncode, ran.stdout.decode().strip()) == (0, "\ufffd hello"), ran.stderr


def test_help_is_quick() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "assistant.cli.main", "--help"], capture_output=True, timeout=120, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Processor time, which other work on the machine leaves alone; the list of modules above is the finer test.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 5
