"""What is stored without personal data, where that is asked for, and what is left of a person who is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.dialogue.events import AgentUttered, BotUttered, SlotSet, UserUttered
from assistant.dialogue.handoffs import HandoffRequest
from assistant.messages import BotMessage, Entity, IntentScore, Parse
from assistant.stores.conversations import ConversationStore
from assistant.stores.database import open_database
from assistant.stores.handoffs import HandoffStore
from assistant.stores.unanswered import UnansweredStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from assistant.dialogue.events import Event
    from assistant.stores.database import Database

SECRETS = ("ann@example.com", "+353 87 123 4567", "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00")


@pytest.fixture
def redacting(url: str) -> Iterator[Database]:
    with open_database(url, redacts=True) as opened:
        yield opened


def said(text: str) -> list[Event]:
    entity = Entity("contact", 0, len(text), text)
    return [
        UserUttered(text, Parse(text, (IntentScore("ask", 1.0),), (entity,)), metadata={"raw": text}),
        SlotSet("contact", {"to": [text]}),
        BotUttered(BotMessage(f"You said {text}.")),
        AgentUttered(text),
    ]


def content(file: Path) -> bytes:
    """What a file holds; nothing where the server took it away meanwhile, as it does with its caches."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""


@pytest.mark.parametrize("secret", SECRETS)
def test_personal_data_never_reaches_the_disk(redacting: Database, files: Callable[[], list[Path]], secret: str) -> None:
    text = f"please use {secret} for order 12345678"
    conversations, questions, handoffs = ConversationStore(redacting), UnansweredStore(redacting), HandoffStore(redacting)
    conversations.append("ann", said(text), 0)
    questions.add(text, "ann")
    handoffs.add("ann", HandoffRequest(text, text, None), said(text), 4)
    heard = [event for event in conversations.load("ann") if isinstance(event, UserUttered)]
    assert len(heard) == 2
    for one in heard:
        assert one.text == one.parse.text == questions.list()[0].question == conversations.senders()[0].last_text
        assert one.text.startswith("please use [")
        assert one.text.endswith("] for order 12345678")
    assert handoffs.list()[0].request.summary == heard[0].text
    assert all(secret.encode() not in content(file) for file in files())


def test_everything_is_kept_where_nothing_else_is_asked_for(database: Database) -> None:
    store = ConversationStore(database)
    events = said("write to ann@example.com")
    store.append("ann", events, 0)
    assert store.load("ann") == tuple(events)


def test_who_is_forgotten_is_in_no_table_and_in_no_file(database: Database, files: Callable[[], list[Path]]) -> None:
    secret = "xyzzy-4711"  # noqa: S105 (what is looked for)
    conversations, questions, handoffs = ConversationStore(database), UnansweredStore(database), HandoffStore(database)
    for sender, text in (("ann", f"my secret is {secret} " * 500), ("bob", "hello")):
        conversations.append(sender, said(text), 0)
        questions.add(text[:900], sender)
        handoffs.add(sender, HandoffRequest("asked", text[:900], None), said(text), 4)
    assert any(secret.encode() in content(file) for file in files())
    assert conversations.forget("ann").rows == {"events": 8, "conversations": 1, "unanswered": 1, "handoffs": 1}
    assert [question.sender_ids for question in questions.list()] == [("bob",)]
    assert len(conversations.load("bob")) == 8
    assert [file for file in files() if secret.encode() in content(file)] == []
