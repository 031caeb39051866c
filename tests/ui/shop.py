"""The shipped bot for pictures: its own dialogue, FAQ and shop; what the model finds and the milliseconds are written down."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.actions.process import ProcessRunner
from assistant.messages import Entity, IntentScore, Parse
from assistant.project import find_project, shipped_root
from tests.integration.bots import Keywords, agent_of

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from assistant.agent import Agent
    from assistant.messages import Reply, UserMessage
    from assistant.project import Project

ORDER = "where is my order 12345?"
SHOES = "can i return shoes i wore once"
PARSES = {
    ORDER: Parse(
        ORDER,
        (IntentScore("track_order", 0.81), IntentScore("inform", 0.08), IntentScore("change_address", 0.04)),
        (Entity("order_number", 18, 23, "12345", extractor="RegexEntityExtractor"),),
    ),
    SHOES: Parse(
        SHOES,
        (IntentScore("ask_faq", 0.81), IntentScore("return_item", 0.09), IntentScore("check_stock", 0.06)),
        (Entity("product", 13, 18, "shoes", extractor="LookupEntityExtractor"),),
        out_of_scope=0.13,
    ),
}
"""What a model trained on the shipped encoder finds."""
TIMINGS_MS = {
    ORDER: {"nlu": 3.7, "faq": 4.3, "dialogue": 0.4, "actions": 8.4, "store": 2.1, "total": 19.8},
    SHOES: {"nlu": 4.1, "faq": 5.3, "dialogue": 0.1, "actions": 0.0, "store": 1.7, "total": 11.9},
}
"""Measured with that model on one core."""


class Scripted(Keywords):
    """Finds in the two questions what is written down, and makes vectors of hashed words."""

    fingerprint = "scripted"

    def __init__(self) -> None:
        super().__init__({}, {})

    def parse(self, text: str) -> Parse:
        return PARSES[text]


def shop_project(folder: Path) -> Project:
    """A copy of the shipped bot, with a state of its own."""
    root = folder / "birch-and-bloom"
    for part in ("intents", "data/faq"):
        shutil.copytree(shipped_root() / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    return find_project(root)


def shop_agent(project: Project, patch: pytest.MonkeyPatch) -> Agent:
    """The real agent over the bot; it says the same variations and takes the same time, always."""
    agent = agent_of(project, Scripted(), ProcessRunner(project.bot, project.state, 30.0))
    agent.actions.speaker.rng = random.Random(0)
    handle = agent.handle

    def timed(message: UserMessage) -> Reply:
        reply = handle(message)
        return replace(reply, trace=replace(reply.trace, timings_ms=TIMINGS_MS[message.text]))

    patch.setattr(agent, "handle", timed)
    return agent
