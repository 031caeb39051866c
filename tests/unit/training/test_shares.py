from __future__ import annotations

import numpy as np
import pytest

from assistant.nlu.tags import log_softmax
from assistant.training.scoring import HeldOut
from assistant.training.shares import MOST, best_share


def told(logits: np.ndarray, intents: np.ndarray) -> HeldOut:
    held = HeldOut()
    for row, intent in zip(logits.astype(np.float32), intents.tolist(), strict=True):
        held.add_intent(row, intent)
    return held


def drawn(logits: np.ndarray) -> np.ndarray:
    generator = np.random.default_rng(1)
    return np.array([generator.choice(len(row), p=np.exp(row)) for row in log_softmax(logits)])


def test_the_factor_is_the_one_that_the_examples_were_drawn_by() -> None:
    generator = np.random.default_rng(0)
    own, other = generator.normal(size=(2, 6_000, 5))
    held = told(own * 2.0, drawn(own + 0.7 * other))  # the temperature is 2, and so the factor is twice as large
    share, together = best_share(held, list((other * 0.1).astype(np.float32)), least_gain=0.01)
    assert share == pytest.approx(14.0, rel=0.1)
    assert together.loss() < held.loss() - 0.01
    assert together.temperature() == pytest.approx(2.0, rel=0.1)
    for near in (share * 0.8, share * 1.25):  # the least loss is there and nowhere else
        beside = told(np.stack(held.logits) + near * 0.1 * other, np.array(held.intents))
        assert beside.loss() > together.loss()


def test_answers_that_help_nothing_are_left_out() -> None:
    generator = np.random.default_rng(0)
    own, other = generator.normal(size=(2, 2_000, 5))
    held = told(own, drawn(own))
    for answers in (other, -own, np.zeros_like(own)):
        share, kept = best_share(held, list(answers.astype(np.float32)), least_gain=0.01)
        assert share == 0.0
        assert kept is held


def test_a_head_that_says_nothing_leaves_the_word_to_the_answers() -> None:
    other = np.random.default_rng(0).normal(size=(2_000, 5))
    held = told(np.zeros_like(other), drawn(3 * other))
    share, together = best_share(held, list(other.astype(np.float32)), least_gain=0.01)
    assert share > 0
    assert together.accuracy == (other.argmax(axis=1) == np.array(held.intents)).mean()
    assert together.accuracy > 0.7


def test_a_head_that_is_mostly_wrong_is_hardly_heard() -> None:
    own, other = np.random.default_rng(0).normal(size=(2, 2_000, 5))
    share, together = best_share(told(own, drawn(3 * other - own)), list(other.astype(np.float32)), least_gain=0.01)
    assert share == MOST
    assert together.accuracy > 0.6
