"""Runs long work as a process of the command line, so that the screens stay quick and small, and cancelling always works.

Asked by ``ASSISTANT_PROGRESS=json``, a command writes each step as one JSON line to standard error, ``{"stage", "done", "total",
"metrics"}``; the last line of its standard output is the result.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from assistant.messages import Progress
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.messages import ProgressCallback

GRACE_S: Final = 5.0
NICE: Final = 10
"""Priority of the work, as ``nice`` counts it: on a machine with one or two cores, a key is answered first."""
_TAIL_LINES: Final = 8
_MAX_LINE_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended.

    Attributes:
        status: its exit code.
        written: the last line of its standard output; empty when there was none.
        talk: the last line of what it said beside steps; empty when it said nothing.
    """

    status: int
    written: str
    talk: str

    @property
    def why(self) -> str:
        """Why it failed, in a clause."""
        return self.talk or f"it ended with status {self.status}"


async def run_process(command: Sequence[str], on_progress: ProgressCallback) -> Ended:
    """Runs a command to its end.

    Args:
        command: program and arguments.
        on_progress: called with each step.

    Raises:
        asyncio.CancelledError: the task was cancelled; the process has ended by then.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "ASSISTANT_PROGRESS": "json"},
        limit=_MAX_LINE_BYTES,
        start_new_session=True,  # an interrupt from the keyboard is for the screens, not for the work
    )
    with contextlib.suppress(OSError):  # it has ended already, or may not be asked
        os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
    assert process.stdout is not None  # noqa: S101 (both are pipes)
    assert process.stderr is not None  # noqa: S101
    try:
        talk, written, _ = await asyncio.gather(_follow(process.stderr, on_progress), process.stdout.read(), process.wait())
    except BaseException:
        await _end(process)
        raise
    lines = written.decode(errors="replace").strip().splitlines()
    return Ended(process.returncode or 0, lines[-1] if lines else "", talk[-1] if talk else "")


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


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ends the process: asks first, so that it can tidy up, and insists after a while."""
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
        try:
            await asyncio.wait_for(asyncio.shield(process.wait()), GRACE_S)
        except (TimeoutError, asyncio.CancelledError):
            process.kill()
            await process.wait()
