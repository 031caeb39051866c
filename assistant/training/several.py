"""Fits what tells several intents in one message: a logistic regression for each simple intent, on sentence vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assistant.nlu.several import JOINT, Several, has_several, simple_intents
from assistant.training.minimising import minimise
from assistant.training.split import assign_folds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

INVERSE_PENALTY = 20.0
STEPS = 60
FOLDS = 3
_TEMPERATURES = tuple(float(value) for value in np.exp(np.linspace(np.log(0.25), np.log(4.0), 33)))


def fit_several(vectors: Floats, labels: Sequence[str], seed: int) -> Several | None:
    """Returns what tells the intents of examples; None where no label joins several.

    Args:
        vectors: sentence vectors of length one. Shape: (example, hidden).
        labels: of the examples, such as ``cancel+refund``.
        seed: of the folds by which the temperature is chosen.
    """
    if not has_several(labels):
        return None
    names = simple_intents(labels)
    index = {name: number for number, name in enumerate(names)}
    targets = np.zeros((len(labels), len(names)), dtype=np.float32)
    for row, label in enumerate(labels):
        targets[row, [index[part] for part in label.split(JOINT)]] = 1.0
    fitted = _fit(vectors, targets)
    temperature = _best_temperature(vectors, targets, np.array(assign_folds(list(labels), FOLDS, seed)))
    return Several(tuple(sorted(set(labels))), fitted[:-1].copy(), fitted[-1].copy(), temperature)


def _fit(vectors: Floats, targets: Floats) -> Floats:
    """Returns weights that fit all intents, one apart from the other; the last row is the bias. Shape: (hidden + 1, intent)."""
    inputs = np.concatenate([vectors, np.ones_like(vectors[:, :1])], axis=1).astype(np.float64)
    share = np.clip(targets.mean(axis=0), 1e-3, 1 - 1e-3)
    start = np.zeros((inputs.shape[1], targets.shape[1]))
    start[-1] = np.log(share / (1 - share))

    def value_and_slope(weights: NDArray[np.floating]) -> tuple[float, NDArray[np.floating]]:
        logits = inputs @ weights
        value = float(_losses(logits, targets).sum() + np.square(weights[:-1]).sum() / (2 * INVERSE_PENALTY))
        slope = inputs.T @ ((1 + np.tanh(logits / 2)) / 2 - targets)
        slope[:-1] += weights[:-1] / INVERSE_PENALTY
        return value, slope

    return minimise(value_and_slope, start, steps=STEPS).astype(np.float32)


def _losses(logits: NDArray[np.floating], targets: Floats) -> NDArray[np.floating]:
    """Returns the negative log-probability of each target."""
    losses: NDArray[np.floating] = np.logaddexp(0.0, logits) - targets * logits
    return losses


def _best_temperature(vectors: Floats, targets: Floats, folds: NDArray[np.int64]) -> float:
    """Returns the temperature under which examples that were held out are most probable."""
    held = np.zeros_like(targets)
    for fold in range(FOLDS):
        outside = folds == fold
        if outside.any() and not outside.all():
            fitted = _fit(vectors[~outside], targets[~outside])
            held[outside] = vectors[outside] @ fitted[:-1] + fitted[-1]
    losses = [float(_losses(held / value, targets).mean()) for value in _TEMPERATURES]
    return round(_TEMPERATURES[int(np.argmin(losses))], 4)
