"""The minimiser, and the intent head that is fitted with it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from assistant.albert.plain_heads import Linear
from assistant.training.intent_head import Directions, fit_intents
from assistant.training.minimising import minimise


def bowl(place: np.ndarray[Any, Any]) -> tuple[float, np.ndarray[Any, Any]]:
    """A bowl that is ten thousand times as steep one way as the other; its floor is 2 at (1, 1)."""
    steep, off = np.array([1e4, 1.0]), place - 1.0
    return 2.0 + float((steep * off**2).sum()) / 2, steep * off


def test_it_finds_the_floor_of_a_narrow_bowl() -> None:
    start = np.zeros(2)
    assert minimise(bowl, start, steps=50) == pytest.approx([1, 1], abs=1e-4)
    assert start.tolist() == [0, 0]


def test_one_step_is_enough_where_the_shape_of_the_bowl_is_known() -> None:
    calls: list[float] = []

    def counted(place: np.ndarray[Any, Any]) -> tuple[float, np.ndarray[Any, Any]]:
        value, slope = bowl(place)
        calls.append(value)
        return value, slope

    found = minimise(counted, np.zeros(2), steps=1, shape=lambda slope: slope / np.array([1e4, 1.0]))
    assert found == pytest.approx([1, 1])
    assert len(calls) == 2


def test_it_never_ends_higher_than_it_began() -> None:
    def cliff(place: np.ndarray[Any, Any]) -> tuple[float, np.ndarray[Any, Any]]:
        return float(place[0] ** 4), 4 * place**3

    assert abs(minimise(cliff, np.array([100.0]), steps=3)[0]) < 100
    assert minimise(cliff, np.array([0.0]), steps=3) == 0


@pytest.mark.parametrize("balance", [0.0, 0.5, 1.0])
def test_the_intent_head_is_the_logistic_regression_that_others_find(balance: float) -> None:
    generator = np.random.default_rng(0)
    intents = np.sort(generator.integers(0, 4, 120))
    centres = generator.normal(size=(4, 12))
    vectors = centres[intents] + 1.5 * generator.normal(size=(120, 12)) + 5 * np.eye(12)[0]  # one direction towers over the others
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    inverse = 20.0
    directions, start = Directions(vectors), Linear(np.zeros((12, 4), np.float32), np.zeros(4, np.float32))
    fitted = fit_intents(start, directions.along(vectors), intents, 12 / (inverse * 120), balance, directions)
    weights = np.bincount(intents)[intents] ** -balance
    weights = weights / weights.mean()
    theirs = LogisticRegression(C=inverse, tol=1e-8, max_iter=2000).fit(vectors, intents, weights)
    ours = fitted(vectors * np.float32(12**0.5))
    assert ours - ours.mean(axis=1, keepdims=True) == pytest.approx(theirs.decision_function(vectors), abs=0.1)
