"""How quick the chat is with a long conversation: from a key to the screen, scrolling, finding, and how little it does while idle.

    python -m tests.benchmarks.bench_chat [--messages 10000]

Prints processor time, which counts the whole process and no other: waiting for the terminal is not in it.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

from textual.keys import _character_to_key

from assistant.config import load_settings
from assistant.messages import BotMessage, Reply, Trace, UserMessage
from assistant.project import find_project
from assistant.ui.app import AssistantApp
from tests.ui.conftest import quick_training
from tests.ui.driving import chat_of, see
from tests.ui.fake import FakeAgent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.pilot import Pilot

SIZE = (120, 40)
IDLE_S = 10.0
SETTLED_S = 0.25
"""After so long, nothing is left of what a key has set off."""


def stored(n_messages: int) -> FakeAgent:
    """An assistant with a conversation of so many messages, as long as real ones are."""
    agent = FakeAgent()
    answer = "We have received your message **{}**.\n\n- It is with our team.\n- You will hear from us *soon*, by mail or here."
    for number in range(n_messages // 2):
        agent.store(UserMessage(f"where is parcel {number}?"), Reply((BotMessage(answer.format(number)),), Trace()))
    return agent


class Pressed(NamedTuple):
    """Milliseconds of processor time that a key takes: until something has changed on the screen, and with all that follows."""

    seen: float
    settled: float


async def pressed(pilot: Pilot[Any], keys: Sequence[str]) -> list[Pressed]:
    """Returns what each of some keys takes."""
    taken = []
    drawn: list[float] = []
    display = pilot.app._display

    def noted(*arguments: Any) -> None:
        display(*arguments)
        drawn.append(time.process_time())

    with patch.object(pilot.app, "_display", noted):
        for key in keys:
            drawn.clear()
            started = time.process_time()
            # Not the pilot's way: that asks every widget on the screen whether it has anything left to do.
            pilot.app.simulate_key(_character_to_key(key) if len(key) == 1 else key)
            await asyncio.sleep(SETTLED_S)
            ended = time.process_time()
            taken.append(Pressed(((drawn[0] if drawn else ended) - started) * 1000, (ended - started) * 1000))
    return taken


def tell(what: str, taken: Sequence[Pressed]) -> None:
    print(f"{what:<40} {_spread([one.seen for one in taken])}   {_spread([one.settled for one in taken])}")


def _spread(figures: Sequence[float]) -> str:
    ordered = sorted(figures)
    return f"{statistics.median(ordered):6.1f} {ordered[int(len(ordered) * 0.95)]:6.1f} ms"


async def measure(n_messages: int, folder: Path) -> None:
    agent = stored(n_messages)
    app = AssistantApp(find_project(folder), load_settings(), open_agent=lambda: agent, train=quick_training(folder))
    started = time.process_time()
    async with app.run_test(size=SIZE) as pilot:
        await see(pilot, f"where is parcel {n_messages // 2 - 1}?")
        print(f"{n_messages:,} messages; shown after {time.process_time() - started:.2f} s")
        print(f"{len(list(app.screen.walk_children())):,} widgets on the screen")
        print(f"{'':<40} until it is seen    with all that follows (p50, p95)")
        tell("a letter in the prompt", await pressed(pilot, "where is my order please " * 2))
        prompt = chat_of(pilot).query_one("#prompt")
        prompt.text = ""  # type: ignore[attr-defined]
        tell("a message, its answer included", await pressed(pilot, ["h", "i", "enter"] * 6))
        tell("a page up", await pressed(pilot, ["pageup"] * 30))
        tell("a letter after scrolling", await pressed(pilot, "where is my order please " * 2))
        await pilot.press("ctrl+f")
        tell("a letter of what is to be found", await pressed(pilot, "parcel 12"))
        tell("the next found", await pressed(pilot, ["down"] * 20))
        await pilot.press("escape")
        await pilot.pause(0.5)
        started, began = time.process_time(), time.monotonic()
        await asyncio.sleep(IDLE_S)
        share = (time.process_time() - started) / (time.monotonic() - began)
        print(f"{'idle, share of one core':<40} {share:.2%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=10_000)
    arguments = parser.parse_args(sys.argv[1:])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "corner-shop"
        (folder / "intents").mkdir(parents=True)
        (folder / "intents" / "domain.yml").write_text('version: "3.1"\n')
        asyncio.run(measure(arguments.messages, folder))


if __name__ == "__main__":
    main()
