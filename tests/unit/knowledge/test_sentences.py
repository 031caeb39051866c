from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.knowledge.sentences import sentences


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Ask Mr. Smith, e.g. by post. He knows.", ["Ask Mr. Smith, e.g. by post.", "He knows."]),
        ("It costs 3.50 euros. That is all", ["It costs 3.50 euros.", "That is all"]),
        ('She said "no." Then she left.', ['She said "no."', "Then she left."]),
        ("First part\n\nsecond part", ["First part", "second part"]),
        ("We take:\n- shoes\n- shirts", ["We take:", "- shoes", "- shirts"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences_end_where_people_see_it(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


@given(st.text(max_size=200))
def test_nothing_but_space_is_lost(text: str) -> None:
    assert "".join("".join(cut(text)).split()) == "".join(text.split())
