from __future__ import annotations

from dataclasses import replace
from datetime import date

from assistant.faq.entry import FaqEntry
from assistant.ui.faq.entries import read_list
from assistant.ui.faq.listing import ORDERS, Listing, arranged, state_of
from tests.ui.fake import FakeAgent, FakeEntries, FakeFaq

TODAY = date(2027, 3, 1)
ENTRIES = (
    FaqEntry("b", "Beta?", ".", category="x", status="published", updated_at=3.0),
    FaqEntry("a", "alpha?", ".", category="y", status="draft", updated_at=1.0),
    FaqEntry("c", "Gamma?", ".", category="x", status="in_review", updated_at=2.0),
)


def order(name: str) -> str:
    return "".join(entry.id for entry in arranged(ENTRIES, Listing(order=name), {"c": 5, "a": 1}, is_ranked=False))


def test_each_order_sorts_by_what_its_name_says() -> None:
    assert {name: order(name) for name in ORDERS} == {
        "category": "bca",
        "question": "abc",
        "asked most": "cab",
        "saved last": "bca",
        "state": "acb",
    }


def test_what_a_search_found_keeps_its_order_and_is_filtered() -> None:
    shown = arranged(ENTRIES[::-1], Listing(category="x"), {}, is_ranked=True)
    assert [entry.id for entry in shown] == ["c", "b"]


def test_keys_go_through_all_states_categories_and_orders_and_back() -> None:
    start = listing = Listing()
    seen = []
    for _ in range(5):
        listing = listing.next_status()
        seen.append(listing.status)
    assert seen == ["draft", "in_review", "published", "archived", None]
    assert start.next_category({"y", "x"}).category == "x"
    assert start.next_category({"x"}).next_category({"x"}) == start
    assert replace(start, category="gone").next_category({"x"}).category == "x"
    for _ in ORDERS:
        listing = listing.next_order()
    assert listing == start
    assert start.next_status().next_category({""}).as_text() == "draft, category none, by category"


def test_a_published_entry_that_does_not_answer_today_says_why() -> None:
    entry = ENTRIES[0]
    assert state_of(entry, TODAY) == "● published"
    assert state_of(replace(entry, valid_until=date(2027, 2, 28)), TODAY) == "◌ over"
    assert state_of(replace(entry, valid_from=date(2027, 3, 2)), TODAY) == "◌ not yet"
    assert state_of(replace(entry, status="draft", valid_from=date(2027, 3, 2)), TODAY) == "○ draft"


def test_what_answers_best_is_on_top_of_what_has_the_words() -> None:
    agent = FakeAgent(entries=FakeEntries(ENTRIES))
    live = [replace(entry, status="published", answer="cards") for entry in ENTRIES]
    agent.entries = FakeEntries(tuple(live))
    agent.faq = FakeFaq(agent.entries)
    found, searched = read_list(agent, "gamma", Listing(), 0.0)
    assert searched is not None
    assert [entry.id for entry in found.entries] == sorted(found.scores, key=lambda one: -found.scores[one])[: len(found.entries)]
    assert found.entries[0].id == "c"
