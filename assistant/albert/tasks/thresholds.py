"""Chooses the probability from which on a label is said, where its F1 is what counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression

if TYPE_CHECKING:
    from numpy.typing import NDArray

HALF = 0.5
CANDIDATES = tuple(round(0.1 + 0.02 * step, 2) for step in range(41))
WEAK = 1e3
"""Leaves two numbers that are fitted to hundreds of examples almost free."""


def f1_threshold(claimed: NDArray[np.float64], is_true: NDArray[np.bool_]) -> float:
    """Returns the threshold with the highest F1 to be expected.

    Counting mistakes on a few hundred examples follows their chance: F1 is nearly flat around its best place. So the probabilities
    are calibrated first (Platt 1999), by two numbers that many examples decide together, and F1 is what they then let expect.

    Args:
        claimed: the model's probabilities on held-out examples. Shape: (example,).
        is_true: whether the label holds. Shape: (example,).
    """
    if is_true.all() or not is_true.any():
        return HALF
    clipped = np.clip(claimed, 1e-6, 1 - 1e-6)
    odds = np.log(clipped / (1 - clipped))[:, None]
    chances = LogisticRegression(C=WEAK).fit(odds, is_true).predict_proba(odds)[:, 1]

    def expected(threshold: float) -> tuple[float, float]:
        said = claimed >= threshold
        f1 = 2 * chances[said].sum() / (said.sum() + chances.sum())
        return round(float(f1), 6), -abs(threshold - HALF)

    return max(CANDIDATES, key=expected)
