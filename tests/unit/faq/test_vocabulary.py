from __future__ import annotations

import pytest

from assistant.faq.vocabulary import CORRECTED_WEIGHT, Vocabulary

WORDS = Vocabulary([{"return", "delivery", "address"}, {"delivered", "parcels", "return"}, {"the", "voucher", "return"}])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("adress", "address"),
        ("vuocher", "voucher"),
        ("vouchers", "vouchers"),
        ("deliverys", "deliverys"),
        ("cancel", "cancel"),
        ("retun", "return"),
        ("parc3ls", "parc3ls"),
        ("tje", "tje"),
    ],
)
def test_a_misspelt_word_becomes_the_known_word_nearest_to_it(typed: str, meant: str) -> None:
    assert WORDS.corrected(typed) == meant


def test_rare_words_say_more_than_frequent_ones_and_grammar_next_to_nothing() -> None:
    assert WORDS.weight("never") == 1.0
    assert WORDS.weight("vouch") > WORDS.weight("deliv") > WORDS.weight("retur") > WORDS.weight("the")


def test_a_guessed_word_counts_less() -> None:
    weighed = WORDS.weigh("The VUOCHER!")
    assert weighed["vouch"] == pytest.approx(CORRECTED_WEIGHT * WORDS.weight("vouch"))
    assert set(weighed) == {"the", "vouch"}
    assert WORDS.correct("The VUOCHER!") == "the voucher"


def test_no_entries_are_no_words() -> None:
    assert Vocabulary([]).weight("x") == 1.0
    assert Vocabulary([]).corrected("something") == "something"


def test_a_word_of_the_language_is_no_misspelt_one() -> None:
    known = Vocabulary([{"getting", "account"}], is_word={"greeting"}.__contains__)
    assert known.corrected("greeting") == "greeting"
    assert Vocabulary([{"getting"}]).corrected("greeting") == "getting"
    assert known.correct("my acount greeting") == "my account greeting"
