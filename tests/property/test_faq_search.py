"""Whatever is asked, search answers; and an entry's own question finds the entry."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import BadEntry
from assistant.faq.entry import FaqEntry, checked
from assistant.faq.folding import fold
from assistant.faq.index import FaqIndex
from assistant.faq.retriever import Retriever
from assistant.stores.database import open_database
from assistant.stores.entries import EntryStore
from tests.unit.faq.hashing import hashing_vectors

if TYPE_CHECKING:
    from collections.abc import Iterator

MARKS = st.text(st.sampled_from("\"'*^:()-+ \x00\ud800\udfffaé\u202e"))
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60) | MARKS

ENTRIES = [
    FaqEntry("shoes", "Can I return worn shoes?", "No.", ("shoes i wore once", "used shoes back"), status="published"),
    FaqEntry("hours", "When are you open?", "Nine to five.", ("opening hours", "closed on sunday"), status="published"),
    FaqEntry("spain", "¿Dónde está mi pedido?", "Pronto.", ("返品できますか",), status="published"),
]


@pytest.fixture(scope="module")
def store() -> Iterator[EntryStore]:
    with TemporaryDirectory() as folder, open_database(f"sqlite:///{Path(folder)}/assistant.db") as database:
        kept = EntryStore(database)
        kept.import_entries(ENTRIES)
        yield kept


@pytest.fixture(scope="module")
def index(store: EntryStore) -> FaqIndex:
    return FaqIndex(store, hashing_vectors, "hashing")


@settings(max_examples=150, deadline=None)
@given(question=ANY_TEXT)
def test_no_text_makes_search_raise(index: FaqIndex, store: EntryStore, question: str) -> None:
    result = index.search(question)
    scores = [match.score for match in result.matches]
    assert scores == sorted(scores, reverse=True)
    assert all(0.0 <= score <= 1.0 for score in scores)
    assert isinstance(store.list(text=question), tuple)


@settings(max_examples=60, deadline=None)
@given(st.lists(ANY_TEXT, min_size=1, max_size=6))
def test_an_entrys_own_question_ranks_first_with_one(texts: list[str]) -> None:
    entries: dict[str, FaqEntry] = {}
    for number, text in enumerate(texts):
        try:
            entry = checked(FaqEntry(f"e{number}", text, "Answer."))
        except BadEntry:
            continue
        entries.setdefault(fold(entry.question), entry)
    retriever = Retriever(list(entries.values()), hashing_vectors)
    for entry in entries.values():
        first = retriever.search(entry.question).matches[0]
        assert (first.entry_id, first.score) == (entry.id, 1.0)


@settings(max_examples=100, deadline=None)
@given(ANY_TEXT)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
