from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from assistant.cli.output import plain, progress, talk, write, write_diff, write_json
from assistant.messages import Progress

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("hello\tworld\n", "hello\tworld\n"),
        ("a\x1b[31mred\x1b[0m", "ared"),
        ("\x1b]52;c;aGk=\x07", ""),
        ("a\x9b31mb", "ab"),
        ("a\u202eb\u2066c\u200fd", "abcd"),
        ("a\ud800b\x00c\x7f", "a�bc"),
        ("\r\n", "\n"),
        ("né \U0001f600", "né \U0001f600"),
    ],
)
def test_nothing_that_is_shown_acts_on_the_terminal(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize(("say", "stream"), [(write, "out"), (talk, "err")])
def test_results_and_talk_go_to_their_own_streams(
    say: Callable[[str], None], stream: str, capsys: pytest.CaptureFixture[str]
) -> None:
    say("x\x1b")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == (("x\n", "") if stream == "out" else ("", "x\n"))


def test_json_is_one_line_whatever_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    text = "a\nb\x1b\x9b\u202eü\ud800\u2028"
    write_json({"text": text, "set": {1}})
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert not {"\x1b", "\x9b", "\u202e", "\ud800"} & set(out)
    assert "ü" in out
    assert json.loads(out) == {"text": text, "set": "{1}"}


def test_progress_is_silent_without_a_terminal_and_json_where_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ASSISTANT_PROGRESS", raising=False)
    with progress() as report:
        report(Progress("train", 1, 2))
    assert capsys.readouterr() == ("", "")
    monkeypatch.setenv("ASSISTANT_PROGRESS", "json")
    with progress() as report:
        report(Progress("train", 1, 2, {"loss": 0.5}))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert json.loads(captured.err) == {"stage": "train", "done": 1, "total": 2, "metrics": {"loss": 0.5}}


DIFF = ("  - was\x1b[2J", "  + is", "    same", "")


@pytest.mark.parametrize(
    ("is_terminal", "variables", "shown"),
    [
        (True, {}, "\x1b[31m  - was\x1b[0m\n\x1b[32m  + is\x1b[0m\n    same\n\n"),
        (True, {"NO_COLOR": "1"}, "  - was\n  + is\n    same\n\n"),
        (True, {"TERM": "dumb"}, "  - was\n  + is\n    same\n\n"),
        (False, {}, "  - was\n  + is\n    same\n\n"),
    ],
)
def test_a_diff_is_coloured_in_a_terminal_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool, variables: dict[str, str], shown: str
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout.isatty", lambda: is_terminal)
    write_diff(DIFF)
    assert capsys.readouterr().out == shown


def test_the_bar_counts_folds_and_measures_losses(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with progress() as report:
        report(Progress("train", 3, 3, {"fold": 2, "tag_loss": 0.25}))
    shown = capsys.readouterr().err
    assert "fold 2  tag loss 0.250" in shown
