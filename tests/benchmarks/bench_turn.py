"""How long a turn takes, everything included, beside the bare model call: ``python -m tests.benchmarks.bench_turn``.

The agent of the shipped bot (or of ``--project``) answers messages in a database of its own. The reference is one call of the model
on a message of the same length, in the same process: the ratio says what everything around it costs. Both the clock and the
processor's time are shown: on a machine that does other work only the second says something.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

from assistant.config import load_settings
from assistant.messages import UserMessage
from assistant.opening import load_interpreter, open_agent
from assistant.project import find_project, model_in_use

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
MESSAGES = (
    "hello there",
    "how do i pay for my order with a card",
    "where is my order 12345?",
    "thanks",
    "what are your opening hours",
)
ROUNDS = 60
TURNS_A_CONVERSATION = 25


def main() -> None:
    """Prints a table: stage, p50 and p95 in milliseconds by the clock and of the processor, ratio to the bare call."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--project", type=Path, default=ROOT)
    project = find_project(options.parse_args().project)
    settings = load_settings(project.config, project.endpoints)
    model = model_in_use(project)
    interpreter = load_interpreter(project, settings, model)
    bare = _timed(lambda text: interpreter.encode([text]))
    parsed = _timed(interpreter.parse)
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        agent = open_agent(replace(project, state=Path(folder)), settings, model=model)
        opened_s = time.perf_counter() - started
        agent.handle(UserMessage("hello", "warm-up"))
        stages: dict[str, list[float]] = {}
        numbers = itertools.count()

        def turn(text: str) -> None:
            sender = f"bench {next(numbers) // TURNS_A_CONVERSATION}"
            for stage, ms in agent.handle(UserMessage(text, sender)).trace.timings_ms.items():
                stages.setdefault(stage, []).append(ms)

        turns = _timed(turn)
        agent.close()
    print(f"open an agent: {opened_s:.2f} s")
    for name, (clock, processor) in (("encode", bare), ("parse", parsed), ("turn", turns)):
        ratio = median(processor) / median(bare[1])
        print(f"{name:<10} clock {_shown(clock)}   processor {_shown(processor)}  {ratio:5.2f} times the bare call")
    for stage, figures in stages.items():
        print(f"  {stage:<8} clock {_shown(figures)}  in {len(figures)} turns")


def _shown(figures: list[float]) -> str:
    return f"p50 {median(figures):6.2f} ms  p95 {quantiles(figures, n=20)[-1]:6.2f} ms"


def _timed(work: Callable[[str], object]) -> tuple[list[float], list[float]]:
    """Returns the milliseconds of each call by the clock, and those that the processor worked for this process."""
    clock, processor = [], []
    for _ in range(ROUNDS):
        for text in MESSAGES:
            started, worked = time.perf_counter(), time.process_time()
            work(text)
            clock.append((time.perf_counter() - started) * 1000)
            processor.append((time.process_time() - worked) * 1000)
    return clock, processor


if __name__ == "__main__":
    main()
