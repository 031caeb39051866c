from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.faq.entry import FaqEntry
from assistant.faq.index import FaqIndex
from assistant.stores.database import open_database
from assistant.stores.entries import EntryStore
from assistant.stores.unanswered import UnansweredStore
from tests.unit.faq.hashing import hashing_vectors

if TYPE_CHECKING:
    from pathlib import Path


def test_questions_that_mean_the_same_are_one_row_with_the_conversations_behind_it(tmp_path: Path) -> None:
    with open_database(f"sqlite:///{tmp_path}/assistant.db") as database:
        entries, unanswered = EntryStore(database), UnansweredStore(database)
        entries.import_entries([FaqEntry("hours", "When are you open?", "Nine to five.", ("opening hours",), status="published")])
        index = FaqIndex(entries, hashing_vectors, "hashing")
        ids = [
            unanswered.add("do you sell gift cards", "ann", "hours", 0.2),
            unanswered.add("Do you sell gift cards?", "bob"),
            unanswered.add("do you sell a gift card", "cid", "hours", 0.3),
            unanswered.add("can i pay with bitcoin", "ann"),
        ]
        cards, bitcoin = index.clustered(unanswered.list())
        assert (cards.question, cards.others, cards.count) == ("Do you sell gift cards?", ("do you sell a gift card",), 3)
        assert (sorted(cards.ids), sorted(cards.sender_ids)) == (ids[:3], ["ann", "bob", "cid"])
        assert (cards.best_entry_id, cards.best_score) == ("hours", 0.3)
        assert (bitcoin.others, bitcoin.count, bitcoin.ids) == ((), 1, (ids[3],))
        unanswered.resolve(cards.ids)
        assert [row.question for row in index.clustered(unanswered.list())] == ["can i pay with bitcoin"]
        unanswered.resolve(bitcoin.ids)
        assert index.clustered(unanswered.list()) == ()


def test_a_row_says_which_entry_answers_it_by_now(tmp_path: Path) -> None:
    with open_database(f"sqlite:///{tmp_path}/assistant.db") as database:
        entries, unanswered = EntryStore(database), UnansweredStore(database)
        entries.add(FaqEntry("hours", "When are you open?", "Nine to five.", ("opening hours",), status="published"))
        index = FaqIndex(entries, hashing_vectors, "hashing", threshold=0.5)
        unanswered.add("do you sell gift cards to children", "ann", "hours", 0.2)
        unanswered.add("can i pay with bitcoin", "bob", "hours", 0.1)
        assert [row.answered_by for row in index.clustered(unanswered.list())] == [None, None]
        cards = entries.add(FaqEntry("cards", "Do you sell gift cards for children?", "We do.", status="published"))
        answered = {row.question: row.answered_by for row in index.clustered(unanswered.list())}
        assert answered == {"do you sell gift cards to children": "cards", "can i pay with bitcoin": None}
        entries.delete(cards.id)
        assert [row.answered_by for row in index.clustered(unanswered.list())] == [None, None]


def test_entries_that_were_saved_twice_are_found_at_once(tmp_path: Path) -> None:
    with open_database(f"sqlite:///{tmp_path}/assistant.db") as database:
        entries = EntryStore(database)
        index = FaqIndex(entries, hashing_vectors, "hashing")
        assert index.likenesses() == ()
        entries.add(FaqEntry("a", "When are you open?", "At 9.", status="published"))
        entries.add(FaqEntry("b", "when are you open", "At 8.", status="published"))
        (pair,) = index.likenesses(only="b")
        assert (pair.kind, pair.entry_id, pair.other_id, pair.why) == ("contradiction", "a", "b", "9 against 8")
