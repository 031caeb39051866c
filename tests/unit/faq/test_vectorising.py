from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from assistant.faq import vectorising
from assistant.faq.entry import FaqEntry
from assistant.faq.passages import texts_of
from assistant.faq.vectorising import make_vectors
from assistant.messages import Cancelled, Progress
from assistant.stores.database import open_database
from assistant.stores.entries import EntryStore
from tests.unit.faq.hashing import hashing_vectors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

ENTRIES = [FaqEntry(f"e{n}", f"Where is parcel {n}?", "Soon.", (f"{n} late",), status="published") for n in range(10)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EntryStore]:
    with open_database(f"sqlite:///{tmp_path}/assistant.db") as database:
        store = EntryStore(database)
        store.import_entries([*ENTRIES, FaqEntry("draft", "When?", "Later.")])
        yield store


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectorising, "BATCH", 4)


def test_what_is_missing_is_made_a_batch_at_a_time(store: EntryStore) -> None:
    steps: list[tuple[int, int]] = []
    assert make_vectors(store, hashing_vectors, "one", lambda step: steps.append((step.done, step.total))) == 10
    assert steps == [(4, 10), (8, 10), (10, 10)]
    kept = store.load_vectors("one")
    assert set(kept) == {entry.id for entry in ENTRIES}
    np.testing.assert_allclose(kept["e3"][1], hashing_vectors(texts_of(ENTRIES[3])), atol=1e-3)
    assert make_vectors(store, hashing_vectors, "one") == 0


def test_threads_share_a_batch_and_each_entry_gets_its_own_vectors(store: EntryStore) -> None:
    assert make_vectors(store, hashing_vectors, "one", threads=3) == 10
    kept = store.load_vectors("one")
    for entry in ENTRIES:
        np.testing.assert_allclose(kept[entry.id][1], hashing_vectors(texts_of(entry)), atol=1e-3)


def test_what_several_entries_say_is_encoded_once(store: EntryStore) -> None:
    texts: list[str] = []

    def counting(asked: Sequence[str]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        texts.extend(asked)
        return hashing_vectors(asked)

    make_vectors(store, counting, "one", threads=2)
    assert texts.count("Soon.") == 3  # once in each of three batches of ten entries
    assert len(texts) == 23


def test_only_what_changed_is_made_again(store: EntryStore) -> None:
    make_vectors(store, hashing_vectors, "one")
    store.save(replace(ENTRIES[2], question="Which parcel?"), 1)
    assert make_vectors(store, hashing_vectors, "one") == 1
    assert store.load_vectors("one")["e2"][0] == 2


def test_another_encoder_makes_all_anew(store: EntryStore) -> None:
    make_vectors(store, hashing_vectors, "one")
    assert make_vectors(store, hashing_vectors, "two") == 10
    assert store.load_vectors("one") == {}


def test_who_stops_it_goes_on_from_there(store: EntryStore) -> None:
    def stop(_: Progress) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        make_vectors(store, hashing_vectors, "one", stop)
    assert store.count_without_vectors("one") == 6
    assert make_vectors(store, hashing_vectors, "one") == 6
