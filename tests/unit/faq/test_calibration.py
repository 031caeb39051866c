from __future__ import annotations

import numpy as np
import pytest

from assistant.faq.calibration import HIGHEST, USUAL, Calibration, fit_odds, fit_weights, lifted
from assistant.faq.features import FEATURES


def questions(n_questions: int, telling: list[float]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Features of one right and five wrong entries; the right one is above by what each feature tells."""
    tables = np.random.default_rng(0).normal(0.3, 0.15, (n_questions, 6, len(FEATURES)))
    tables[:, 0] += telling
    return tables


def test_what_tells_entries_apart_gets_the_weight() -> None:
    weights = fit_weights(questions(400, [0.0, 0.3, 0.0, 0.3]))
    assert weights.argsort().tolist()[2:] in ([1, 3], [3, 1])
    assert weights[[0, 2]].max() < 0.2 * weights[[1, 3]].min()


def test_no_weight_is_ever_negative() -> None:
    weights = fit_weights(questions(400, [-0.3, 0.3, 0.3, 0.3]))
    assert weights[0] == 0.0
    assert weights[1:].min() > 0.0


def test_few_questions_leave_the_usual_weights_about_where_they_are() -> None:
    weights = fit_weights(questions(2, [0.1, 0.1, 0.1, 0.1]))
    assert np.abs(weights - np.array(USUAL.weights)).max() < 2.0
    assert fit_odds(np.zeros(0), np.zeros(0), np.zeros(0)) == pytest.approx((USUAL.slope, USUAL.bias))


def test_odds_are_those_of_the_data() -> None:
    rng = np.random.default_rng(0)
    sums = rng.uniform(0, 10, 20_000)
    is_right = (rng.random(20_000) < 1 / (1 + np.exp(-(0.8 * sums - 4)))).astype(np.float64)
    assert fit_odds(sums, is_right, np.ones(20_000)) == pytest.approx((0.8, -4.0), rel=0.1)


def test_only_the_best_candidate_has_the_whole_probability() -> None:
    table = np.array([[0.9, 0.9, 0.9, 0.9], [0.9, 0.9, 0.9, 0.8], [0.0, 0.0, 0.0, 0.0]])
    scores = USUAL.scores(table)
    assert scores.argsort().tolist() == [2, 1, 0]
    assert scores[0] <= HIGHEST
    assert scores[1] == pytest.approx(scores[0] * np.exp(-USUAL.weights[3] * 0.1))


def test_levels_count_as_nothing() -> None:
    levels = np.array([0.5, 0.9])
    np.testing.assert_allclose(lifted(np.array([[0.5, 0.9], [1.0, 1.0]]), levels), [[0.0, 0.0], [1.0, 1.0]])


def test_a_calibration_is_read_as_it_was_written() -> None:
    assert Calibration.from_json(USUAL.as_json()) == USUAL
    assert Calibration.from_json(USUAL.as_json() | {"features": ["another"]}) is None
