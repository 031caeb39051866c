from __future__ import annotations

import pytest

from assistant.dialogue.payloads import is_payload, parse_payload
from assistant.errors import BadPayload


@pytest.mark.parametrize("text", ["/greet", " /greet ", '/inform{"a": 1}', "/greet@0.5", "/faq/ask_hours", '/inform {"a": 1}'])
def test_a_text_that_starts_with_a_slash_and_an_intent_is_a_payload(text: str) -> None:
    assert is_payload(text)


@pytest.mark.parametrize("text", ["greet", "/", "/ greet", "/greet me", "a/greet", "", "/greet@"])
def test_other_texts_are_none(text: str) -> None:
    assert not is_payload(text)


def test_a_payload_names_its_intent_with_full_confidence() -> None:
    assert parse_payload("/track_order").intent.name == "track_order"
    assert parse_payload("/track_order").intent.confidence == 1.0
    assert parse_payload("/track_order").entities == ()


@pytest.mark.parametrize(("number", "confidence"), [("0.9", 0.9), ("7", 1.0)])
def test_a_confidence_may_be_named_and_stays_a_probability(number: str, confidence: float) -> None:
    assert parse_payload(f"/greet@{number}").intent.confidence == confidence


def test_entities_keep_the_types_of_their_values() -> None:
    parse = parse_payload('/inform{"number": 12345, "city": "Cork", "express": true, "nothing": null}')
    assert [(e.entity, e.value) for e in parse.entities] == [
        ("number", 12345),
        ("city", "Cork"),
        ("express", True),
        ("nothing", None),
    ]


def test_a_list_gives_one_entity_a_value() -> None:
    assert [e.value for e in parse_payload('/inform{"size": ["S", "M"]}').entities] == ["S", "M"]


def test_doubled_braces_of_older_buttons_are_read() -> None:
    assert parse_payload('/inform{{"cuisine":"chinese"}}').entities[0].value == "chinese"


def test_values_may_span_lines_and_hold_braces() -> None:
    assert parse_payload('/inform{"note":\n "{a} @ b"}').entities[0].value == "{a} @ b"


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        ("greet", "does not start with /"),
        ("/inform{broken}", "no JSON object"),
        ("/inform{" + '"a":{' * 100_000 + "}", "no JSON object"),
        ("/greet@0.9.1", "no confidence"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(payload: str, why: str) -> None:
    with pytest.raises(BadPayload, match=why) as caught:
        parse_payload(payload)
    assert len(str(caught.value)) < 300
