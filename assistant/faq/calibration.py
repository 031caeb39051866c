"""Turns features into the probability that an entry is the right one, and says from which score on it may answer.

Two steps, both fitted to the FAQ itself, see ``assistant.faq.leave_one_out``. First the features are weighed so that of all entries
the right one comes first. Then the first one's weighed sum becomes a probability by logistic regression. Both start from usual
values and move from them as far as the data has weight: an FAQ of three entries keeps them, one of a hundred has its own. No
feature's weight is ever negative, so that more likeness never lowers a score; where an encoder's vectors tell nothing apart, theirs
end near zero and the words decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.faq.features import FEATURES, Floats

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HIGHEST = 0.99
"""What is not an exact match is never quite certain."""

LOWEST_THRESHOLD, HIGHEST_THRESHOLD = 0.2, 0.5
"""However well off-topic sentences are told apart, an answer that is wrong four times of five is none; and an entry that is more
likely right than wrong answers."""

_N_STEPS = 25
_ENOUGH = 1e-6


@dataclass(frozen=True)
class Calibration:
    """What was fitted.

    Attributes:
        levels: the value of each feature that counts as nothing: unrelated texts rarely come above it.
        weights: of each feature above its level.
        slope, bias: from the weighed sum to log-odds.
        threshold: the score from which an entry may answer: off-topic sentences rarely come above it.
    """

    levels: tuple[float, ...]
    weights: tuple[float, ...]
    slope: float
    bias: float
    threshold: float

    def sums(self, table: Floats) -> Floats:
        """Returns the weighed sum of each candidate. Shape: that of the table without its last axis."""
        return np.asarray(lifted(table, np.array(self.levels)) @ np.array(self.weights))

    def scores(self, table: Floats) -> Floats:
        """Returns the probability of each of a question's candidates that it is the right one. Shape: (candidate,)."""
        sums = self.sums(table)
        best = float(sums.max(initial=-np.inf))
        # What follows the best is less likely in the proportion that the first step learned.
        return np.asarray(HIGHEST * sigmoid(self.slope * best + self.bias) * np.exp(sums - best))

    def as_json(self) -> dict[str, Any]:
        """Returns the calibration as JSON."""
        return {"features": list(FEATURES)} | {name: getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Calibration | None:
        """Returns the calibration that was written, or None when it is one of other features."""
        if data.get("features") != list(FEATURES):
            return None
        return cls(tuple(data["levels"]), tuple(data["weights"]), data["slope"], data["bias"], data["threshold"])


USUAL = Calibration(levels=(0.3, 0.3, 0.3, 0.0), weights=(2.0, 5.0, 4.0, 8.0), slope=0.45, bias=-3.0, threshold=HIGHEST_THRESHOLD)
"""What holds before anything is known of the FAQ and the encoder."""


def lifted(table: Floats, levels: Floats) -> Floats:
    """Returns features scaled so that 0 is the level of unrelated texts and 1 is equality. Shape: as given."""
    return np.asarray(np.clip((table - levels) / np.maximum(1.0 - levels, 1e-3), -1.0, 1.0))


def sigmoid(logits: Any) -> Floats:  # Any: a number or an array of them
    """Returns the probability of log-odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits, -60.0, 60.0))))


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

    return _minimised(derivatives, usual, np.ones(len(usual), dtype=bool))


def fit_odds(sums: Floats, is_right: Floats, shares: Floats, stiffness: float = 1.0) -> tuple[float, float]:
    """Returns slope and bias of the log-odds that the first candidate is right.

    Args:
        sums: the first candidate's weighed sum for each question. Shape: (question,).
        is_right: 1.0 where it is the right one, else 0.0. Shape: (question,).
        shares: how much each question counts. Shape: (question,).
        stiffness: how many times a unit of difference from the usual slope and bias is paid for.
    """
    usual = np.array([USUAL.slope, USUAL.bias])
    columns = np.stack([sums, np.ones_like(sums)], axis=1)

    def derivatives(weights: Floats) -> tuple[Floats, Floats]:
        chances = sigmoid(columns @ weights)
        gradient = columns.T @ (shares * (chances - is_right)) + stiffness * (weights - usual)
        curvature = (columns * (shares * chances * (1 - chances))[:, None]).T @ columns
        return gradient, curvature + stiffness * np.eye(2)

    slope, bias = _minimised(derivatives, usual, np.array([True, False]))
    return float(slope), float(bias)


def _minimised(
    derivatives: Callable[[Floats], tuple[Floats, Floats]], start: Floats, is_bounded: np.ndarray[Any, np.dtype[np.bool_]]
) -> Floats:
    """Returns the minimum of a convex function by Newton's method; bounded weights that would turn negative are held at zero."""
    held = np.zeros(len(start), dtype=bool)
    while True:
        weights = np.where(held, 0.0, start)
        for _ in range(_N_STEPS):
            gradient, curvature = derivatives(weights)
            free = np.flatnonzero(~held)
            step = np.linalg.solve(curvature[np.ix_(free, free)], gradient[free])
            largest = float(np.abs(step).max(initial=0.0))
            weights[free] -= step * min(1.0, 5.0 / max(largest, _ENOUGH))
            if largest < _ENOUGH:
                break
        negative = is_bounded & (weights < 0)
        if not negative.any():
            return weights
        held |= negative
