"""Where there is no terminal, the screens say so at once instead of waiting for keys that nobody can press."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

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
    return subprocess.run(command, cwd=ROOT, text=True, timeout=60, check=False, **streams)


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
