"""What every queue of unanswered questions must do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from assistant.faq.entry import FaqEntry
from assistant.stores.conversations import ConversationStore
from assistant.stores.entries import EntryStore
from assistant.stores.unanswered import UnansweredStore

if TYPE_CHECKING:
    from assistant.stores.database import Database


@pytest.fixture
def store(database: Database) -> UnansweredStore:
    return UnansweredStore(database)


def test_equal_questions_are_one_with_a_count(store: UnansweredStore) -> None:
    first = store.add("Do you sell café tables?", "ann", "hours", 0.3)
    other = store.add("can I pay in bitcoin", "bob")
    last = store.add("do you sell CAFE tables", "bob", None, 0.1)
    tables, bitcoin = store.list()
    assert (tables.question, tables.count, tables.ids, tables.sender_ids) == (
        "do you sell CAFE tables",
        2,
        (last, first),
        ("bob", "ann"),
    )
    assert (tables.best_entry_id, tables.best_score) == (None, 0.1)
    assert tables.first_at <= tables.last_at
    assert (bitcoin.count, bitcoin.ids) == (1, (other,))


def test_what_is_resolved_leaves_the_queue(store: UnansweredStore) -> None:
    first, second = store.add("one", "ann"), store.add("two", "ann")
    assert store.resolve([first, 999]) == 1
    assert [question.ids for question in store.list()] == [(second,)]
    assert store.resolve([first]) == 0
    assert store.resolve([]) == 0


def test_what_an_entry_answers_leaves_the_queue_with_it(store: UnansweredStore, database: Database) -> None:
    entries = EntryStore(database)
    for question in ("Do you engrave?", "do you ENGRAVE", "can you write on it", "do you sell tents"):
        store.add(question, "ann")

    def waiting() -> set[str]:
        return {question.question for question in store.list()}

    draft = entries.add(FaqEntry("", "do you engrave", "Yes."))
    tomorrow = date.today() + timedelta(days=1)  # noqa: DTZ011 (the curators' own day)
    entries.add(FaqEntry("", "can you write on it", "Soon.", valid_from=tomorrow, status="published"))
    assert waiting() == {"do you ENGRAVE", "can you write on it", "do you sell tents"}  # neither answers today
    entries.save(replace(draft, status="published"), draft.version)
    assert waiting() == {"can you write on it", "do you sell tents"}
    camping = FaqEntry("", "camping", "Tents, too.", ("Do you sell tents?",), status="published")
    entries.import_entries([camping], is_dry_run=True)
    assert waiting() == {"can you write on it", "do you sell tents"}
    entries.import_entries([camping])
    assert waiting() == {"can you write on it"}


def test_any_text_can_be_asked(store: UnansweredStore) -> None:
    store.add("\ud800\x00", "a\x00")
    assert store.list()[0].count == 1


def test_forgetting_a_person_reaches_the_queue(store: UnansweredStore, database: Database) -> None:
    store.add("my secret", "ann")
    store.add("my secret", "bob")
    assert ConversationStore(database).forget("ann").rows == {"unanswered": 1}
    assert [question.sender_ids for question in store.list()] == [("bob",)]
