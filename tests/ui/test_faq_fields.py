from __future__ import annotations

from datetime import date

import pytest

from assistant.faq.entry import FaqEntry, checked
from assistant.ui.faq.fields import faults_of, read_fields, remarks_on, typed_of

ENTRY = FaqEntry(
    "delivery",
    "How long?",
    "Two days.",
    ("when", "how soon"),
    ("parcel", "time"),
    "delivery",
    "de-AT",
    "in_review",
    0.75,
    "faq/ask_delivery",
    ("pay-later", "returns"),
    date(2027, 1, 31),
    date(2027, 12, 31),
)


def test_what_the_fields_show_is_read_back_unchanged() -> None:
    assert read_fields(ENTRY, typed_of(ENTRY)) == (ENTRY, {})
    assert read_fields(FaqEntry("", "", ""), typed_of(FaqEntry("", "", ""))) == (FaqEntry("", "", ""), {})


@pytest.mark.parametrize(
    ("field", "text"), [("threshold", "high"), ("valid_from", "tomorrow"), ("valid_until", "2027-02-30"), ("threshold", "0,5")]
)
def test_a_field_that_cannot_be_read_says_so_and_keeps_what_was_there(field: str, text: str) -> None:
    entry, faults = read_fields(ENTRY, typed_of(ENTRY) | {field: text})
    assert entry == ENTRY
    assert list(faults) == [field]


@pytest.mark.parametrize(
    ("field", "text", "why"),
    [
        ("question", " ", "needs a question"),
        ("answer", "", "needs an answer"),
        ("question", "x" * 1001, "at most 1000"),
        ("alternatives", "ok\n" + "x" * 1001, "one has 1001 characters"),
        ("language", "english language", "a language such as en"),
        ("intent", "a/b/c", "retrieval_intent/name"),
        ("threshold", "1.5", "from 0 to 1"),
        ("threshold", "nan", "from 0 to 1"),
        ("valid_until", "2026-01-01", "before it begins"),
        ("follow_ups", "delivery", "follow itself"),
        ("follow_ups", "pay-latr", 'did you mean "pay-later"?'),
    ],
)
def test_what_cannot_be_saved_is_said_at_its_field(field: str, text: str, why: str) -> None:
    entry, unread = read_fields(ENTRY, typed_of(ENTRY) | {field: text})
    faults = faults_of(entry, {"delivery", "pay-later", "returns"}) | unread
    assert list(faults) == [field]
    assert why in faults[field]


def test_what_has_no_fault_can_be_saved() -> None:
    assert faults_of(ENTRY, {"pay-later", "returns"}) == {}
    assert checked(ENTRY) == ENTRY


def test_remarks_keep_nobody_from_saving() -> None:
    assert remarks_on(ENTRY, {"faq"}, date(2027, 6, 1)) == {}
    found = remarks_on(ENTRY, {"fag"}, date(2028, 1, 1))
    assert set(found) == {"intent", "valid_until"}
    assert '"fag"' in found["intent"]
