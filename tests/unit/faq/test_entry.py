from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from assistant.errors import BadEntry, Place
from assistant.faq.entry import FaqEntry, checked, slug

ENTRY = FaqEntry("shoes", "Can I return shoes?", "Yes.")


@pytest.mark.parametrize(
    ("question", "taken", "made"),
    [
        ("Can I return shoes?", set(), "can-i-return-shoes"),
        ("Can I return shoes?", {"can-i-return-shoes", "can-i-return-shoes-2"}, "can-i-return-shoes-3"),
        ("Où est mon colis ?", set(), "ou-est-mon-colis"),
        ("返品できますか", set(), "返品できますか"),
        ("???", set(), "entry"),
    ],
)
def test_an_id_is_made_from_the_question(question: str, taken: set[str], made: str) -> None:
    assert slug(question, taken) == made
    assert checked(replace(ENTRY, id=made)).id == made


def test_an_id_of_a_long_question_is_short() -> None:
    assert len(slug("word " * 100)) <= 60


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"question": " \x07"}, "the question of .* is empty"),
        ({"answer": "\n"}, "the answer of .* is empty"),
        ({"id": "a b"}, 'id "a b" may hold letters'),
        ({"id": "../etc"}, "id .* may hold letters"),
        ({"status": "publishd"}, 'unknown status "publishd" of "shoes": did you mean "published"'),
        ({"threshold": 1.5}, "the threshold of .* is not between 0 and 1"),
        ({"threshold": float("nan")}, "the threshold of .* is not between 0 and 1"),
        ({"question": "x" * 1001}, "a question of .* has 1001 characters, more than 1000"),
        ({"answer": "x" * 100_001}, "the answer .* has more than 100000 characters"),
        ({"alternatives": tuple(map(str, range(1001)))}, "there are more than 1000 alternatives"),
        ({"intent": "faq/a/b"}, '"faq/a/b" of "shoes" is no name of an intent'),
        ({"follow_ups": ("hours", "shoes")}, "the follow-ups of .* name the entry itself"),
        ({"valid_from": date(2026, 2, 1), "valid_until": date(2026, 1, 31)}, "the validity of .* ends before it begins"),
    ],
)
def test_what_does_not_hold_together_is_refused(change: dict[str, Any], why: str) -> None:
    with pytest.raises(BadEntry, match=f"FAQ-001 faq.yml:3: this FAQ entry cannot be used: {why}"):
        checked(replace(ENTRY, **change), Place("faq.yml", 3))


def test_texts_are_tidied() -> None:
    typed = FaqEntry(" x ", " Why\n not? ", " A\r\n\tB\x1b[31m \n", (" a ", "a", "", "b\x00"), ("t",), " c ", "")
    tidied = checked(typed)
    assert tidied == FaqEntry("x", "Why not?", "A\n    B[31m", ("a", "b"), ("t",), "c", "en")
    assert checked(tidied) == tidied


def test_the_content_is_what_curators_write() -> None:
    assert replace(ENTRY, version=3, author="ann", updated_at=7.0).content() == ENTRY
    assert replace(ENTRY, alternatives=("a", "b")).questions == ("Can I return shoes?", "a", "b")


def test_an_entry_is_live_while_it_is_published_and_valid() -> None:
    entry = replace(ENTRY, status="published", valid_from=date(2026, 3, 1), valid_until=date(2026, 3, 31))
    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1)]
    assert [entry.is_live(day) for day in days] == [False, True, True, False]
    assert not replace(entry, status="in_review").is_live(days[1])
    assert replace(ENTRY, status="published").is_live(days[0])
