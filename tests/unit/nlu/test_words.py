from __future__ import annotations

import time

import pytest

from assistant.nlu.words import NO_PIECE, first_pieces, split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("where is 12345?", ["where", "is", "12345", "?"]),
        ("mail jane.roe@example.org, please", ["mail", "jane.roe@example.org", ",", "please"]),
        ("a t-shirt!!", ["a", "t-shirt", "!!"]),
        ("#12345 for $12.50", ["#", "12345", "for", "$", "12.50"]),
        ("on 24/12/2026 at 10:30.", ["on", "24/12/2026", "at", "10:30", "."]),
        ("jane's isn\u2019t", ["jane", "'s", "isn", "\u2019t"]),
        ("see https://example.org/a?b=1.", ["see", "https://example.org/a?b=1", "."]),
        ("café cafe\u0301", ["café", "cafe\u0301"]),
        ("  \n ", []),
        ("请问杭州wifi。", ["请", "问", "杭", "州", "wifi", "。"]),
        ("写信到jane@example.org", ["写", "信", "到", "jane@example.org"]),
        ("ピザを", ["ピザ", "を"]),
        ("서울에서", ["서", "울", "에", "서"]),
        ("กินข้าว", ["กิ", "น", "ข้", "า", "ว"]),
        ("मुझे पिज़्ज़ा।", ["मुझे", "पिज़्ज़ा", "।"]),
        ("بيتُ می\u200cرسد", ["بيتُ", "می\u200cرسد"]),
    ],
)
def test_punctuation_is_cut_off_and_names_stay_whole(text: str, words: list[str]) -> None:
    assert [text[start:end] for start, end in split_words(text)] == words


@pytest.mark.parametrize("unit", ["a", ".", "a.", "1.", "a@", "-", "'a", "www.", "a-", "你", "े", "क्ष"])
def test_long_texts_are_split_in_time_that_grows_with_their_length(unit: str) -> None:
    started = time.process_time()
    split_words(unit * 8_000)
    assert time.process_time() - started < 0.5


def test_the_first_piece_that_starts_in_a_word_stands_for_it() -> None:
    text = "my #123 order?"
    words = split_words(text)
    #        special  ▁my     ▁#1     23      ▁order?  special
    pieces = [(0, 0), (0, 2), (2, 5), (5, 7), (7, 14), (0, 0)]
    assert [text[start:end] for start, end in words] == ["my", "#", "123", "order", "?"]
    assert first_pieces(text, words, pieces) == [1, 2, 3, 4, NO_PIECE]


def test_words_behind_the_last_piece_have_none() -> None:
    text = "one two three"
    assert first_pieces(text, split_words(text), [(0, 3)]) == [0, NO_PIECE, NO_PIECE]
