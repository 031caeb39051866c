from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Any

import pytest

from assistant.dialogue.responses import ResponseVariation, choose_variation, fill, fill_text, read_response
from assistant.errors import MissingKey, UnknownKey, WrongType
from assistant.messages import BotMessage, Button
from assistant.yaml_source import want_list
from tests.unit.dialogue.building import yaml_of

if TYPE_CHECKING:
    from collections.abc import Mapping

TIERS = """
utter:
- text: plain
- text: conditional
  condition: [{type: slot, name: vip, value: true}]
- text: channel
  channel: rest
- text: both
  channel: rest
  condition: [{type: slot, name: vip, value: true}]
"""


def variations(text: str) -> tuple[ResponseVariation, ...]:
    content = yaml_of(text)
    return read_response(want_list(content["utter"], key="utter", where=content.place("utter")))


def chosen(text: str, slots: Mapping[str, Any], channel: str = "cli") -> set[str | None]:
    """Everything that may be said: one draw a seed."""
    picks = (choose_variation(variations(text), slots, channel, random.Random(seed)) for seed in range(30))
    return {pick.message.text if pick else None for pick in picks}


@pytest.mark.parametrize(
    ("channel", "vip", "expected"),
    [("rest", True, "both"), ("rest", False, "channel"), ("cli", True, "conditional"), ("cli", None, "plain")],
)
def test_the_most_particular_tier_speaks(channel: str, vip: bool | None, expected: str) -> None:
    assert chosen(TIERS, {"vip": vip}, channel) == {expected}


def test_within_a_tier_every_variation_is_said_sometime() -> None:
    assert chosen("utter: [{text: a}, {text: b}, {text: c}]", {}) == {"a", "b", "c"}


def test_nothing_is_said_where_no_variation_may_be() -> None:
    assert chosen("utter: [{text: a, channel: rest}]", {}) == {None}


def test_all_conditions_must_hold() -> None:
    text = "utter: [{text: a, condition: [{type: slot, name: x, value: 1}, {type: slot, name: y, value: 2}]}]"
    assert chosen(text, {"x": 1, "y": 2}) == {"a"}
    assert chosen(text, {"x": 1, "y": 3}) == {None}


@pytest.mark.parametrize(
    ("wanted", "value", "holds"),
    [
        ("true", True, True),
        ("true", 1, False),
        ("1", True, False),
        ("1", "1", False),
        ('"1"', "1", True),
        ("null", None, True),
        ("null", False, False),
    ],
)
def test_conditions_compare_with_the_type(wanted: str, value: object, *, holds: bool) -> None:
    assert chosen(f"utter: [{{text: a, condition: [{{type: slot, name: x, value: {wanted}}}]}}]", {"x": value}) == (
        {"a"} if holds else {None}
    )


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("order {number} is {state}", "order 12345 is None"),
        ("{unknown} stays", "{unknown} stays"),
        ("no braces", "no braces"),
        ('/inform{{"a": "b"}}', '/inform{"a": "b"}'),
        ('/inform{{"a": {number}}}', '/inform{"a": 12345}'),
        ('/inform{{"a": "{number}"}}', '/inform{"a": "12345"}'),
        ("{{number}}", "{number}"),
        ("{hostile}", "{number} {{state}}"),
        ("{private}", "\ue000number\ue001"),
        ("{list}", "['a', 'b']"),
        ("a { b } c", "a { b } c"),
    ],
)
def test_names_in_braces_become_values_once(text: str, filled: str) -> None:
    variables = {
        "number": 12345,
        "state": None,
        "hostile": "{number} {{state}}",
        "private": "\ue000number\ue001",
        "list": ["a", "b"],
    }
    assert fill_text(text, variables) == filled


def test_every_part_of_a_message_is_filled() -> None:
    message = BotMessage(
        "{x}", (Button("{x}", '/a{{"b": "{x}"}}'),), "http://{x}/i.png", "{x}.pdf", {"deep": [{"er": "{x}"}], "n": 1}, {"m": "{x}"}
    )
    assert fill(message, {"x": "v"}) == BotMessage(
        "v", (Button("v", '/a{"b": "v"}'),), "http://v/i.png", "v.pdf", {"deep": [{"er": "v"}], "n": 1}, {"m": "{x}"}
    )


def test_a_bare_text_is_a_variation_and_a_button_without_payload_sends_its_title() -> None:
    first, second = variations("utter: [hello, {text: pick, buttons: [{title: Yes}, {title: No, payload: /deny}]}]")
    assert first.message.text == "hello"
    assert second.message.buttons == (Button("Yes", "Yes"), Button("No", "/deny"))


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("utter:\n- txt: a", UnknownKey, 'domain.yml:2: unknown key "txt"; did you mean "text"?'),
        ("utter:\n- text: a\n- channel: rest", WrongType, "domain.yml:3"),
        ("utter:\n- text: a\n  buttons:\n  - payload: /x", MissingKey, 'domain.yml:4: key "title" is missing'),
        ("utter:\n- text: a\n  condition:\n  - type: slot", MissingKey, 'domain.yml:4: key "name" is missing'),
        ("utter:\n- 5", WrongType, "domain.yml:2"),
    ],
)
def test_a_variation_that_does_not_hold_together_is_refused_with_its_line(text: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=re.escape(words)):
        variations(text)
