"""Whole conversations with the shipped bot, in tests/golden/conversations as people would read them over a shoulder.

Lines that start with ``>`` are what is typed; the rest is found. To add a conversation, make a file with such lines alone and run
``pytest --update-golden``.
"""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.integration.bots import Keywords, say, shop_agent
from tests.integration.test_shipped_bot import ENTITIES, INTENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.agent import Agent
    from assistant.messages import Reply

DAY = re.compile(r"\b(?:today|tomorrow|yesterday|\w+day,? \d+ \w+)\b")
"""The shop's orders are dated from the day on which it was made."""

FOLDER = Path(__file__).parent / "conversations"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    agent = shop_agent(tmp_path_factory.mktemp("shop"), Keywords(INTENTS, ENTITIES))
    yield agent
    agent.close()


def lines(reply: Reply) -> Iterator[str]:
    for decision in reply.trace.decisions:
        yield f"  . {decision.policy}: {decision.action}"
    for name, value in reply.trace.slots.items():
        yield f"  = {name}: {value!r}"
    yield from (f"  ! {problem}" for problem in reply.trace.problems)
    for message in reply.messages:
        yield from (f"  {DAY.sub('<day>', line)}".rstrip() for line in (message.text or "").splitlines())
        yield from (f"  [{button.title}] {button.payload}" for button in message.buttons)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_a_conversation_goes_as_it_went(shop: Agent, golden: Callable[[str, str], None], path: Path) -> None:
    shop.actions.speaker.rng = random.Random(0)  # which variation is said
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith(">"):
            found += [line, *lines(say(shop, line[1:].strip(), path.stem)), ""]
    golden(f"conversations/{path.name}", "\n".join(found) + "\n")


def test_there_are_conversations_and_each_has_a_turn() -> None:
    texts = [path.read_text(encoding="utf-8") for path in FOLDER.glob("*.txt")]
    assert len(texts) >= 6
    assert all("\n> " in text or text.startswith("> ") for text in texts)
