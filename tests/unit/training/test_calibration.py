from __future__ import annotations

import numpy as np
import pytest

from assistant.nlu.tags import log_softmax
from assistant.training.calibration import best_temperature, calibration_error, chance_error, fit_calibration


def test_the_temperature_undoes_over_confidence() -> None:
    generator = np.random.default_rng(0)
    logits = generator.normal(size=(4_000, 5)) * 2
    chances = np.exp(log_softmax(logits))
    intents = np.array([generator.choice(5, p=row) for row in chances])
    assert best_temperature(logits * 3, intents) == pytest.approx(3.0, rel=0.1)
    assert best_temperature(logits[:0], intents[:0]) == 1.0


def test_the_first_intent_is_as_sure_as_it_is_right() -> None:
    generator = np.random.default_rng(0)
    logits = generator.normal(size=(8_000, 6)) * 3
    first = np.exp(log_softmax(logits)).max(axis=1)
    is_right = generator.random(len(logits)) < 1 / (1 + np.exp(-0.4 * np.log(first / (1 - first))))
    intents = np.where(is_right, logits.argmax(axis=1), np.argsort(logits, axis=1)[:, -2])  # else the second one is
    fit, rest = slice(0, 4_000), slice(4_000, None)
    found = fit_calibration(logits[fit], intents[fit])
    sure = np.array([found.probabilities(row).max() for row in logits[rest]])
    by_temperature = np.exp(log_softmax(logits[rest], found.temperature)).max(axis=1)
    assert calibration_error(sure, is_right[rest]) < 0.02
    assert calibration_error(by_temperature, is_right[rest]) > 0.04


def test_a_few_examples_hardly_move_the_odds() -> None:
    logits = np.array([[4.0, 0.0, 0.0]] * 3)
    for intents in ([0, 0, 0], [0, 1, 2]):
        found = fit_calibration(logits, np.array(intents))
        assert 0 < found.slope < 4
        assert abs(found.offset) < 2


def test_a_few_examples_that_are_all_right_do_not_make_everything_sure() -> None:
    intents = np.arange(18) % 6
    logits = np.eye(6)[intents] * 10 + np.random.default_rng(0).normal(size=(18, 6))
    found = fit_calibration(logits, intents)
    assert 0.8 < np.mean([found.probabilities(row).max() for row in logits]) < 0.99
    assert found.probabilities(np.array([4.0, 2.0, 0.0, 0.0, 0.0, 0.0])).max() < 0.7  # what it was never so far from


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    assert calibration_error(np.full(10, 0.9), np.array([True] * 9 + [False])) == pytest.approx(0.0, abs=1e-9)
    assert calibration_error(np.full(10, 0.9), np.array([True] * 5 + [False] * 5)) == pytest.approx(0.4)
    assert calibration_error(np.array([1.0, 0.2]), np.array([True, False])) == pytest.approx(0.1)
    assert calibration_error(np.array([]), np.array([], dtype=bool)) == 0.0


def test_chance_gives_a_calibration_error_that_falls_with_the_number_of_examples() -> None:
    few, many = (chance_error(np.random.default_rng(0).uniform(0.3, 1.0, n)) for n in (100, 10_000))
    assert 0.05 < few < 0.15
    assert 0.005 < many < 0.015
    assert chance_error(np.ones(10)) == chance_error(np.array([])) == 0.0
