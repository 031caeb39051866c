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

from tests.integration.bots import Hearing, Keywords, say, shop_agent
from tests.integration.test_shipped_bot import ENTITIES, INTENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.agent import Agent
    from assistant.messages import BotMessage, Reply

DAY = re.compile(r"\b(?:today|tomorrow|yesterday|\w+day,? \d+ \w+)\b")
"""The shop's orders are dated from the day on which it was made."""

FOLDER = Path(__file__).parent / "conversations"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    agent = shop_agent(tmp_path_factory.mktemp("shop"), Keywords(INTENTS, ENTITIES))
    yield agent
    agent.close()


@pytest.fixture(scope="module")
def hearing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    """The same with the shipped heads for moods and moderation, the shipped encoder's vectors, and documents."""
    agent = shop_agent(tmp_path_factory.mktemp("hearing"), Hearing(INTENTS, ENTITIES), has_documents=True)
    yield agent
    agent.close()


def lines(reply: Reply) -> Iterator[str]:
    for decision in reply.trace.decisions:
        yield f"  . {decision.policy}: {decision.action}"
    for name, value in reply.trace.slots.items():
        yield f"  = {name}: {value!r}"
    yield from (f"  ! {problem}" for problem in reply.trace.problems)
    for message in reply.messages:
        yield from (f"  {DAY.sub('<day>', line)}".rstrip() for line in marked(message).splitlines())
        yield from (f"  [{button.title}] {button.payload}" for button in message.buttons)


def marked(message: BotMessage) -> str:
    """The text, with what is highlighted in it between arrows."""
    start, end = message.metadata.get("highlight", (0, 0))
    text = message.text or ""
    return f"{text[:start]}»{text[start:end]}«{text[end:]}" if end else text


def told_to_people(agent: Agent, sender: str) -> Iterator[str]:
    """The summary that whoever takes over reads."""
    for one in agent.handoffs.list():
        if one.sender_id == sender:
            yield from (f"  | {line}" for line in one.request.summary.splitlines())


def followed(agent: Agent, path: Path) -> str:
    agent.actions.speaker.rng = random.Random(0)  # which variation is said
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith(">"):
            reply = say(agent, line[1:].strip(), path.stem)
            found += [line, *lines(reply), *(told_to_people(agent, path.stem) if reply.is_handed_over else ()), ""]
    return "\n".join(found) + "\n"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_a_conversation_goes_as_it_went(shop: Agent, golden: Callable[[str, str], None], path: Path) -> None:
    golden(f"conversations/{path.name}", followed(shop, path))


@pytest.mark.parametrize("path", sorted((FOLDER / "heard").glob("*.txt")), ids=lambda path: path.stem)
def test_a_conversation_with_moods_and_documents_goes_as_it_went(
    hearing: Agent, golden: Callable[[str, str], None], path: Path
) -> None:
    golden(f"conversations/heard/{path.name}", followed(hearing, path))


def test_there_are_conversations_and_each_has_a_turn() -> None:
    texts = [path.read_text(encoding="utf-8") for path in FOLDER.glob("*.txt")]
    assert len(texts) >= 6
    assert all("\n> " in text or text.startswith("> ") for text in texts)
