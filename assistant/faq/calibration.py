"""Turns what is known of a question and an entry into the probability that the entry answers the question.

A logistic regression over a handful of features, fitted to the FAQ itself by leaving questions out, see
``assistant.faq.leave_one_out``. The fit starts from usual weights and moves from them as far as the data has weight: an FAQ of
three entries keeps them, one of a hundred has its own. Weights never change sign, so that more likeness never lowers the score; an
encoder whose vectors tell nothing apart ends with a weight near zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"

FEATURES = ("cosine", "cosine_margin", "answer_cosine", "overlap", "overlap_margin", "coverage", "unknown", "bias")
"""What each column of a feature matrix is; ``assistant.faq.features`` says how it is computed."""

_SIGNS = np.array([1, 1, 1, 1, 1, 1, -1, 0])
_USUAL = np.array([4.0, 2.0, 0.5, 3.0, 2.0, 3.0, -1.0, -4.5])
_STIFFNESS = np.array([0.5] * 8)
_N_STEPS = 30
_HIGHEST = 0.99
"""What is not an exact match is never quite certain."""


@dataclass(frozen=True)
class Calibration:
    """Fitted weights, one for each of FEATURES."""

    weights: Floats

    def logits(self, features: Floats) -> Floats:
        """Returns the log-odds of each row. Shape: (row,)."""
        return np.asarray(features @ self.weights)

    def probabilities(self, features: Floats) -> Floats:
        """Returns the probability of each row that its entry answers. Shape: (row,)."""
        return _HIGHEST * _sigmoid(self.logits(features))


USUAL = Calibration(_USUAL)
"""What holds before anything is known of the FAQ and the encoder."""


def fitted(features: Floats, is_right: Floats, shares: Floats) -> Calibration:
    """Returns the weights that make right rows likely and wrong ones unlikely, drawn towards the usual weights.

    Args:
        features: one row a question and entry. Shape: (row, feature) float64.
        is_right: 1.0 where the entry answers the question, else 0.0. Shape: (row,).
        shares: how much each row counts. Shape: (row,).
    """
    free = np.ones(len(FEATURES), dtype=bool)
    while True:
        weights = _newton(features, is_right, shares, free)
        wrong = free & (weights * _SIGNS < 0)
        if not wrong.any():
            return Calibration(weights)
        free &= ~wrong


def _newton(features: Floats, is_right: Floats, shares: Floats, free: np.ndarray[Any, np.dtype[np.bool_]]) -> Floats:
    prior = np.where(free, _USUAL, 0.0)
    weights = prior.copy()
    columns = features[:, free]
    for _ in range(_N_STEPS):
        probability = _sigmoid(columns @ weights[free])
        gradient = columns.T @ (shares * (probability - is_right)) + _STIFFNESS[free] * (weights - prior)[free]
        curvature = (columns * (shares * probability * (1 - probability))[:, None]).T @ columns + np.diag(_STIFFNESS[free])
        step = np.linalg.solve(curvature, gradient)
        weights[free] -= step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-6:  # noqa: PLR2004 (far below what a probability shows)
            break
    return weights


def _sigmoid(logits: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits, -60.0, 60.0))))
