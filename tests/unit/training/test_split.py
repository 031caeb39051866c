from __future__ import annotations

from collections import Counter

import numpy as np

from assistant.training.split import assign_folds, hold_out, partition, stable_folds


def test_each_intent_is_spread_over_the_folds() -> None:
    intents = ["a"] * 10 + ["b"] * 5 + ["c"] * 2 + ["d"]
    folds = assign_folds(intents, 5, seed=3)
    assert Counter(fold for fold, intent in zip(folds, intents, strict=True) if intent == "a") == dict.fromkeys(range(5), 2)
    assert max(Counter(folds).values()) - min(Counter(folds).values()) <= 1
    assert folds == assign_folds(intents, 5, seed=3) != assign_folds(intents, 5, seed=4)


def test_holding_out_takes_a_share_of_each_intent_and_never_all() -> None:
    intents = ["a"] * 100 + ["b"] * 20 + ["c"]
    held = hold_out(intents, 0.1, seed=0)
    counts = Counter(intent for intent, flag in zip(intents, held, strict=True) if flag)
    assert 10 <= counts["a"] <= 11
    assert 2 <= counts["b"] <= 3
    assert counts["c"] == 0
    kept, out = partition(intents, held)
    assert len(kept) + len(out) == 121


def test_a_new_intent_moves_no_other_example_to_another_fold() -> None:
    intents, names = ["a"] * 12 + ["b"] * 7, [str(number).encode() for number in range(19)]
    before = stable_folds(intents, names, 5, seed=0)
    after = stable_folds(["new"] * 4 + intents, [b"w", b"x", b"y", b"z", *names], 5, seed=0)
    assert after[4:].tolist() == before.tolist()
    assert stable_folds(intents, names, 5, seed=1).tolist() != before.tolist()
    for intent, count in (("a", 12), ("b", 7)):
        sizes = np.bincount(before[[one == intent for one in intents]], minlength=5)
        assert sizes.sum() == count
        assert sizes.max() - sizes.min() <= 1
