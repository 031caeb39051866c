from __future__ import annotations

import pytest

from assistant.nlu.folding import FoldedText, fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ROME", "rome"),
        ("Baile  Átha\tCliath", "baile atha cliath"),
        ("Straße", "strasse"),
        ("e\u0301é", "ee"),
        ("ǅ İ ﬁ", "dz i fi"),
        ("O\u2019Hare, S\u00e3o Paulo\u2013Guarulhos", "o'hare, sao paulo-guarulhos"),
    ],
)
def test_case_accents_and_spaces_are_folded(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_folded_letters_know_where_they_came_from() -> None:
    text = "🙂 ße\u0301x"
    found = FoldedText.of(text)
    assert found.folded == "🙂 ssex"
    assert found.original(4, 5) == (3, 5)  # the accent is taken in
    assert found.original(2, 4) == (2, 3)
    assert found.original(2, 3) is None
    assert found.original(3, 5) is None
