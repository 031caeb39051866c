"""Whatever is said, it is stored and read back."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.dialogue.events import BotUttered, SlotSet, UserUttered
from assistant.messages import BotMessage
from assistant.stores.conversations import ConversationStore
from assistant.stores.database import Database, open_database
from assistant.stores.unanswered import UnansweredStore

if TYPE_CHECKING:
    from collections.abc import Iterator

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)
PLAIN = st.none() | st.booleans() | st.integers() | ANY_TEXT
JSON = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner))


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with TemporaryDirectory() as folder, open_database(f"sqlite:///{Path(folder)}/assistant.db") as opened:
        yield opened


@settings(max_examples=60, deadline=None)
@given(sender_id=ANY_TEXT, text=ANY_TEXT, value=JSON)
def test_events_are_read_back_as_they_were(database: Database, sender_id: str, text: str, value: object) -> None:
    store = ConversationStore(database)
    store.forget(sender_id)
    events = (UserUttered(text, timestamp=1.5), SlotSet("slot", value, timestamp=2.0), BotUttered(BotMessage(text), timestamp=2.5))
    assert store.append(sender_id, events, 0) == 3
    assert store.load(sender_id) == events


@settings(max_examples=60, deadline=None)
@given(question=ANY_TEXT, sender_id=ANY_TEXT)
def test_any_question_enters_the_queue_and_leaves_it(database: Database, question: str, sender_id: str) -> None:
    store = UnansweredStore(database)
    asked = store.add(question, sender_id)
    assert asked in {named for open_one in store.list() for named in open_one.ids}
    assert store.resolve([asked]) == 1
