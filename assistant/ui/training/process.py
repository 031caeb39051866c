"""Trains in a process of its own, which is the command line's ``train --json``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import TrainingStopped
from assistant.training.shelf import new_folder
from assistant.ui.ports import TrainingOutcome
from assistant.ui.processes import run_process

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.messages import ProgressCallback
    from assistant.project import Project
    from assistant.ui.ports import Mode, Train


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
    ended = await run_process(command, on_progress)
    if ended.status:
        raise TrainingStopped(why=ended.why)
    return _outcome(ended.written)


def _outcome(written: str) -> TrainingOutcome:
    try:
        data: dict[str, Any] = json.loads(written)
        numbers = {str(name): value for name, value in (data.get("metrics") or {}).items() if isinstance(value, int | float)}
        return TrainingOutcome(Path(data["folder"]), numbers, float(data.get("seconds") or 0.0))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TrainingStopped(why=f"its result cannot be read ({error})") from error
