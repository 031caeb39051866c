from __future__ import annotations

import numpy as np
import pytest

from assistant.faq import duplicates
from assistant.faq.duplicates import contradiction, likenesses
from assistant.faq.entry import FaqEntry
from assistant.faq.grouped import Grouped
from assistant.messages import Progress
from tests.unit.faq.hashing import hashing_vectors

ENTRIES = [
    FaqEntry("shoes", "Can I return worn shoes?", "No, worn shoes stay yours.", ("used shoes back",)),
    FaqEntry("worn", "Can worn shoes be returned?", "Yes, within 30 days.", ("can i return worn shoes",)),
    FaqEntry("hours", "When are you open?", "From 9 to 17.", ("opening hours",)),
    FaqEntry("open", "When is the shop?", "Nine to five.", ("your opening hours",)),
    FaqEntry("gifts", "Do you wrap presents?", "Yes."),
]
VECTORS = Grouped([hashing_vectors(entry.questions) for entry in ENTRIES])


def test_contradictions_come_before_duplicates_and_each_pair_is_named_once() -> None:
    found = likenesses(ENTRIES, VECTORS, unrelated=0.1)
    assert [(pair.kind, pair.entry_id, pair.other_id) for pair in found] == [
        ("contradiction", "shoes", "worn"),
        ("duplicate", "hours", "open"),
    ]
    assert (found[0].question, found[0].other_question) == ("Can I return worn shoes?", "can i return worn shoes")
    assert found[0].likeness > 0.8
    assert found[0].why == "one says yes, the other no"


def test_only_the_pairs_of_one_entry_are_looked_for() -> None:
    steps: list[Progress] = []
    assert likenesses(ENTRIES, VECTORS, 0.1, only="gifts", progress=steps.append) == ()
    assert steps == [Progress("compare", 1, 1)]
    assert {pair.other_id for pair in likenesses(ENTRIES, VECTORS, 0.1, only="shoes")} == {"worn"}


def test_many_questions_are_held_against_their_nearest_with_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = likenesses(ENTRIES, VECTORS, 0.1)
    monkeypatch.setattr(duplicates, "_EXACT_UP_TO", 3)
    found = likenesses(ENTRIES, VECTORS, 0.1)
    assert [(p.entry_id, p.other_id) for p in found] == [(p.entry_id, p.other_id) for p in exact]
    assert np.allclose([p.likeness for p in found], [p.likeness for p in exact], atol=0.01)


@pytest.mark.parametrize(
    ("answer", "other", "why"),
    [
        ("It takes **30 days**.", "You have 14 days.", "30 against 14"),
        ("Yes, always.", "No, never.", "one says yes, the other no"),
        ("We do not ship there.", "We ship there.", "one says yes, the other no"),
        ("It costs 5 %.", "It costs 5% of the price.", ""),
        ("Yes.", "Of course.", ""),
        ("No refunds.", "*No* refunds!", ""),
        ("Yes. You cannot lose.", "Yes.", ""),
    ],
)
def test_contradictions_are_numbers_that_differ_and_yes_against_no(answer: str, other: str, why: str) -> None:
    assert contradiction(answer, other) == why
