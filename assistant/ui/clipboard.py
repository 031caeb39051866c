"""The clipboard of the system, beside what the terminal does: not every terminal passes on what it is asked to copy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PATIENCE_S: Final = 3.0
_TOOLS: Final = (
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard")),
    ("DISPLAY", ("xsel", "--clipboard", "--input")),
)


def tool(environment: Mapping[str, str] = os.environ, *, platform: str = sys.platform) -> Sequence[str] | None:
    """Returns the command that copies its standard input; None where there is no clipboard, as in a session over ssh."""
    if platform == "darwin":
        return ("pbcopy",) if shutil.which("pbcopy") else None
    if "SSH_CONNECTION" in environment:  # the clipboard of the machine at the other end is nobody's here
        return None
    return next((command for needed, command in _TOOLS if environment.get(needed) and shutil.which(command[0])), None)


def copy(text: str, command: Sequence[str] | None) -> threading.Thread | None:
    """Hands a text to a command that copies it, without waiting for it; what goes wrong there is nobody's concern here.

    Args:
        text: to copy.
        command: from ``tool``; None: nothing is done.
    """
    if command is None:
        return None
    thread = threading.Thread(target=_run, args=(text, command), name="clipboard", daemon=True)
    thread.start()
    return thread


def _run(text: str, command: Sequence[str]) -> None:
    try:
        subprocess.run(  # noqa: S603 (one of the commands above)
            command,
            input=text.encode("utf-8", "replace"),
            timeout=_PATIENCE_S,
            check=False,
            capture_output=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):  # the terminal's own clipboard has it all the same
        return
