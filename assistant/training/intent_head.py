"""Fits the intent head on sentence vectors: multinomial logistic regression with an L2 penalty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assistant.albert.plain_heads import Linear
from assistant.training.features import intent_weights
from assistant.training.minimising import minimise

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Shape: TypeAlias = Callable[[NDArray[np.floating]], NDArray[np.floating]]

STEPS = 60
ENOUGH = 3e-5
"""Fall of the loss in a step below which the head is fitted."""
_LEAST_PENALTY = 1e-6


def fit_intents(
    start: Linear, vectors: Floats, intents: NDArray[np.int64], penalty: float, balance: float, shape: Shape | None = None
) -> Linear:
    """Returns the head that fits examples best.

    Args:
        start: where to begin; what comes out hardly depends on it.
        vectors: of length one. Shape: (example, width).
        intents: the right ones. Shape: (example,).
        penalty: on the squared weights, beside the mean loss of an example.
        balance: 0 weighs every example alike, 1 every intent.
        shape: as `shape_of` gives it for examples like these; None makes it of these.
    """
    n_intents = len(start.bias)
    by_intent = intent_weights(intents.tolist(), n_intents, balance)[intents]
    weights = (by_intent / by_intent.sum()).astype(np.float32)
    inputs = _inputs(vectors)
    loss = _loss(inputs, intents, weights, penalty)
    shape = shape or shape_of(vectors, penalty, n_intents)
    found = minimise(loss, np.concatenate([start.weights, start.bias[None]]), steps=STEPS, enough=ENOUGH, shape=shape)
    return Linear(np.ascontiguousarray(found[:-1], np.float32), np.ascontiguousarray(found[-1], np.float32))


def _inputs(vectors: Floats) -> Floats:
    """Returns what the head multiplies, with ones for its bias. Shape: (example, width + 1)."""
    ones = np.ones((len(vectors), 1), dtype=np.float32)
    return np.concatenate([vectors * np.float32(vectors.shape[1] ** 0.5), ones], axis=1)


def _loss(
    inputs: Floats, intents: NDArray[np.int64], weights: Floats, penalty: float
) -> Callable[[NDArray[np.floating]], tuple[float, NDArray[np.floating]]]:
    rows, share = np.arange(len(inputs)), weights[:, None]

    def value_and_slope(head: NDArray[np.floating]) -> tuple[float, NDArray[np.floating]]:
        logits = inputs @ head
        logits -= logits.max(axis=1, keepdims=True)
        right = logits[rows, intents]
        odds = np.exp(logits, out=logits)
        total = odds.sum(axis=1, keepdims=True)
        value = float(np.dot(weights, np.log(total[:, 0]) - right)) + penalty / 2 * float(np.square(head[:-1]).sum())
        odds *= share / total
        odds[rows, intents] -= weights
        slope = inputs.T @ odds
        slope[:-1] += np.float32(penalty) * head[:-1]
        return value, slope

    return value_and_slope


def shape_of(vectors: Floats, penalty: float, n_intents: int) -> Shape:
    """Returns what turns slopes into steps: the inverse of the second derivatives, with those of the softmax taken as one number.

    Vectors differ fifty times as much in some directions as in others; with this, steps are as long as they should be in each. What
    is fitted hardly depends on it, so fits to most of the same examples may share one.

    Args:
        vectors: of length one. Shape: (example, width).
        penalty: on the squared weights, beside the mean loss of an example.
        n_intents: of the model.
    """
    bend = min(0.25, 2.0 / n_intents)  # probability times its complement, averaged over intents, some steps from the start
    inputs = _inputs(vectors)
    second = bend / len(inputs) * (inputs.T @ inputs).astype(np.float64)
    second[np.diag_indices(len(second) - 1)] += max(penalty, _LEAST_PENALTY)
    second[-1, -1] += _LEAST_PENALTY
    inverse = np.linalg.inv(second).astype(np.float32)
    return lambda slope: inverse @ slope
