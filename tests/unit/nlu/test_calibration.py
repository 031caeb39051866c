from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.albert.activations import softmax
from assistant.nlu.calibration import Calibration

LOGITS = st.lists(st.floats(-60, 60), min_size=1, max_size=8)
CALIBRATIONS = st.builds(Calibration, st.floats(0.05, 20), st.floats(0.05, 5), st.floats(-5, 5))


def test_without_slope_and_offset_there_is_a_temperature_alone() -> None:
    logits = np.array([2.0, 4.0, -1.0], dtype=np.float32)
    assert Calibration(2.0).probabilities(logits) == pytest.approx(softmax(logits.astype(np.float64) / 2.0))


def test_the_odds_of_the_first_are_changed_and_the_others_share_the_rest() -> None:
    found = Calibration(1.0, 0.5, 0.2).probabilities(np.log(np.array([0.06, 0.9, 0.04])))
    odds = 9.0**0.5 * np.exp(0.2)
    assert found[1] == pytest.approx(odds / (1 + odds))
    assert found[0] / found[2] == pytest.approx(0.06 / 0.04)
    assert found.sum() == pytest.approx(1.0)


@given(LOGITS, CALIBRATIONS)
def test_probabilities_keep_the_order_of_the_logits(values: list[float], calibration: Calibration) -> None:
    logits = np.array(values)
    found = calibration.probabilities(logits)
    assert found.sum() == pytest.approx(1.0)
    assert (found >= 0).all()
    in_order = found[np.argsort(-logits, kind="stable")]
    assert (np.diff(in_order) <= 1e-12).all()
