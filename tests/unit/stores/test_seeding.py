from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.errors import YamlSyntax
from assistant.faq.entry import FaqEntry
from assistant.stores.database import open_database
from assistant.stores.entries import EntryStore
from assistant.stores.seeding import seed_if_empty

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEED = """\
version: 1
category: returns
entries:
  - id: shoes
    question: Can I return shoes?
    answer: Yes.
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EntryStore]:
    with open_database(f"sqlite:///{tmp_path}/assistant.db") as database:
        yield EntryStore(database)


@pytest.fixture
def seed(tmp_path: Path) -> Path:
    folder = tmp_path / "faq"
    folder.mkdir()
    (folder / "b.yml").write_text(SEED)
    (folder / "a.csv").write_text("question,answer\nWhen are you open?,Nine to five.\n")
    (folder / "notes.txt").write_text("not for the FAQ")
    return folder


def test_the_first_start_takes_the_entries_over(store: EntryStore, seed: Path) -> None:
    assert seed_if_empty(store, [seed]) == 2
    assert {(entry.id, entry.category) for entry in store.all_published()} == {("shoes", "returns"), ("when-are-you-open", "")}
    assert store.history("shoes")[0].reason == "came with the project"


def test_what_a_curator_deletes_stays_deleted(store: EntryStore, seed: Path) -> None:
    seed_if_empty(store, [seed])
    for entry in store.list():
        store.delete(entry.id)
    assert seed_if_empty(store, [seed]) == 0
    assert store.all_published() == ()


def test_entries_that_are_there_are_left_alone(store: EntryStore, seed: Path) -> None:
    store.add(FaqEntry("mine", "Mine?", "Yes.", status="published"))
    assert seed_if_empty(store, [seed]) == 0
    assert [entry.id for entry in store.list()] == ["mine"]


def test_a_seed_that_is_wrong_is_tried_again_at_the_next_start(store: EntryStore, seed: Path) -> None:
    (seed / "b.yml").write_text("entries: [")
    with pytest.raises(YamlSyntax):
        seed_if_empty(store, [seed])
    assert store.list() == ()
    (seed / "b.yml").write_text(SEED)
    assert seed_if_empty(store, [seed / "b.yml"]) == 1


def test_no_files_are_no_entries(store: EntryStore, tmp_path: Path) -> None:
    assert seed_if_empty(store, []) == 0
