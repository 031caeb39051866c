from __future__ import annotations

import pytest

from assistant.nlu.synonyms import Synonyms

SYNONYMS = Synonyms(
    {
        "sneakers": "trainers",
        "gym shoes": "trainers",
        "pull": "jumper",
        "2xl": "XXL",
        "a12345b": "code",
        "Baile Átha Cliath": "Dublin",
    },
    frozenset({"sneaker bag", "speakers"}),
)


@pytest.mark.parametrize(
    ("written", "meaning"),
    [
        ("sneakers", "trainers"),
        ("SNEAKERS", "trainers"),
        ("baile atha cliath", "Dublin"),
        ("snekers", "trainers"),
        ("sneakerss", "trainers"),
        ("snaekers", "trainers"),
        ("gym sheos", "trainers"),
        ("Dubln", "Dublin"),
        ("DUBLIN", "Dublin"),
        ("jumperr", "jumper"),
    ],
)
def test_spellings_and_small_typos_are_understood(written: str, meaning: str) -> None:
    assert SYNONYMS.meaning(written) == meaning


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("snkers", "two letters are missing"),
        ("pul", "the word is too short for a typo"),
        ("gim shoes", "the short word is wrong"),
        ("shoes", "a word is missing"),
        ("a12346b", "figures are no typo"),
        ("speakers", "it is a word of its own"),
        ("", "it is empty"),
        ("\u0301", "it has no letter"),
    ],
)
def test_nothing_else_is_changed(written: str, why: str) -> None:
    assert SYNONYMS.meaning(written) is None, why


def test_a_typo_between_two_meanings_is_left_alone() -> None:
    synonyms = Synonyms({"carton": "box", "cartoon": "film"})
    assert synonyms.meaning("cartoxn") is None
    assert synonyms.meaning("carto0n") is None
    assert Synonyms({"carton": "box", "cartons": "box"}).meaning("cartonss") == "box"


def test_spellings_that_only_case_tells_apart_are_left_alone() -> None:
    synonyms = Synonyms({"polish people": "Polish", "shine": "polish"})
    assert synonyms.meaning("POLISH") is None
    assert synonyms.meaning("shine") == "polish"
