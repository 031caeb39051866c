"""Fits what tells several intents in one message: a logistic regression for each simple intent, on sentence vectors.

Examples join few of the intents that people may join, so that alone they would teach that these few are all there is. Beside them
stand blends: the mean vector of two examples of different intents is about where a message lies that asks for both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assistant.messages import JOINT
from assistant.nlu.several import Several, has_several, simple_intents
from assistant.training.minimising import minimise
from assistant.training.split import assign_folds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

INVERSE_PENALTY = 20.0
STEPS = 60
FOLDS = 3
_LEAST_LENGTH = 1e-6
_TEMPERATURES = tuple(float(value) for value in np.exp(np.linspace(np.log(0.25), np.log(4.0), 33)))


@dataclass(frozen=True, slots=True)
class FittedSeveral:
    """What tells several intents, and what such say of the examples.

    Attributes:
        several: fitted to all examples.
        held: log-odds of each example by what was fitted without it. Shape: (example, simple intent).
    """

    several: Several
    held: NDArray[np.float64]


def fit_several(vectors: Floats, labels: Sequence[str], seed: int) -> FittedSeveral | None:
    """Returns what tells the intents of examples; None where no label joins several.

    Args:
        vectors: sentence vectors of length one. Shape: (example, hidden).
        labels: of the examples, such as ``cancel+refund``.
        seed: of the blends, and of the folds by which the temperature is chosen.
    """
    if not has_several(labels):
        return None
    names = simple_intents(labels)
    index = {name: number for number, name in enumerate(names)}
    targets = np.zeros((len(labels), len(names)), dtype=np.float32)
    for row, label in enumerate(labels):
        targets[row, [index[part] for part in label.split(JOINT)]] = 1.0
    fitted = _fit_blended(vectors, targets, seed)
    held = _held_out(vectors, targets, np.array(assign_folds(list(labels), FOLDS, seed)), seed)
    temperature = _best_temperature(held, targets)
    several = Several(tuple(sorted(set(labels))), fitted[:-1].copy(), fitted[-1].copy(), temperature)
    return FittedSeveral(several, held.astype(np.float64) / temperature)


def _fit_blended(vectors: Floats, targets: Floats, seed: int) -> Floats:
    """Returns weights that fit the examples, and about as many blends of them; as `_fit`."""
    blends, meant = _blends(vectors, targets, seed)
    return _fit(np.concatenate([vectors, blends]), np.concatenate([targets, meant]))


def _blends(vectors: Floats, targets: Floats, seed: int) -> tuple[Floats, Floats]:
    """Returns means of the vectors of random pairs of examples with one intent each, of length one, and what the pairs mean."""
    generator = np.random.default_rng(seed)
    single = np.flatnonzero(targets.sum(axis=1) == 1.0)
    pairs = generator.integers(0, max(1, len(single)), size=(len(vectors) if len(single) else 0, 2))
    first, second = single[pairs[:, 0]], single[pairs[:, 1]]
    differ = (targets[first] != targets[second]).any(axis=1)
    first, second = first[differ], second[differ]
    sums = vectors[first] + vectors[second]
    lengths = np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), _LEAST_LENGTH)
    return (sums / lengths).astype(np.float32), np.maximum(targets[first], targets[second])


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


def _held_out(vectors: Floats, targets: Floats, folds: NDArray[np.int64], seed: int) -> Floats:
    """Returns the logits of each example by what was fitted to the other folds. Shape: (example, intent)."""
    held = np.zeros_like(targets)
    for fold in range(FOLDS):
        outside = folds == fold
        if outside.any() and not outside.all():
            fitted = _fit_blended(vectors[~outside], targets[~outside], seed)
            held[outside] = vectors[outside] @ fitted[:-1] + fitted[-1]
    return held


def _best_temperature(held: Floats, targets: Floats) -> float:
    """Returns the temperature under which examples that were held out are most probable."""
    losses = [float(_losses(held / value, targets).mean()) for value in _TEMPERATURES]
    return round(_TEMPERATURES[int(np.argmin(losses))], 4)
