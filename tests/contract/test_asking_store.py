"""What every store of askings must do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.stores.askings import AskingStore
from assistant.stores.conversations import ConversationStore
from assistant.stores.database import open_database

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.faq.askings import Rating
    from assistant.stores.database import Database


@pytest.fixture
def store(database: Database) -> AskingStore:
    return AskingStore(database)


def test_hits_and_misses_are_kept_in_order(store: AskingStore) -> None:
    hit = store.add("opening hours", "ann", "hours", 0.9)
    miss = store.add("do you sell tea", "bob", None, 0.1)
    first, second = store.list()
    assert (first.id, first.question, first.sender_id, first.entry_id, first.score, first.rating) == (
        hit,
        "opening hours",
        "ann",
        "hours",
        0.9,
        0,
    )
    assert (second.id, second.entry_id) == (miss, None)
    assert store.list(since=second.asked_at + 1) == ()
    assert (store.hits(), store.hits(since=second.asked_at + 1)) == ({"hours": 1}, {})


@pytest.mark.parametrize("rating", [1, -1, 0])
def test_a_rating_is_of_the_last_answer_to_that_person(store: AskingStore, rating: Rating) -> None:
    for sender in ("ann", "ann", "bob"):
        store.add("opening hours", sender, "hours", 0.9)
    assert store.rate("ann", "hours", 1)
    assert store.rate("ann", "hours", rating)
    assert [asking.rating for asking in store.list()] == [0, rating, 0]
    assert not store.rate("ann", "shoes", 1)


def test_forgetting_a_person_reaches_what_they_asked(store: AskingStore, database: Database) -> None:
    store.add("my secret", "ann", None, 0.0)
    store.add("opening hours", "bob", "hours", 0.9)
    ConversationStore(database).forget("ann")
    assert [asking.sender_id for asking in store.list()] == ["bob"]


def test_any_text_can_be_asked(store: AskingStore) -> None:
    store.add("\ud800\x00", "a\x00", None, 0.0)
    assert len(store.list()) == 1


def test_personal_data_is_left_out_where_that_is_wanted(tmp_path: Path) -> None:
    with open_database(f"sqlite:///{tmp_path}/assistant.db", redacts=True) as database:
        AskingStore(database).add("why do you write to ann@shop.example", "ann", None, 0.1)
        assert "ann@shop" not in AskingStore(database).list()[0].question
