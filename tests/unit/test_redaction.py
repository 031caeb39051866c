from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.messages import Entity, IntentScore, Parse
from assistant.redaction import personal_data, redacted, redacted_json, redacted_parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("write to ann.o'hara+x@shop.example.ie, please", "write to ann.o'[e-mail], please"),
        ("ann@example.com", "[e-mail]"),
        ("my card is 4111 1111 1111 1111.", "my card is [card]."),
        ("5500-0000-0000-0004 exp 12/27", "[card] exp 12/27"),
        ("pay to DE89 3704 0044 0532 0130 00 today", "pay to [account] today"),
        ("ie29aibk93115212345678", "[account]"),
        ("GB82-WEST-1234-5698-7654-32", "[account]"),
        ("call +353 87 123 4567 after 5", "call [phone] after 5"),
        ("call 0151 23456789", "call [phone]"),
        ("(020) 7946 0958 or (555) 123-4567", "[phone] or [phone]"),
        ("555-123-4567", "[phone]"),
        ("0049 30 1234567", "[phone]"),
        ("01.23.45.67.89", "[phone]"),
        ("a@b.example and c@d.example", "[e-mail] and [e-mail]"),
    ],
)
def test_personal_data_is_replaced_by_its_kind(text: str, expected: str) -> None:
    assert redacted(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "where is my order 12345678?",
        "order 4111 1111 1111 1112",  # the check digit is wrong
        "0000 0000 0000 0000",
        "DE89 3704 0044 0532 0130 02",  # the checksum is wrong
        "DE89 3704 0044 0532 0130 00x",
        "it arrived on 01.02.2026 10:30, not on 2026-02-01 12:00",
        "12345 67890 is the parcel",
        "3f0a0123456789-4b",
        "1,234,567.89 euros",
        "see www.shop.example/a@b",
        "size 42, 39.90 EUR, 10-12 days",
        "",
    ],
)
def test_what_is_not_personal_stays(text: str) -> None:
    assert redacted(text) == text


def test_a_parse_says_no_more_than_its_text() -> None:
    text = "send order 77 to ann@example.com or call +353 87 123 4567 now"
    start, phone = text.index("ann@"), text.index("+353")
    entities = (
        Entity("order_id", 11, 13, "77"),
        Entity("email", start, start + len("ann@example.com"), "ann@example.com", additional_info={"value": "ann@example.com"}),
        Entity("number", phone + 5, phone + 7, 87),
        Entity("when", len(text) - 3, len(text), "now"),
    )
    tokens = tuple((match, match + len(word)) for word in text.split() if (match := text.index(word)) >= 0)
    found = redacted_parse(Parse(text, (IntentScore("ask", 1.0),), entities, text_tokens=tokens))
    assert found.text == "send order 77 to [e-mail] or call [phone] now"
    assert [found.text[entity.start : entity.end] for entity in found.entities] == ["77", "[e-mail]", "[phone]", "now"]
    assert [entity.value for entity in found.entities] == ["77", "[e-mail]", "[phone]", "now"]
    assert found.entities[1].additional_info is None
    assert [found.text[start:end] for start, end in found.text_tokens] == found.text.split()


def test_a_value_that_was_put_together_is_redacted_too() -> None:
    parse = redacted_parse(Parse("my mail", (), (Entity("contact", 3, 7, {"to": ["ann@example.com", 5]}),)))
    assert parse.entities[0].value == {"to": ["[e-mail]", 5]}


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters() | st.sampled_from("@.+-() 0123456789")))
def test_any_text_is_redacted_and_then_says_nothing_personal(text: str) -> None:
    found = personal_data(text)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(before.end <= after.start for before, after in pairwise(found))
    assert not any(text[one.start : one.end] in redacted(text) for one in found if len(text[one.start : one.end]) > 8)


@pytest.mark.parametrize("piece", ["1 ", "a@b.example ", "+353871234567 ", "a@", "a.", "@a.", "DE89", "0-", "(1", "+1 "])
def test_no_text_takes_long(piece: str) -> None:
    start = time.process_time()
    redacted(piece * 100_000)
    assert time.process_time() - start < 5


def test_other_values_stay() -> None:
    assert redacted_json({"a@b.example": [1, None, True, "a@b.example"]}) == {"a@b.example": [1, None, True, "[e-mail]"]}
