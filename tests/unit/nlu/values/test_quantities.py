from __future__ import annotations

from typing import Any

import pytest

from assistant.nlu.values.extractor import ValueExtractor


def read(dimension: str, text: str) -> list[tuple[str, dict[str, Any]]]:
    found = ValueExtractor({dimension: dimension}).extract(text)
    return [(text[e.start : e.end], dict(e.additional_info or {})) for e in found]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        ("1,250.5", 1250.5),
        ("19,90", 19.9),
        ("1.250,00", 1250),
        ("12.345.678,5", 12_345_678.5),
        ("1.250.000", 1_250_000),
        ("1.5k", 1500),
        ("3 million", 3_000_000),
        ("zero", 0),
        ("seventeen", 17),
        ("twenty-five", 25),
        ("forty two", 42),
        ("a hundred", 100),
        ("two hundred and five", 205),
        ("three thousand and twelve", 3012),
        ("one million two hundred thousand", 1_200_000),
        ("two hundred and five thousand and one", 205_001),
        ("3 hundred thousand", 300_000),
        ("a dozen", 12),
        ("half a dozen", 6),
        ("two dozen", 24),
        ("3 dozen", 36),
        ("a couple of", 2),
    ],
)
def test_numbers_in_figures_and_words(text: str, value: float) -> None:
    assert read("number", f"so {text} then") == [(text, {"value": value, "type": "value"})]


@pytest.mark.parametrize("text", ["ab12", "12ab", "3rd", "_7", "someone", "often", "9" * 31])
def test_what_is_no_number(text: str) -> None:
    assert read("number", text) == []


def test_numbers_side_by_side_are_several() -> None:
    assert [found for found, _ in read("number", "one two, 3 4")] == ["one", "two", "3", "4"]
    assert [found for found, _ in read("number", "one hundred one hundred")] == ["one hundred one"]
    assert [found for found, _ in read("number", "two thousand three thousand")] == ["two thousand three"]


@pytest.mark.parametrize(("text", "value"), [("3rd", 3), ("third", 3), ("twenty-first", 21), ("20th", 20), ("twentieth", 20)])
def test_ordinals(text: str, value: int) -> None:
    assert read("ordinal", f"the {text} one") == [(text, {"value": value, "type": "value"})]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("€19.90", 19.9, "EUR"),
        ("19,90 €", 19.9, "EUR"),
        ("20 euros", 20, "EUR"),
        ("EUR 20", 20, "EUR"),
        ("$1,250", 1250, "$"),
        ("10k dollars", 10_000, "$"),
        ("fifty bucks", 50, "$"),
        ("a pound", 1, "£"),
        ("£5", 5, "£"),
        ("30 pence", 30, "cent"),
        ("100 USD", 100, "USD"),
    ],
)
def test_amounts_of_money(text: str, value: float, unit: str) -> None:
    assert read("amount-of-money", f"i paid {text} for it") == [(text, {"value": value, "type": "value", "unit": unit})]


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("between 10 and 20 euros", {"from": 10, "to": 20}),
        ("€10-€20", {"from": 10, "to": 20}),
        ("from 10 to 20 euros", {"from": 10, "to": 20}),
        ("under 15 euros", {"to": 15}),
        ("no more than €15", {"to": 15}),
        ("at least 15 euros", {"from": 15}),
    ],
)
def test_intervals_of_money(text: str, sides: dict[str, int]) -> None:
    expected = {side: {"value": value, "unit": "EUR"} for side, value in sides.items()} | {"type": "interval"}
    assert read("amount-of-money", f"i want {text} back") == [(text, expected)]


@pytest.mark.parametrize("text", ["between 20 and 10 euros", "from 5 pounds to 10 euros"])
def test_an_interval_that_cannot_be_is_two_amounts_or_one(text: str) -> None:
    assert all(info["type"] == "value" for _, info in read("amount-of-money", text))


@pytest.mark.parametrize(
    ("text", "value", "unit", "seconds"),
    [
        ("3 days", 3, "day", 259_200),
        ("two weeks", 2, "week", 1_209_600),
        ("an hour", 1, "hour", 3_600),
        ("half an hour", 30, "minute", 1_800),
        ("2.5 hours", 150, "minute", 9_000),
        ("an hour and a half", 90, "minute", 5_400),
        ("two and a half hours", 150, "minute", 9_000),
        ("1 hour and 20 minutes", 80, "minute", 4_800),
        ("a fortnight", 2, "week", 1_209_600),
        ("a couple of months", 2, "month", 5_184_000),
        ("a few days", 3, "day", 259_200),
        ("5 working days", 5, "day", 432_000),
    ],
)
def test_durations(text: str, value: int, unit: str, seconds: int) -> None:
    normalized = {"value": seconds, "unit": "second"}
    expected = {"value": value, "type": "value", "unit": unit, unit: value, "normalized": normalized}
    assert read("duration", f"it took {text} until now") == [(text, expected)]


@pytest.mark.parametrize(
    ("dimension", "text", "value", "unit"),
    [
        ("distance", "3 km", 3, "kilometre"),
        ("distance", "five miles", 5, "mile"),
        ("volume", "1.5 litres", 1.5, "litre"),
        ("temperature", "37 degrees", 37, "degree"),
        ("temperature", "20 °C", 20, "celsius"),
        ("quantity", "250g", 250, "gram"),
    ],
)
def test_measures(dimension: str, text: str, value: float, unit: str) -> None:
    assert read(dimension, f"about {text} or so") == [(text, {"value": value, "type": "value", "unit": unit})]
