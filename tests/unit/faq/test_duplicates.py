from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.faq import duplicates
from assistant.faq.contradictions import contradiction
from assistant.faq.duplicates import Described, Likeness, likenesses
from assistant.faq.entry import FaqEntry
from assistant.faq.folding import fold
from assistant.faq.passages import passages
from assistant.messages import Progress
from tests.unit.faq.hashing import hashing_vectors

ENTRIES = [
    FaqEntry("shoes", "Can I return worn shoes?", "No, worn shoes stay yours.", ("used shoes back", "return shoes i have worn")),
    FaqEntry("worn", "Can worn shoes be returned?", "Yes, within 30 days you can return worn shoes.", ("can i return used shoes",)),
    FaqEntry("hours", "When are you open?", "We are open from 9 to 17.", ("opening hours",)),
    FaqEntry("open", "When do you open?", "We are open from 9:00 to 17:00.", ("Opening hours?",)),
    FaqEntry("gifts", "Do you wrap presents?", "Yes."),
    FaqEntry("cash", "Can I cash a gift card in?", "Never paid out.", ("gift card for cash", "money for a gift card")),
    FaqEntry("buy", "Where can I buy a gift card?", "At every till and online.", ("buy a gift card", "gift card online")),
]


def described(entries: list[FaqEntry]) -> list[Described]:
    return [Described(e, hashing_vectors(e.questions), hashing_vectors(passages(e.answer))) for e in entries]


def found_in(entries: list[FaqEntry], only: str | None = None) -> tuple[Likeness, ...]:
    equal: dict[str, set[int]] = {}
    for place, entry in enumerate(entries):
        for question in entry.questions:
            equal.setdefault(fold(question), set()).add(place)
    return likenesses(described(entries), equal.values(), 0.1, only)


def test_contradictions_come_before_duplicates_and_each_pair_is_named_once() -> None:
    found = found_in(ENTRIES)
    assert [(pair.kind, pair.entry_id, pair.other_id) for pair in found] == [
        ("contradiction", "shoes", "worn"),
        ("duplicate", "hours", "open"),
    ]
    assert found[0].why == "one says yes, the other no"
    assert (found[1].question, found[1].other_question) == ("opening hours", "Opening hours?")
    assert 0.8 < found[1].likeness < 1.0


def test_entries_about_one_subject_are_no_duplicates() -> None:
    assert not [pair for pair in found_in(ENTRIES) if {pair.entry_id, pair.other_id} == {"buy", "cash"}]


def test_an_equal_question_is_enough() -> None:
    doubled = FaqEntry("x", "opening hours!", "Ask at the till.")
    assert [pair.other_id for pair in found_in([*ENTRIES[2:3], doubled])] == ["x"]


def test_one_question_needs_an_answer_that_is_alike() -> None:
    alone = FaqEntry("x", "Where could I buy a gift card?", "At every till, and online.")
    assert [(pair.entry_id, pair.other_id) for pair in found_in([ENTRIES[6], alone])] == [("buy", "x")]
    assert found_in([ENTRIES[6], replace(alone, answer="Our team writes one for whoever asks by telephone.")]) == ()


def test_only_the_pairs_of_one_entry_are_looked_for() -> None:
    assert found_in(ENTRIES, "gifts") == ()
    assert {pair.other_id for pair in found_in(ENTRIES, "shoes")} == {"worn"}


def test_many_entries_are_gone_through_in_blocks_with_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = found_in(ENTRIES)
    monkeypatch.setattr(duplicates, "_BLOCK", 2)
    steps: list[Progress] = []
    assert likenesses(described(ENTRIES), [{2, 3}], 0.1, progress=steps.append) == whole
    assert steps == [Progress("compare", done, 7) for done in (2, 4, 6, 7)]


@pytest.mark.parametrize(
    ("answer", "other", "why"),
    [
        ("It takes **30 days**.", "You have 14 days.", "30 days against 14 days"),
        ("You have 30 days and pay €5.", "You have 14 days and pay €5.", "30 days against 14 days"),
        ("Two weeks.", "It takes 14 days.", ""),
        ("It takes two weeks.", "It takes 30 days.", "two weeks against 30 days"),
        ("It takes 30 minutes.", "It takes 24 hours.", "30 minutes against 24 hours"),
        ("Up to 5 working days.", "Up to 5 days.", ""),
        ("€4.95 for one parcel.", "It costs 4,95 € a parcel.", ""),
        ("Orders over €1,500.", "Orders over €1.500.", ""),
        ("It costs 5 euro.", "It costs $5.", ""),
        ("It costs 5 euro.", "You have 30 days.", ""),
        ("Until 31 January.", "Until January 15th.", "31 January against January 15th"),
        ("Until 31 January.", "Until January 31.", ""),
        ("Open till 5 pm.", "Open till 17:00.", ""),
        ("Open till 5 pm.", "Open till 18:00.", "5 pm against 18:00"),
        ("From 2027-01-31 on.", "From 31 January on.", ""),
        ("Yes, always.", "No, never.", "one says yes, the other no"),
        ("We do not ship there.", "We ship there.", "one says yes, the other no"),
        ("It costs 5 %.", "It costs 5% of the price.", ""),
        ("Yes.", "Of course.", ""),
        ("No refunds.", "*No* refunds!", ""),
        ("Yes. You cannot lose.", "Yes.", ""),
        ("Returns are free; you do not pay.", "Returns are free.", ""),
    ],
)
def test_contradictions_are_amounts_that_differ_and_yes_against_no(answer: str, other: str, why: str) -> None:
    assert contradiction(answer, other) == why
    assert bool(contradiction(other, answer)) is bool(why)
