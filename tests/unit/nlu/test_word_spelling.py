from __future__ import annotations

import numpy as np

from assistant.nlu.word_spelling import MAX_WORDS, WordSpelling, word_buckets


def test_a_word_is_known_by_its_letters_its_shape_and_its_neighbours() -> None:
    first, second = (word_buckets(text.split()) for text in ("fly to Boston now", "fly to Bostons now"))
    other = word_buckets(["fly", "to", "12345", "now"])
    shared = [len(set(a.tolist()) & set(b.tolist())) for a, b in ((first[2], second[2]), (first[2], other[2]))]
    assert shared[0] > shared[1] > 0  # both stand behind "to", and only one of them looks alike
    assert set(word_buckets(["12345"])[0]) & set(word_buckets(["67890"])[0])  # five digits
    assert word_buckets(["Ann"])[0].tolist() != word_buckets(["ann"])[0].tolist()


def test_words_that_training_never_saw_get_nothing() -> None:
    known = word_buckets(["杭", "州"])[0]
    spelling = WordSpelling(known, np.ones((len(known), 3), np.float32))
    assert spelling.logits([]).shape == (0, 3)
    assert not spelling.logits(["Z1", "Y2", "X3", "W4", "V5", "U6", "T7"])[3].any()
    assert spelling.logits(["杭", "州"])[0].min() > 1


def test_what_stands_far_behind_is_not_looked_at() -> None:
    spelling = WordSpelling(word_buckets(["a"])[0], np.ones((len(word_buckets(["a"])[0]), 1), np.float32))
    scores = spelling.logits(["a"] * (MAX_WORDS + 5))
    assert scores[: MAX_WORDS - 3].all()
    assert not scores[MAX_WORDS:].any()
