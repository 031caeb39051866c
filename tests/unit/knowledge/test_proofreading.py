from __future__ import annotations

import pytest

from assistant.knowledge.proofreading import MAX_SENTENCES, weak_sentences
from assistant.opening import open_fluency

FINE = "You can return your order within 30 days, and we will refund you as soon as we have received it."
BROKEN = "Order days the within refund we and soon you your as return received 30 can."


def test_a_sentence_that_is_broken_is_named_with_the_words_to_look_at() -> None:
    (weak,) = weak_sentences(f"{FINE} {BROKEN}", open_fluency())
    assert weak.text == BROKEN
    assert len(weak.words) == 3
    assert set(weak.words) <= set(BROKEN.replace(".", " .").split())
    assert weak.as_json()["words"] == list(weak.words)


@pytest.mark.parametrize(
    "text", [FINE, "", "Yes.", "**Shipping** is free from €50.", f"`{BROKEN}`", f"{BROKEN[:-1]} at a@b.example."]
)
def test_good_sentences_short_ones_code_and_addresses_are_passed_over(text: str) -> None:
    assert weak_sentences(text, open_fluency()) == ()


def test_a_long_text_is_read_from_its_beginning() -> None:
    assert weak_sentences(f"{'We are open. ' * MAX_SENTENCES}{BROKEN}", open_fluency())
    assert not weak_sentences(f"{'We are open every day. ' * MAX_SENTENCES}{BROKEN}", open_fluency())
