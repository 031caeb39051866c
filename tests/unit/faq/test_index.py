from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from assistant.faq import index as faq_index
from assistant.faq.entry import FaqEntry
from assistant.faq.index import FaqIndex
from assistant.stores.database import open_database
from assistant.stores.entries import EntryStore
from tests.unit.faq.hashing import hashing_vectors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy as np

ENTRIES = [
    FaqEntry("shoes", "Can I return worn shoes?", "No.", ("shoes i wore once", "used shoes back"), status="published"),
    FaqEntry("hours", "When are you open?", "Nine to five.", ("opening hours", "closed on sunday"), status="published"),
]


class Counting:
    """An encoder that remembers what it was asked for."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        self.texts += texts
        return hashing_vectors(texts)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EntryStore]:
    with open_database(f"sqlite:///{tmp_path}/assistant.db") as database:
        store = EntryStore(database)
        store.import_entries(ENTRIES)
        yield store


@pytest.fixture
def encode() -> Counting:
    return Counting()


@pytest.fixture
def index(store: EntryStore, encode: Counting) -> FaqIndex:
    return FaqIndex(store, encode, "counting")


def test_an_added_entry_is_found_by_the_next_question(index: FaqIndex, store: EntryStore) -> None:
    assert index.search("do you wrap presents").best is None
    store.add(FaqEntry("gifts", "Do you wrap presents?", "Yes.", status="published"))
    best = index.search("do you wrap presents").best
    assert best is not None
    assert (best.entry_id, best.score) == ("gifts", 1.0)


def test_a_change_by_another_process_is_found_by_the_next_question(index: FaqIndex, store: EntryStore, tmp_path: Path) -> None:
    index.search("opening hours")
    with open_database(f"sqlite:///{tmp_path}/assistant.db") as other:
        EntryStore(other).save(replace(store.get("hours"), answer="Never."), 1)
    best = index.search("opening hours").best
    assert best is not None
    assert best.answer == "Never."


def test_only_published_entries_answer(index: FaqIndex, store: EntryStore) -> None:
    store.add(FaqEntry("gifts", "Do you wrap presents?", "Yes."))
    assert "gifts" not in {match.entry_id for match in index.search("do you wrap presents").matches}
    store.delete("hours")
    assert {match.entry_id for match in index.search("opening hours").matches} == {"shoes"}


def test_an_entry_answers_on_the_days_on_which_it_is_valid(
    index: FaqIndex, store: EntryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    sale = FaqEntry("sale", "When is the sale?", "Now.", status="published")
    store.add(replace(sale, valid_from=date(2026, 7, 1), valid_until=date(2026, 7, 14)))
    answers = []
    for day in (date(2026, 6, 30), date(2026, 7, 1), date(2026, 7, 14), date(2026, 7, 15)):
        monkeypatch.setattr(faq_index, "_today", lambda day=day: day)
        answers.append(bool(index.exact("when is the sale").matches))
    assert answers == [False, True, True, False]


def test_when_all_entries_are_gone_nothing_answers(index: FaqIndex, store: EntryStore) -> None:
    index.search("opening hours")
    for entry in store.list():
        store.delete(entry.id)
    assert index.search("opening hours").matches == ()


def test_an_edit_has_only_the_edited_entry_encoded_again(index: FaqIndex, store: EntryStore, encode: Counting) -> None:
    store.import_entries([FaqEntry(f"e{n}", f"Question number {n}?", "Yes.", status="published") for n in range(20)])
    index.refreshed()
    encode.texts.clear()
    store.save(replace(store.get("hours"), alternatives=("business hours",)), 1)
    index.refreshed()
    assert encode.texts == ["When are you open?", "business hours", "Nine to five."]


def test_a_second_start_encodes_and_fits_nothing(index: FaqIndex, store: EntryStore, encode: Counting) -> None:
    first = index.refreshed()
    encode.texts.clear()
    second = FaqIndex(store, encode, "counting").refreshed()
    assert encode.texts == []
    assert second.calibration == first.calibration


def test_another_encoder_has_all_encoded_again(index: FaqIndex, store: EntryStore, encode: Counting) -> None:
    index.refreshed()
    encode.texts.clear()
    FaqIndex(store, encode, "another").refreshed()
    assert {"When are you open?", "shoes i wore once"} <= set(encode.texts)


def test_many_edits_have_the_calibration_fitted_again(index: FaqIndex, store: EntryStore) -> None:
    before = index.refreshed().calibration
    store.import_entries(
        [FaqEntry(f"e{n}", f"Where is the {n}th parcel?", "Soon.", (f"parcel {n} is lost",), status="published") for n in range(20)]
    )
    assert index.refreshed().calibration != before
    kept = store.load_calibration("counting")
    assert kept is not None
    assert kept.revision == store.revision()


def test_a_threshold_that_is_given_holds(store: EntryStore, encode: Counting) -> None:
    assert FaqIndex(store, encode, "counting", threshold=0.9).search("opening hours").threshold == 0.9
    assert 0.2 <= FaqIndex(store, encode, "counting").search("opening hours").threshold <= 0.8
