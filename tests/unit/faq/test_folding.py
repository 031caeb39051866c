from __future__ import annotations

import pytest

from assistant.faq.folding import MAX_CHARS, fold, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Can I  RETURN shoes?! ", "can i return shoes"),
        ("What's a Café?", "whats a cafe"),
        ("Straße", "strasse"),
        ("ﬁne", "fine"),
        ("e-mail/post", "e mail post"),
        ("हिन्दी", "हिन्दी"),
        ("???", "???"),
        ("", ""),
        ("🙂?", "🙂"),
    ],
)
def test_texts_that_read_alike_fold_alike(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_only_the_beginning_of_an_endless_text_is_looked_at() -> None:
    assert len(fold("a" * 1_000_000)) == MAX_CHARS


def test_words_hold_a_letter_or_a_digit() -> None:
    assert words("Order #4711 = lost + found €") == ["order", "4711", "lost", "found"]
