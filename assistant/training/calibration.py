"""Makes confidences mean what they say, by examples that the model was not trained on.

Sources: Guo et al. 2017, section 4.2 for the temperature and section 2 for the calibration error; Platt 1999 for the odds of the
first intent and for what is aimed at: that none of a few examples is wrong does not say that none ever is. Fitted to the examples
alone, a small bot that gets all of them right would be sure of whatever it reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assistant.nlu.calibration import Calibration
from assistant.nlu.tags import log_softmax
from assistant.training.minimising import minimise

if TYPE_CHECKING:
    from numpy.typing import NDArray

BINS = 15
CHANCES = 100
"""Times that answers are drawn to see what calibration error chance gives."""
_LEAST = 1e-12
_LEAST_SLOPE = 0.05
_STEPS = 50
_TEMPERATURES = np.exp(np.linspace(np.log(0.05), np.log(20.0), 241))


def fit_calibration(logits: NDArray[np.floating], intents: NDArray[np.integer]) -> Calibration:
    """Returns the calibration that suits held-out examples.

    Args:
        logits: of at least one example. Shape: (example, intent).
        intents: the right ones. Shape: (example,).
    """
    temperature = best_temperature(logits, intents)
    logs = log_softmax(logits, temperature)
    first = logs.max(axis=1)
    odds = first - np.log(np.maximum(-np.expm1(first), _LEAST))
    slope, offset = _fitted_odds(odds, logits.argmax(axis=1) == intents)
    return Calibration(temperature, round(max(slope, _LEAST_SLOPE), 4), round(offset, 4))


def _fitted_odds(odds: NDArray[np.float64], is_right: NDArray[np.bool_]) -> tuple[float, float]:
    """Returns the slope and the offset of a logistic regression.

    They are held near 1 and 0 as by a normal distribution of deviation 1: a few examples must not say that nothing is sure. Nor
    that all is: right and wrong ones count as if there were one more of each.
    """
    inputs, usual = np.stack([odds, np.ones(len(odds))], axis=1), np.array([1.0, 0.0])  # (example, 2)
    n_right = int(is_right.sum())
    aims = np.where(is_right, (n_right + 1) / (n_right + 2), 1 / (len(is_right) - n_right + 2))

    def value_and_slope(weights: NDArray[np.floating]) -> tuple[float, NDArray[np.floating]]:
        logits, away = inputs @ weights, weights - usual
        losses = np.logaddexp(0.0, logits) - aims * logits
        return float(losses.sum() + away @ away / 2), (np.exp(-np.logaddexp(0.0, -logits)) - aims) @ inputs + away

    slope, offset = minimise(value_and_slope, usual, steps=_STEPS).tolist()
    return slope, offset


def best_temperature(logits: NDArray[np.floating], intents: NDArray[np.integer]) -> float:
    """Returns the temperature under which held-out examples are most probable, and one more of any intent; 1.0 when there are none.

    Args:
        logits: Shape: (example, intent).
        intents: the right ones. Shape: (example,).
    """
    if not len(intents):
        return 1.0
    rows = np.arange(len(intents))

    def loss(index: int) -> float:
        logs = log_softmax(logits, _TEMPERATURES[index])
        return float(-logs[rows, intents].sum() - logs.mean())

    # The loss is convex in the inverse of the temperature: it falls, and then it rises.
    low, high = 0, len(_TEMPERATURES) - 1
    while low < high:
        middle = (low + high) // 2
        if loss(middle) <= loss(middle + 1):
            high = middle
        else:
            low = middle + 1
    return round(float(_TEMPERATURES[low]), 4)


def calibration_error(confidences: NDArray[np.floating], is_right: NDArray[np.bool_]) -> float:
    """Returns the expected calibration error: how far confidence is from accuracy, over bins of like confidence.

    Args:
        confidences: of the chosen intents, in [0, 1]. Shape: (example,).
        is_right: whether they were right. Shape: (example,).
    """
    if not len(confidences):
        return 0.0
    bins = np.minimum((confidences * BINS).astype(int), BINS - 1)
    gaps = [abs(confidences[bins == b].mean() - is_right[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)]
    return float(sum(gaps))


def chance_error(confidences: NDArray[np.floating]) -> float:
    """Returns the mean calibration error that confidences would show if each were the chance of being right: it is never 0.

    Args:
        confidences: of the chosen intents, in [0, 1]. Shape: (example,).
    """
    generator = np.random.default_rng(0)
    draws = (generator.random(len(confidences)) < confidences for _ in range(CHANCES))
    return float(np.mean([calibration_error(confidences, is_right) for is_right in draws]))
