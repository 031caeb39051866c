from __future__ import annotations

import numpy as np
import pytest

from assistant.nlu.tags import log_softmax
from assistant.training.calibration import best_temperature, calibration_error


def test_the_temperature_undoes_over_confidence() -> None:
    generator = np.random.default_rng(0)
    logits = generator.normal(size=(4_000, 5)) * 2
    chances = np.exp(log_softmax(logits))
    intents = np.array([generator.choice(5, p=row) for row in chances])
    assert best_temperature(logits * 3, intents) == pytest.approx(3.0, rel=0.1)
    assert best_temperature(logits[:0], intents[:0]) == 1.0


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    assert calibration_error(np.full(10, 0.9), np.array([True] * 9 + [False])) == pytest.approx(0.0, abs=1e-9)
    assert calibration_error(np.full(10, 0.9), np.array([True] * 5 + [False] * 5)) == pytest.approx(0.4)
    assert calibration_error(np.array([1.0, 0.2]), np.array([True, False])) == pytest.approx(0.1)
    assert calibration_error(np.array([]), np.array([], dtype=bool)) == 0.0
