"""Fits the weights of a calibration: few numbers, convex losses, Newton's method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.faq.calibration import USUAL, sigmoid, with_constant

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.faq.features import Floats

_N_STEPS = 60
_ENOUGH = 1e-6
_MAX_MOVED = 1.5


def fit_weights(tables: Floats, stiffness: float = 0.2) -> Floats:
    """Returns the weights under which the first candidate of each question is the most likely one to be right.

    Args:
        tables: lifted features; the first candidate is the right one. Shape: (question, candidate, feature).
        stiffness: how many times a unit of difference from the usual weights is paid for.
    """
    usual = np.array(USUAL.weights)

    def derivatives(weights: Floats) -> tuple[Floats, Floats]:
        sums = tables @ weights
        chances = np.exp(sums - sums.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        mean = np.einsum("qc,qcf->qf", chances, tables)
        gradient = (mean - tables[:, 0]).sum(axis=0) + stiffness * (weights - usual)
        curvature = np.einsum("qc,qcf,qcg->fg", chances, tables, tables) - mean.T @ mean
        return gradient, curvature + stiffness * np.eye(len(usual))

    return _minimised(derivatives, tables.reshape(-1, len(usual)), usual, np.ones(len(usual), dtype=bool))


def fit_odds(columns: Floats, is_true: Floats, shares: Floats, usual: Sequence[float], stiffness: float = 1.0) -> tuple[float, ...]:
    """Returns the weights of columns, never negative, and the constant that give the log-odds of something being true.

    Args:
        columns: what is known of each case. Shape: (case, column).
        is_true: 1.0 where it is true, else 0.0. Shape: (case,).
        shares: how much each case counts. Shape: (case,).
        usual: weights and constant where there is no data. Shape: (column + 1,).
        stiffness: how many times a unit of difference from the usual ones is paid for.
    """
    start, columns = np.array(usual), with_constant(columns)

    def derivatives(weights: Floats) -> tuple[Floats, Floats]:
        chances = sigmoid(columns @ weights)
        gradient = columns.T @ (shares * (chances - is_true)) + stiffness * (weights - start)
        curvature = (columns * (shares * chances * (1 - chances))[:, None]).T @ columns
        return gradient, curvature + stiffness * np.eye(len(start))

    is_bounded = np.arange(len(start)) < len(start) - 1
    return tuple(_minimised(derivatives, columns, start, is_bounded).tolist())


def _minimised(
    derivatives: Callable[[Floats], tuple[Floats, Floats]],
    columns: Floats,
    start: Floats,
    is_bounded: np.ndarray[Any, np.dtype[np.bool_]],
) -> Floats:
    """Returns the minimum of a convex function by Newton's method; bounded weights that would turn negative are held at zero.

    A step is cut where it would move a logit further than the curvature it was made with holds; else it may overshoot for ever.
    """
    held = np.zeros(len(start), dtype=bool)
    while True:
        weights = np.where(held, 0.0, start)
        for _ in range(_N_STEPS):
            gradient, curvature = derivatives(weights)
            free = np.flatnonzero(~held)
            step = np.linalg.solve(curvature[np.ix_(free, free)], gradient[free])
            moved = float(np.abs(columns[:, free] @ step).max(initial=0.0))
            weights[free] -= step * min(1.0, _MAX_MOVED / max(moved, _ENOUGH))
            if float(np.abs(step).max(initial=0.0)) < _ENOUGH:
                break
        negative = is_bounded & (weights < 0)
        if not negative.any():
            return weights
        held |= negative
