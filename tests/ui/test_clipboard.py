from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from assistant.ui import clipboard
from tests.ui.driving import see, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistant.ui.app import AssistantApp


@pytest.mark.parametrize(
    ("environment", "platform", "there", "expected"),
    [
        ({"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"}, "linux", {"wl-copy", "xclip"}, ("wl-copy",)),
        ({"DISPLAY": ":0"}, "linux", {"wl-copy", "xsel"}, ("xsel", "--clipboard", "--input")),
        ({"DISPLAY": ":0", "SSH_CONNECTION": "1"}, "linux", {"xclip"}, None),
        ({}, "linux", {"wl-copy", "xclip", "xsel"}, None),
        ({}, "darwin", {"pbcopy"}, ("pbcopy",)),
        ({}, "darwin", set(), None),
    ],
)
def test_the_tool_is_the_one_that_is_there(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], platform: str, there: set[str], expected: tuple[str, ...] | None
) -> None:
    monkeypatch.setattr("assistant.ui.clipboard.shutil.which", lambda name: name if name in there else None)
    assert clipboard.tool(environment, platform=platform) == expected


def test_a_text_reaches_the_tool_and_one_that_fails_harms_nobody(tmp_path: Path) -> None:
    out = tmp_path / "copied"
    code = f"import sys, pathlib; pathlib.Path({str(out)!r}).write_bytes(sys.stdin.buffer.read())"
    thread = clipboard.copy("größer \ud800", (sys.executable, "-c", code))
    assert thread is not None
    thread.join(20)
    assert out.read_text() == "größer ?"
    failing = clipboard.copy("x", ("/nowhere/at/all",))
    assert failing is not None
    failing.join(20)
    assert clipboard.copy("x", None) is None


async def test_copying_a_message_reaches_both_clipboards(
    make_app: Callable[..., AssistantApp], monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[str] = []
    monkeypatch.setattr(clipboard, "copy", lambda text, _command: handed.append(text))
    async with make_app().run_test() as pilot:
        await see(pilot, "What can I do for you?")
        pilot.app.screen.query("BotView").first().focus()
        await pilot.press("c")
        await until(pilot, lambda: handed, "the system's clipboard")
        assert handed == [pilot.app.clipboard]
