from __future__ import annotations

import time

import pytest

from assistant.validation.likeness import near_duplicates, plain_words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cancel my order please", "cancel my order"),
        ("where is the parcel", "Where is parcel?!"),
        ("track my parcel", "track my parcle"),
        ("i do not recognise it", "i do not recognize it"),
        ("thanks, cancel it", "cancel it"),
    ],
)
def test_a_courtesy_or_a_typo_more_is_nearly_the_same(one: str, other: str) -> None:
    assert list(near_duplicates([one, "something else entirely", other])) == [(0, 2)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cancel my order", "track my order"),
        ("cancel my order", "cancel my old order"),
        ("refund for order 12345", "refund for order 12346"),
        ("please", "hello"),
        ("cancel order", "order cancel"),
        ("the boat is here", "the coat is here"),
        ("Cancel it!", "cancel it"),
        ("", "?"),
    ],
)
def test_another_word_is_another_utterance(one: str, other: str) -> None:
    assert list(near_duplicates([one, other])) == []


def test_plain_words_have_no_case_accents_and_punctuation() -> None:
    assert plain_words("Où est-il, l'été?! 🙂") == ("ou", "est", "il", "lete")


def test_many_utterances_are_compared_in_no_time() -> None:
    utterances = [f"i want to know about thing{i} number{i % 97} and what it costs" for i in range(5_000)]
    started = time.process_time()
    assert list(near_duplicates(utterances)) == []
    assert time.process_time() - started < 3
