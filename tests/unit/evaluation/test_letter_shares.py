from __future__ import annotations

import numpy as np
import pytest

from assistant.evaluation.letter_shares import letter_shares
from assistant.nlu.spelling import Spelling, buckets
from assistant.nlu.tags import log_softmax

TEXT = "天气 refund refund"
WORDS = [(0, 1), (1, 2), (3, 9), (10, 16)]


def spelling_for(text: str) -> Spelling:
    """Letters of a text speak for the first intent, a little against the second."""
    known = buckets(text)
    weights = np.tile(np.array([3.0, -1.0, 0.0], np.float32), (len(known), 1))
    return Spelling(known, np.ones(len(known), np.float32), 1.0, weights)


def test_the_shares_add_up_to_what_letters_do() -> None:
    spelling, logits = spelling_for(TEXT), np.array([0.1, 0.5, -0.2], dtype=np.float32)
    for intent in range(3):
        shares = letter_shares(spelling, TEXT, WORDS, logits, intent, 0.7)
        before, after = (log_softmax(found, 0.7)[intent] for found in (logits, logits + spelling.logits(TEXT)))
        assert sum(shares) == pytest.approx(after - before, abs=1e-3)


def test_a_run_of_letters_counts_to_the_words_that_it_would_be_gone_without() -> None:
    shares = letter_shares(spelling_for("天气"), TEXT, WORDS, np.zeros(3, np.float32), 0, 1.0)
    assert shares[0] > 0
    assert shares[1] > 0
    assert shares[2:] == pytest.approx([0.0, 0.0])
    twice = letter_shares(spelling_for("refund"), TEXT, WORDS, np.zeros(3, np.float32), 0, 1.0)
    assert twice == pytest.approx([sum(twice) / 4] * 4)  # nothing is gone without one of two
