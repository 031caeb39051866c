"""Measures in processes of their own, which are the command line's ``test nlu --json`` and ``test stories --json``."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from assistant.errors import MeasuringStopped
from assistant.languages import N_
from assistant.ui.evaluation.results import folder_of, keep_followed, keep_understood
from assistant.ui.processes import run_process

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.messages import ProgressCallback
    from assistant.project import Project

FAILED = 1
"""The exit code of conversation tests of which some failed: that is a result, too."""
_WHAT = N_("cross-validation, five folds: each example by a model that never saw it")


def command_of(project: Project, what: str) -> list[str]:
    """Returns the command that measures: ``nlu`` or ``stories``."""
    command = [sys.executable, "-m", "assistant.cli.main", "test", what, "--json", "--project", str(project.root)]
    return [*command, "--output", str(folder_of(project))] if what == "nlu" else [*command, "--actions", "run"]


async def measure_understanding(project: Project, on_progress: ProgressCallback, command: Sequence[str] = ()) -> None:
    """Measures how messages are understood, and keeps what came of it.

    Raises:
        MeasuringStopped: the process failed; the last figures stay.
        CannotWrite: the disk refuses.
        asyncio.CancelledError: the task was cancelled; the process has ended by then.
    """
    ended = await run_process(command or command_of(project, "nlu"), on_progress)
    if ended.status:
        raise MeasuringStopped(why=ended.why)
    keep_understood(project, _WHAT)


async def follow_conversations(project: Project, on_progress: ProgressCallback, command: Sequence[str] = ()) -> None:
    """Runs the conversation tests, and keeps what came of them; raises as ``measure_understanding`` does."""
    ended = await run_process(command or command_of(project, "stories"), on_progress)
    try:
        report = json.loads(ended.written) if ended.status in {0, FAILED} else None
    except ValueError:
        report = None
    if not isinstance(report, dict):
        raise MeasuringStopped(why=ended.why)
    keep_followed(project, report)
