"""How long a question to the documents takes beside a turn that asks none: ``python -m tests.benchmarks.bench_documents``.

The agent of the shipped bot (or of ``--project``) answers messages in a database of its own. All times are the processor's, in one
thread. A turn that asks no document must not take longer because there are some; what one that asks costs is said as a multiple.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from assistant.config import load_settings
from assistant.messages import UserMessage
from assistant.opening import open_agent
from assistant.project import find_project, model_in_use

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.project import Project

ROOT = Path(__file__).parents[2]
MESSAGES = ("hello there", "how do i pay for my order with a card", "thanks", "what are your opening hours")
QUESTIONS = (
    "how heavy may a return parcel be?",
    "what happens to things that nobody collects from the workshop?",
    "who may drop off a return for me?",
    "how long are photos of damaged returns kept?",
)
ROUNDS = 15


def main() -> None:
    """Prints the times of a usual turn with and without documents, of the first question to them, and of later ones."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--project", type=Path, default=ROOT)
    project = find_project(options.parse_args().project)
    usual = {has: _usual_turn(project, has_documents=has) for has in (False, True)}
    print(f"turn without documents   {usual[False]:6.1f} ms")
    print(f"turn, documents there    {usual[True]:6.1f} ms   x{usual[True] / usual[False]:.2f}")
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(project.config, project.endpoints)
        agent = open_agent(replace(project, state=Path(folder)), settings, model=model_in_use(project))
        assert agent.documents is not None
        ask = agent.documents.ask
        print(f"first question to them   {_timed(ask, QUESTIONS[:1]):6.1f} ms   (loads the reader)")
        print(f"new question             {_timed(ask, QUESTIONS[1:]):6.1f} ms   (reads a passage)")
        print(f"passages read before     {_timed(ask, QUESTIONS * ROUNDS):6.1f} ms")
        agent.close()


def _usual_turn(project: Project, *, has_documents: bool) -> float:
    """Returns the median milliseconds of a turn that asks no document."""
    found = replace(project, knowledge=project.knowledge if has_documents else None)
    settings = load_settings(found.config, found.endpoints)
    with tempfile.TemporaryDirectory() as folder:
        agent = open_agent(replace(found, state=Path(folder)), settings, model=model_in_use(found))
        agent.handle(UserMessage("hello", "warm-up"))
        took = _timed(lambda text: agent.handle(UserMessage(text, "bench")), MESSAGES * ROUNDS)
        agent.close()
    return took


def _timed(work: Callable[[str], object], texts: Sequence[str]) -> float:
    """Returns the median processor time of some calls in milliseconds."""
    times = []
    for text in texts:
        began = time.process_time()
        work(text)
        times.append((time.process_time() - began) * 1000)
    return median(times)


if __name__ == "__main__":
    main()
