from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest

from assistant.faq.postings import Postings


def test_bm25_is_the_damped_sum_over_the_words_that_an_entry_has() -> None:
    rng = random.Random(0)
    common, rare = ["the", "my"], [f"word{number}" for number in range(60)]  # some in most entries, most in few
    entries = [Counter([*rng.choices(common, k=3), *rng.choices(rare, k=4)]) for _ in range(50)]
    damping = [1 + 0.1 * number for number in range(50)]
    postings = Postings(entries, damping)
    for _ in range(20):
        weights = {word: rng.random() for word in [*rng.sample(common, 1), *rng.sample(rare, 3), "unheard of"]}
        expected = [
            sum(weight * words[word] / (words[word] + damp) for word, weight in weights.items() if words[word])
            for words, damp in zip(entries, damping, strict=True)
        ]
        assert postings.bm25(weights).tolist() == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("entries", [[{}], [{}, {"a": 1}]])
def test_entries_without_words_have_none(entries: list[dict[str, int]]) -> None:
    postings = Postings(entries, [1.0] * len(entries))
    assert np.allclose(postings.bm25({"a": 1.0}), [0.5 * len(words) for words in entries])
    assert postings.bm25({}).tolist() == [0.0] * len(entries)
