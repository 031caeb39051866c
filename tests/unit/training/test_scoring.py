from __future__ import annotations

import numpy as np
import pytest
from seqeval.metrics import f1_score
from seqeval.scheme import IOB2

from assistant.nlu.tags import TagScheme, log_softmax
from assistant.training.scoring import HeldOut

SCHEME = TagScheme(("city", "colour", "size"))


def test_the_score_of_entities_is_that_of_strict_seqeval() -> None:
    generator = np.random.default_rng(0)
    held = HeldOut()
    for _ in range(60):
        n_words = int(generator.integers(0, 9))
        gold = generator.integers(0, len(SCHEME.labels), n_words).tolist()  # words that the tokenizer loses leave any sequence
        logits = generator.normal(size=(n_words, len(SCHEME.labels))).astype(np.float32)
        logits[np.arange(n_words), gold] += 2.0
        held.add_tags(logits, gold)
    sides = ([[SCHEME.labels[tag] for tag in tags] for tags in side if len(tags)] for side in (held.gold, held.found))
    assert held.entity_f1 == pytest.approx(f1_score(*sides, mode="strict", scheme=IOB2))
    assert 0.2 < (held.entity_f1 or 0) < 0.9


def test_without_entities_there_is_no_score_of_them_and_finding_none_is_none() -> None:
    held = HeldOut()
    assert held.entity_f1 is None
    held.add_tags(np.eye(7, dtype=np.float32)[[0, 1]], [0, 0])
    assert held.entity_f1 is None
    held.add_tags(np.eye(7, dtype=np.float32)[[0, 0]], [1, 2])
    assert held.entity_f1 == 0.0


def test_probabilities_under_the_temperature_are_what_calibration_is_measured_by() -> None:
    held = HeldOut()
    for row in range(40):  # three of four are right, whatever the logits say
        held.add_intent(np.array([9.0, 0.0], dtype=np.float32), int(row % 4 == 0))
    assert held.accuracy == 0.75
    assert np.exp(log_softmax(np.array([9.0, 0.0]), held.temperature()))[0] == pytest.approx(0.75, abs=0.02)
    assert held.metrics()["calibration_error"] < 0.02


def test_heads_are_surely_better_where_they_win_more_examples_than_chance_would() -> None:
    def held(right: list[bool], tags_right: bool = True) -> HeldOut:
        found = HeldOut()
        for is_right in right:
            found.add_intent(np.array([0.0, 1.0] if is_right else [1.0, 0.0], np.float32), 1)
            found.add_tags(np.array([[0.0, 5.0, 0.0] if tags_right else [5.0, 0.0, 0.0]], np.float32), [1])
        return found

    before = held([True] * 50 + [False] * 50)
    assert held([True] * 60 + [False] * 40).is_surely_better(before)  # ten to none
    assert not held([True] * 52 + [False] * 48).is_surely_better(before)  # two to none may be chance
    assert not held([False] * 8 + [True] * 54 + [False] * 38).is_surely_better(held([True] * 50 + [False] * 50))
    assert not before.is_surely_better(before)
    assert before.is_surely_better(held([True] * 50 + [False] * 50, tags_right=False))
    assert not HeldOut().is_surely_better(HeldOut())
