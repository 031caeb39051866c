"""How soon each screen is there, and how little it does while nobody does anything: over a project with a trained model.

    python -m tests.benchmarks.bench_screens [--project DIR]

First the chat is started as a program on a terminal, and timed until its first picture; the model loads behind that. Then every
screen is gone to twice, as it is made at the first time and only shown at the second. Processor time counts all threads.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from assistant.config import load_settings
from assistant.opening import open_agent
from assistant.project import find_project
from assistant.ui.app import AssistantApp
from assistant.ui.training.process import train_in_process
from tests.ui.driving import until

if TYPE_CHECKING:
    from textual.pilot import Pilot

SCREENS = {"f3": "FAQ", "f4": "training", "f5": "intents", "f6": "evaluation", "f7": "inbox", "f8": "settings", "f2": "chat"}
SIZE = (120, 40)
SETTLED_S = 1.5
IDLE_S = 15.0
RESTED_S = 0.1
"""Processor time in two seconds from which on something is still being done."""
DEADLINE_S = 60.0
PROMPT = b"ype a message"  # the cursor stands on the first letter


def first_picture(project: Path) -> tuple[float, float]:
    """Returns the seconds from the start of the program to its first picture, on the clock and of processor time."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "assistant.cli.main", "chat", "--project", str(project)]
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # else every start compiles the whole program once more
    began = time.monotonic()
    running = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    written = b""
    try:
        while PROMPT not in written and time.monotonic() - began < DEADLINE_S:
            if select.select([ours], [], [], 1.0)[0]:
                written += os.read(ours, 65536)
        taken = time.monotonic() - began
        busy = _busy(running.pid)
    finally:
        running.kill()
        running.wait()
        os.close(ours)
    return taken, busy


def _busy(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def gone_to(pilot: Pilot[Any], key: str) -> tuple[float, float]:
    """Returns the seconds of processor time until a screen's first picture, and until all that follows is done."""
    drawn: list[float] = []
    display = pilot.app._display

    def noted(screen: Any, *arguments: Any) -> None:
        display(screen, *arguments)
        if screen is pilot.app.screen:
            drawn.append(time.process_time())

    with patch.object(pilot.app, "_display", noted):
        started = time.process_time()
        pilot.app.simulate_key(key)
        await asyncio.sleep(SETTLED_S)
    return (drawn[0] if drawn else time.process_time()) - started, time.process_time() - started


async def rested() -> None:
    """Waits until what was begun when a screen was opened is done, however busy the machine is."""
    for _ in range(30):
        started = time.process_time()
        await asyncio.sleep(2.0)
        if time.process_time() - started < RESTED_S:
            return


async def measure(folder: Path) -> None:
    project = find_project(folder)
    settings = load_settings(project.config)
    app = AssistantApp(project, settings, open_agent=lambda: open_agent(project, settings), train=train_in_process(project))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.agent is not None, "the model", within_s=180.0)
        await asyncio.sleep(SETTLED_S)
        print(f"{'':<14} first picture  settled   again  settled    idle, share of a core")
        for key, name in SCREENS.items():
            first = await gone_to(pilot, key)
            await gone_to(pilot, "f2" if key != "f2" else "f8")
            again = await gone_to(pilot, key)
            await rested()
            started, began = time.process_time(), time.monotonic()
            await asyncio.sleep(IDLE_S)
            idle = (time.process_time() - started) / (time.monotonic() - began)
            print(f"{name:<14} {first[0]:9.3f} s {first[1]:8.3f} {again[0]:7.3f} {again[1]:8.3f} {idle:14.2%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--project", type=Path, default=Path(__file__).parents[2])
    arguments = parser.parse_args(sys.argv[1:])
    taken = sorted(first_picture(arguments.project) for _ in range(3))
    print(f"from the start to the first picture: {taken[1][0]:.2f} s on the clock, {taken[1][1]:.2f} s of processor time")
    asyncio.run(measure(arguments.project))


if __name__ == "__main__":
    main()
