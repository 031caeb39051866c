"""Has a message explained by a process of its own: what explains it needs torch, which the screens do without.

The process is the command line's own ``explain --json``; the last line of its standard output is the explanation.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Final

from assistant.errors import NotExplained
from assistant.evaluation.explanation import Explanation
from assistant.ui.safe_text import safe, safe_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.project import Project
    from assistant.ui.ports import Explain

MOST_CHARS: Final = 2_000
"""A model reads no more of a message than this."""


def explain_in_process(project: Project, model: Path | None = None) -> Explain:
    """Returns what explains messages in a process of its own.

    Args:
        project: whose model and examples are used.
        model: a model folder; None: the project's model in use.
    """

    async def explain(text: str, intent: str | None = None) -> Explanation:
        command = [sys.executable, "-m", "assistant.cli.main", "explain", "--json", "--project", str(project.root)]
        command += ["--model", str(model)] if model is not None else []
        command += ["--intent", intent] if intent else []
        return await run_explain([*command, "--", safe(text, limit=MOST_CHARS)])

    return explain


async def run_explain(command: Sequence[str]) -> Explanation:
    """Runs a command that explains, and returns what it says.

    Raises:
        NotExplained: the command failed, or what it says cannot be read.
        asyncio.CancelledError: the task was cancelled; the process has ended by then.
    """
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe, start_new_session=True
    )
    try:
        written, talk = await process.communicate()
    except BaseException:
        if process.returncode is None:
            process.kill()
            await process.wait()
        raise
    if process.returncode:
        said = talk.decode(errors="replace").strip().splitlines()
        raise NotExplained(why=safe_line(said[-1]) if said else f"it ended with status {process.returncode}")
    try:
        return Explanation.from_json(json.loads(written.decode(errors="replace").strip().splitlines()[-1]))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise NotExplained(why=f"what it says cannot be read ({type(error).__name__})") from error
