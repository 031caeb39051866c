"""What every store of conversations must do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.dialogue.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from assistant.errors import DamagedConversation, StaleConversation
from assistant.messages import BotMessage, Button, Entity, IntentScore, Parse
from assistant.stores.conversations import ConversationStore, ConversationSummary

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistant.dialogue.events import Event
    from assistant.stores.database import Database


@pytest.fixture
def store(database: Database) -> ConversationStore:
    return ConversationStore(database)


def turn(text: str, at: float = 1.0) -> list[Event]:
    parse = Parse(text, (IntentScore("track", 0.9),), (Entity("city", 0, 4, "Cork"),), 0.25, ((0, 4),))
    return [
        UserUttered(text, parse, metadata={"ip": 1}, timestamp=at),
        SlotSet("city", "Cork", timestamp=at + 0.25),
        BotUttered(BotMessage("hi", (Button("Yes", "/affirm"),)), timestamp=at + 0.5),
        ActionExecuted("action_listen", "rules", 1.0, "waits", timestamp=at + 0.75),
    ]


def test_what_is_appended_is_loaded_in_order(store: ConversationStore) -> None:
    first, second = turn("one"), turn("two", at=2.0)
    assert store.append("ann", first, 0) == 4
    assert store.append("ann", second, 4) == 8
    assert store.load("ann") == (*first, *second)


def test_an_unknown_conversation_has_no_events(store: ConversationStore) -> None:
    assert store.load("nobody") == ()


def test_a_turn_of_no_events_changes_nothing(store: ConversationStore) -> None:
    assert store.append("ann", [], 0) == 0
    assert store.senders() == []


def test_a_stale_append_is_refused_whole(store: ConversationStore) -> None:
    store.append("ann", turn("one"), 0)
    with pytest.raises(StaleConversation, match="STR-002 conversation 'ann' has 4 events where 0 were loaded"):
        store.append("ann", turn("two"), 0)
    with pytest.raises(StaleConversation):
        store.append("bob", turn("two"), 7)
    assert store.load("ann") == tuple(turn("one"))
    assert [summary.sender_id for summary in store.senders()] == ["ann"]


def test_senders_are_summed_up_last_spoken_first(store: ConversationStore) -> None:
    store.append("ann", turn("one", at=10.0), 0)
    store.append("bob", turn("two", at=20.0), 0)
    store.append("ann", turn("three", at=30.0), 4)
    ann, bob = store.senders()
    assert ann == ConversationSummary("ann", n_events=8, n_turns=2, first_at=10.0, last_at=30.75, last_text="three")
    assert bob == ConversationSummary("bob", n_events=4, n_turns=1, first_at=20.0, last_at=20.75, last_text="two")


def test_what_the_user_said_last_outlives_a_turn_in_which_nothing_was_said(store: ConversationStore) -> None:
    store.append("ann", turn("one"), 0)
    store.append("ann", [BotUttered(BotMessage("reminder"))], 4)
    assert store.senders()[0].last_text == "one"


@pytest.mark.parametrize("text", ["\ud800 lone", "a\x00b", "\u202eright to left", "\x1b[31m", "👩‍👩‍👧", "x" * 1_000_000], ids=repr)
def test_any_text_survives(store: ConversationStore, text: str) -> None:
    store.append(text[:100], turn(text), 0)
    loaded = store.load(text[:100])
    assert isinstance(loaded[0], UserUttered)
    assert loaded[0].text == text


def test_what_json_cannot_hold_is_kept_as_text(store: ConversationStore) -> None:
    store.append("ann", [SlotSet("when", {1, 2})], 0)
    assert store.load("ann")[0].value == "{1, 2}"  # type: ignore[union-attr]


def test_forgetting_removes_every_trace_from_the_disk(store: ConversationStore, files: Callable[[], list[Path]]) -> None:
    store.append("ann", turn("my secret is xyzzy-4711"), 0)
    assert any(b"xyzzy-4711" in file.read_bytes() for file in files())
    store.append("bob", turn("hello"), 0)
    forgotten = store.forget("ann")
    assert forgotten.rows == {"events": 4, "conversations": 1}
    assert store.load("ann") == ()
    assert store.load("bob") == tuple(turn("hello"))
    assert all(b"xyzzy-4711" not in file.read_bytes() for file in files())


def test_a_forgotten_conversation_can_start_anew(store: ConversationStore) -> None:
    store.append("ann", turn("one"), 0)
    store.forget("ann")
    with pytest.raises(StaleConversation):
        store.append("ann", turn("two"), 4)
    assert store.append("ann", turn("two"), 0) == 4


def test_forgetting_someone_unknown_removes_nothing(store: ConversationStore) -> None:
    assert store.forget("nobody").rows == {}


def test_an_event_of_an_unknown_kind_is_named(store: ConversationStore, database: Database) -> None:
    from sqlalchemy import text

    store.append("ann", turn("one"), 0)
    with database.write() as session:
        session.execute(text("""UPDATE events SET body = '{"event": "of tomorrow"}' WHERE seq = 2"""))
    with pytest.raises(DamagedConversation, match="STR-004 event 2 of conversation 'ann'"):
        store.load("ann")


def test_a_conversation_has_a_name_and_can_be_archived(store: ConversationStore) -> None:
    store.append("ann", turn("one"), 0)
    assert (store.senders()[0].title, store.senders()[0].is_archived) == ("", False)
    assert store.rename("ann", "The \ud800 lost parcel")
    assert store.archive("ann")
    store.append("ann", turn("two", at=9.0), 4)
    ann = store.senders()[0]
    assert (ann.title, ann.is_archived, ann.n_turns) == ("The \\ud800 lost parcel", True, 2)
    assert store.archive("ann", is_archived=False)
    assert store.rename("ann", "")
    assert store.senders()[0] == ConversationSummary("ann", 8, 2, 1.0, 9.75, "two")
    assert not store.rename("nobody", "x")
    assert not store.archive("nobody")
    assert (store.n_turns("ann"), store.n_turns("nobody")) == (2, 0)


@pytest.mark.parametrize(
    ("text", "found"),
    [("LOST", {"ann"}), ("track", {"ann", "bob"}), ("50%", {"bob"}), ("5_", set()), ("Zoë", {"bob"}), ('"', {"bob"}), ("", set())],
)
def test_conversations_are_found_by_what_stands_in_them(store: ConversationStore, text: str, found: set[str]) -> None:
    store.append("ann", turn("my parcel is lost"), 0)
    store.append("bob", turn('50% off, says "Zoë"'), 0)
    if text == '"':  # JSON's own quotes are not what was said
        text = '"Zoë"'
    assert store.containing(text) == found


def test_a_reply_has_one_thumb(store: ConversationStore) -> None:
    for rating in (1, -1):
        store.ratings.rate("ann", 1, rating)
    store.ratings.rate("ann", 2, 1)
    store.ratings.rate("bob", 1, 1)
    assert store.ratings.of("ann") == {1: -1, 2: 1}
    store.ratings.rate("ann", 1, 0)
    assert store.ratings.of("ann") == {2: 1}
    assert [(rating.sender_id, rating.turn, rating.rating) for rating in store.ratings.list()] == [("bob", 1, 1), ("ann", 2, 1)]
    assert store.ratings.list(since=store.ratings.list()[0].rated_at + 1) == ()


def test_names_and_thumbs_are_forgotten_too(store: ConversationStore) -> None:
    store.append("ann", turn("one"), 0)
    store.rename("ann", "about Ann")
    store.ratings.rate("ann", 1, -1)
    assert store.forget("ann").rows["reply_ratings"] == 1
    assert (store.senders(), store.ratings.of("ann")) == ([], {})
