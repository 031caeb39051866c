from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assistant.faq.background import as_text, from_text, nearest_others
from assistant.faq.calibration import HIGHEST, USUAL, Calibration, Nearness, leading_columns, lifted
from assistant.faq.features import FEATURES
from assistant.faq.fitting import fit_odds, fit_weights

N_FEATURES = len(FEATURES)


def near(domain: float) -> Nearness:
    """A question so near to the FAQ as a whole, and as near to what is off-topic as that usually is."""
    return Nearness(domain, USUAL.off_topic_level)


def questions(n_questions: int, telling: dict[str, float]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Features of one right and five wrong entries; the right one is above by what each feature tells."""
    tables = np.random.default_rng(0).normal(0.3, 0.15, (n_questions, 6, N_FEATURES))
    tables[:, 0] += [telling.get(name, 0.0) for name in FEATURES]
    return tables


def test_what_tells_entries_apart_gets_the_weight() -> None:
    weights = dict(zip(FEATURES, fit_weights(questions(400, {"centre": 0.3, "words": 0.3})), strict=True))
    assert max(weights[name] for name in FEATURES if name not in {"centre", "words"}) < 0.2 * min(
        weights["centre"], weights["words"]
    )


def test_no_weight_is_ever_negative() -> None:
    weights = fit_weights(questions(400, {"nearest": -0.3} | dict.fromkeys(FEATURES[1:], 0.2)))
    assert weights[0] == 0.0
    assert weights[1:].min() > 0.0


def test_few_questions_leave_the_usual_weights_about_where_they_are() -> None:
    weights = fit_weights(questions(2, dict.fromkeys(FEATURES, 0.1)))
    assert np.abs(weights - np.array(USUAL.weights)).max() < 2.0
    assert fit_odds(np.zeros((0, 2)), np.zeros(0), np.zeros(0), USUAL.leading) == pytest.approx(USUAL.leading)


def test_odds_are_those_of_the_data() -> None:
    rng = np.random.default_rng(0)
    columns = rng.uniform(0, 10, (20_000, 2))
    is_true = (rng.random(20_000) < 1 / (1 + np.exp(-(0.8 * columns[:, 0] + 0.3 * columns[:, 1] - 4)))).astype(np.float64)
    assert fit_odds(columns, is_true, np.ones(20_000), USUAL.leading) == pytest.approx((0.8, 0.3, -4.0), rel=0.1)


def test_only_the_best_candidate_has_the_whole_probability() -> None:
    table = np.array([[0.9] * N_FEATURES, [0.9] * (N_FEATURES - 1) + [0.8], [0.0] * N_FEATURES])
    scores = USUAL.judge(table, near(0.9)).scores
    assert scores.argsort().tolist() == [2, 1, 0]
    assert scores[0] <= HIGHEST
    assert scores[1] == pytest.approx(scores[0] * np.exp(-USUAL.weights[-1] * 0.1))


def test_a_question_the_faq_is_not_about_scores_low_however_far_its_lead() -> None:
    table = np.array([[0.2, 0.2, 0.2, 1.0, 1.0, 1.0], [0.2, 0.2, 0.2, 0.0, 0.0, 0.0]])
    known = np.array([[0.9, 0.9, 0.9, 1.0, 1.0, 1.0], [0.9, 0.9, 0.9, 0.0, 0.0, 0.0]])
    assert USUAL.judge(table, near(0.0)).scores.max() < 0.3
    assert USUAL.judge(known, near(0.9)).scores.max() > 0.7


def test_a_question_near_to_what_is_off_topic_scores_lower() -> None:
    table = np.full((2, N_FEATURES), 0.4)
    scores = [USUAL.judge(table, Nearness(0.4, off_topic)).scores.max() for off_topic in (0.2, 0.5, 0.9)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 1.2 * scores[-1]


def test_the_nearest_off_topic_sentence_is_looked_for() -> None:
    vectors = np.eye(3, 8, dtype=np.float32)
    fitted = replace(USUAL, off_topic=as_text(vectors))
    asked = np.array([0.6, 0.8, 0, 0, 0, 0, 0, 0], dtype=np.float32)
    assert fitted.nearness(0.5, asked) == pytest.approx((0.5, 0.8), abs=1e-3)
    assert USUAL.nearness(0.5, asked) == (0.5, USUAL.off_topic_level)  # nothing is known of it
    assert from_text(as_text(vectors), 8).tolist() == vectors.tolist()
    assert nearest_others(vectors[[0, 0, 1]]).tolist() == [1.0, 1.0, 0.0]
    assert nearest_others(vectors[:1]).tolist() == [0.0]


def test_two_entries_that_share_a_question_score_lower_than_one_in_the_lead() -> None:
    shared, led = np.full((2, N_FEATURES), 0.8), np.full((2, N_FEATURES), 0.8)
    led[1] = 0.4
    assert USUAL.judge(shared, near(0.8)).scores.max() < USUAL.judge(led, near(0.8)).scores.max()


@pytest.mark.parametrize("likeness", [0.3, 0.5, 0.7, 0.9])
def test_where_only_the_choice_between_entries_is_in_doubt_less_is_enough(likeness: float) -> None:
    shared, led = np.full((2, N_FEATURES), likeness), np.full((2, N_FEATURES), likeness)
    led[1] = 0.1
    doubtful, clear = (USUAL.judge(table, near(likeness)) for table in (shared, led))
    assert doubtful.needed < clear.needed <= HIGHEST * USUAL.threshold
    for judged in (doubtful, clear):
        assert (judged.scores.max() >= judged.needed) == (judged.worth >= USUAL.threshold)


def test_the_lead_of_the_only_candidate_is_its_sum_as_far_as_leads_count() -> None:
    assert leading_columns(np.array([3.0])).tolist() == [3.0, 3.0]
    assert leading_columns(np.array([[9.0, -9.0], [1.0, 3.0]])).tolist() == [[9.0, 5.0], [3.0, 2.0]]


def test_levels_count_as_nothing() -> None:
    levels = np.array([0.5, 0.9])
    np.testing.assert_allclose(lifted(np.array([[0.5, 0.9], [1.0, 1.0]]), levels), [[0.0, 0.0], [1.0, 1.0]])


def test_a_calibration_is_read_as_it_was_written() -> None:
    fitted = replace(USUAL, threshold=0.2)
    assert Calibration.from_json(fitted.as_json()) == fitted
    assert Calibration.from_json(fitted.as_json() | {"features": ["another"]}) is None
    assert Calibration.from_json(fitted.as_json() | {"odds": [1.0, 0.0]}) is None  # its threshold would mean something else
    assert Calibration.from_json({name: value for name, value in fitted.as_json().items() if name != "topical"}) is None
