"""Where there is no terminal, the screens say so at once instead of waiting for keys that nobody can press."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from assistant.scaffold import make_project

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


@pytest.fixture
def terminal() -> Iterator[int]:
    """A terminal that nobody sits at."""
    ours, theirs = pty.openpty()
    yield theirs
    os.close(ours)
    os.close(theirs)


def started(*arguments: str, **streams: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "assistant.cli.main", *arguments]
    return subprocess.run(command, cwd=ROOT, text=True, timeout=180, check=False, **streams)


@pytest.mark.parametrize("arguments", [[], ["chat"]], ids=["no verb", "chat"])
def test_the_chat_without_a_terminal_names_the_verb_that_needs_none(arguments: list[str]) -> None:
    ran = started(*arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("UIX-002 ")
    assert "assistant ask" in ran.stderr


def test_the_chat_does_not_draw_into_a_file(terminal: int) -> None:
    ran = started("chat", stdin=terminal, stdout=subprocess.PIPE, stderr=terminal)
    assert (ran.returncode, ran.stdout) == (2, "")


def test_the_chat_does_not_wait_for_keys_from_a_pipe(terminal: int) -> None:
    assert started("chat", stdin=subprocess.DEVNULL, stdout=terminal, stderr=terminal).returncode == 2


def test_inline_leaves_the_rest_of_the_terminal_alone(tmp_path: Path) -> None:
    """Under the prompt: the other screen of the terminal is never switched to, and what was written stays."""
    make_project(tmp_path / "bot")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", INLINE, str(tmp_path / "bot")]
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
    running = subprocess.Popen(command, cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    written = b""
    try:
        deadline = time.monotonic() + 180
        while b"Type a message" not in written and time.monotonic() < deadline:
            if select.select([ours], [], [], 1.0)[0]:
                written += os.read(ours, 65536)
        assert b"Type a message" in written
        assert b"\x1b[?1049h" not in written
    finally:
        running.kill()
        running.wait()
        os.close(ours)


INLINE = """
import sys
from pathlib import Path
from assistant.config import load_settings
from assistant.project import find_project
from assistant.ui.app import AssistantApp
from tests.ui.conftest import quick_training
from tests.ui.fake import FakeAgent

project = find_project(Path(sys.argv[1]))
app = AssistantApp(project, load_settings(), open_agent=FakeAgent, train=quick_training(project.root))
app.run(inline=True, inline_no_clear=True)
"""


def test_the_first_picture_waits_for_nothing_that_only_the_model_needs() -> None:
    heavy = "{'numpy', 'onnxruntime', 'safetensors', 'sqlalchemy', 'torch', 'transformers', 'tokenizers', 'aiohttp', 'plotext'}"
    code = f"import sys, assistant.ui.app; print(sorted({heavy} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert loaded == "[]\n"
