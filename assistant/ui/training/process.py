"""Trains in a process of its own, so that the screens stay quick and small, and cancelling always works.

The process is the command line's own ``train --json``. Asked by ``ASSISTANT_PROGRESS=json``, it writes each step as one JSON line
to standard error, ``{"stage", "done", "total", "metrics"}``; the last line of standard output is the result.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import TrainingStopped
from assistant.messages import Progress
from assistant.training.shelf import new_folder
from assistant.ui.ports import TrainingOutcome
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.messages import ProgressCallback
    from assistant.project import Project
    from assistant.ui.ports import Mode, Train

_GRACE_S = 5.0
_TAIL_LINES = 8
_MAX_LINE_BYTES = 1 << 20


def train_in_process(project: Project) -> Train:
    """Returns what trains the project in a process of its own; the model is put among the others, and not into use."""

    async def train(mode: Mode | None, on_progress: ProgressCallback) -> TrainingOutcome:
        folder = new_folder(project, mode or "auto")
        command = [sys.executable, "-m", "assistant.cli.main", "train", "--json", "--project", str(project.root)]
        command += ["--output", str(folder)]
        return await run_training([*command, *([f"--{mode}"] if mode else [])], on_progress)

    return train


async def run_training(command: Sequence[str], on_progress: ProgressCallback) -> TrainingOutcome:
    """Runs a training command, and returns what it made.

    Args:
        command: program and arguments.
        on_progress: called with each step.

    Raises:
        TrainingStopped: the command failed, or its result cannot be read.
        asyncio.CancelledError: the task was cancelled; the process has ended by then.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "ASSISTANT_PROGRESS": "json"},
        limit=_MAX_LINE_BYTES,
        start_new_session=True,  # an interrupt from the keyboard is for the screens, not for the training
    )
    assert process.stdout is not None  # noqa: S101 (both are pipes)
    assert process.stderr is not None  # noqa: S101
    try:
        talk, written, _ = await asyncio.gather(_follow(process.stderr, on_progress), process.stdout.read(), process.wait())
    except BaseException:
        await _end(process)
        raise
    if process.returncode:
        raise TrainingStopped(why=talk[-1] if talk else f"it ended with status {process.returncode}")
    return _outcome(written)


async def _follow(stream: asyncio.StreamReader, on_progress: ProgressCallback) -> list[str]:
    """Reports each step; returns the last lines of what else was said."""
    talk: deque[str] = deque(maxlen=_TAIL_LINES)
    while line := await stream.readline():
        text = line.decode(errors="replace").strip()
        progress = _progress(text)
        if progress is not None:
            on_progress(progress)
        elif text:
            talk.append(safe_line(text))
    return list(talk)


def _progress(line: str) -> Progress | None:
    """Returns the step that a line tells of; None for any other line."""
    if not line.startswith("{"):
        return None
    try:
        data: dict[str, Any] = json.loads(line)
        metrics = {str(name): float(value) for name, value in (data.get("metrics") or {}).items()}
        return Progress(safe_line(data["stage"], limit=60), int(data["done"]), int(data["total"]), metrics)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _outcome(written: bytes) -> TrainingOutcome:
    lines = written.decode(errors="replace").strip().splitlines()
    try:
        data: dict[str, Any] = json.loads(lines[-1])
        numbers = {str(name): value for name, value in (data.get("metrics") or {}).items() if isinstance(value, int | float)}
        return TrainingOutcome(Path(data["folder"]), numbers, float(data.get("seconds") or 0.0))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise TrainingStopped(why=f"its result cannot be read ({error})") from error


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ends the process: asks first, so that it can tidy up, and insists after a while."""
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
        try:
            await asyncio.wait_for(asyncio.shield(process.wait()), _GRACE_S)
        except (TimeoutError, asyncio.CancelledError):
            process.kill()
            await process.wait()
