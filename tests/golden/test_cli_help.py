"""The help of every verb, as a terminal of 80 columns shows it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SHOW = """
import io, contextlib
import typer
from assistant.cli.main import _run, app

def walk(command, path):
    yield path
    for name, inner in sorted(getattr(command, "commands", {}).items()):
        yield from walk(inner, [*path, name])

for path in walk(typer.main.get_command(app), []):
    print("$ assistant", *path, "--help")
    _run([*path, "--help"])
    print()
"""


def test_the_help_of_each_verb_reads_as_it_should(golden: Callable[[str, str], None]) -> None:
    plain = os.environ | {"COLUMNS": "80", "TERMINAL_WIDTH": "80", "NO_COLOR": "1", "TERM": "dumb", "LC_ALL": "C.UTF-8"}
    ran = subprocess.run([sys.executable, "-c", SHOW], capture_output=True, text=True, timeout=60, check=True, env=plain)
    assert ran.stderr == ""
    shown = "\n".join(line.rstrip() for line in ran.stdout.splitlines()) + "\n"
    golden("cli_help.txt", shown.replace("__main__.py", "assistant").replace("Usage: -c", "Usage: assistant"))
