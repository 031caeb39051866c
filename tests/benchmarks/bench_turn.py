"""How long a turn takes, everything included, beside the bare model call: ``python -m tests.benchmarks.bench_turn``.

The agent of the shipped bot answers messages in a database of its own. The reference is one call of the model on a message of
the same length, in the same process: the ratio says what everything around it costs.
"""

from __future__ import annotations

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


def main() -> None:
    """Prints a table: stage, p50 and p95 in milliseconds, ratio to the bare call."""
    project = find_project(ROOT)
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
        turns = _timed(lambda text: agent.handle(UserMessage(text, "bench")))
        agent.close()
    print(f"open an agent: {opened_s:.2f} s")
    for name, figures in (("encode", bare), ("parse", parsed), ("turn", turns)):
        p50, p95 = median(figures), quantiles(figures, n=20)[-1]
        print(f"{name:<8} p50 {p50:7.2f} ms  p95 {p95:7.2f} ms  {p50 / median(bare):5.2f} times the bare call")


def _timed(work: Callable[[str], object]) -> list[float]:
    figures = []
    for _ in range(ROUNDS):
        for text in MESSAGES:
            started = time.perf_counter()
            work(text)
            figures.append((time.perf_counter() - started) * 1000)
    return figures


if __name__ == "__main__":
    main()
