"""What one process changes, another finds with its next question, whichever database lies between them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from assistant.faq.entry import FaqEntry
from assistant.faq.index import FaqIndex
from assistant.stores.database import open_database
from assistant.stores.entries import EntryStore
from tests.unit.faq.hashing import hashing_vectors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.stores.database import Database

ENTRIES = (
    FaqEntry("hours", "When are you open?", "From 9 to 17.", ("opening hours",), status="published"),
    FaqEntry("shoes", "Can I return worn shoes?", "No.", ("used shoes back",), status="published"),
)


@pytest.fixture
def index(database: Database) -> FaqIndex:
    store = EntryStore(database)
    store.import_entries(ENTRIES)
    index = FaqIndex(store, hashing_vectors, "hashing", threshold=0.5)
    assert index.search("opening hours").best is not None
    return index


@pytest.fixture
def elsewhere(url: str, index: FaqIndex) -> Iterator[EntryStore]:
    """The same database through connections of its own, as another process has them."""
    assert index is not None
    with open_database(url) as database:
        yield EntryStore(database)


def test_what_was_added_changed_archived_and_imported_elsewhere_is_found_by_the_next_question(
    index: FaqIndex, elsewhere: EntryStore
) -> None:
    cat = elsewhere.add(FaqEntry("", "Is there a cat?", "Her name is Mog.", status="published"))
    found = index.search("is there a cat")
    assert found.best is not None
    assert found.best.answer == "Her name is Mog."

    elsewhere.save(replace(cat, answer="She has left."), cat.version)
    found = index.search("is there a cat")
    assert found.best is not None
    assert found.best.answer == "She has left."

    elsewhere.delete(cat.id)
    assert index.search("is there a cat").best is None

    elsewhere.import_entries([FaqEntry("dog", "Is there a dog?", "Yes.", status="published")], "replace")
    found = index.search("is there a dog")
    assert found.best is not None
    assert [match.entry_id for match in index.search("opening hours").matches] == ["dog"]


def test_vectors_made_by_one_process_are_taken_up_by_the_next(index: FaqIndex, elsewhere: EntryStore) -> None:
    assert index.search("opening hours").best is not None
    encoded: list[str] = []

    def encode(texts: list[str] | tuple[str, ...]) -> object:
        encoded.extend(texts)
        return hashing_vectors(texts)

    other = FaqIndex(elsewhere, encode, "hashing", threshold=0.5)  # type: ignore[arg-type]
    assert other.search("opening hours").best is not None
    assert not {question for entry in ENTRIES for question in entry.questions} & set(encoded) - {"opening hours"}


def test_entries_that_do_not_answer_leave_room_for_those_that_do(database: Database) -> None:
    store = EntryStore(database)
    drafts = [FaqEntry(f"draft-{number}", "Parcel parcel parcel?", "Parcel.") for number in range(60)]
    live = [FaqEntry(f"live-{number}", f"Is my parcel late, day {number}?", "Yes.", status="published") for number in range(3)]
    store.import_entries([*drafts, *live])
    assert [hit.entry_id for hit in store.search_text("parcel", 2)] == ["live-0", "live-1"]
    assert len(store.search_text("parcel", 10)) == 3


def test_what_would_double_or_contradict_is_known_before_it_is_saved(index: FaqIndex) -> None:
    new = FaqEntry("", "Opening hours", "From 10 to 17 o'clock.", status="published")
    (found,) = index.alike(new)
    assert {found.entry_id, found.other_id} == {"", "hours"}
    assert index.alike(replace(new, question="Do you sell umbrellas?")) == ()
    assert index.alike(replace(new, status="draft")) == ()
    assert index.alike(replace(ENTRIES[0], answer="Never.")) == ()
