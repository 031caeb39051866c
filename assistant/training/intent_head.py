"""Fits the intent head on sentence vectors: multinomial logistic regression with an L2 penalty.

It is fitted along the directions in which the vectors differ: there the loss bends by itself in each, so that a step can be as long
as it should be, and hundreds in which they hardly differ are left out. What comes of it is a head for the vectors as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assistant.albert.plain_heads import Linear
from assistant.training.features import intent_weights
from assistant.training.minimising import minimise

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

STEPS = 60
ENOUGH = 3e-5
"""Fall of the loss in a step below which the head is fitted."""
KEPT = 0.995
"""Share of the spread of vectors that the directions hold. On the shipped bot that is half of the directions; the loss of held-out
examples is the same to two thousandths under any of the penalties that are tried."""
_LEAST_PENALTY = 1e-6


class Directions:
    """The directions in which vectors differ most, at right angles to one another.

    Args:
        vectors: of length one; scaled so that their components have about unit variance. Shape: (example, width).
    """

    def __init__(self, vectors: Floats) -> None:
        scaled = _scaled(vectors)
        self._centre = scaled.mean(axis=0)
        around = scaled - self._centre
        spread, axes = np.linalg.eigh((around.T @ around).astype(np.float64) / len(around))
        spread, axes = np.maximum(spread[::-1], 0.0), axes[:, ::-1]
        n_kept = 1 + int((np.cumsum(spread) < KEPT * spread.sum()).sum())
        self.spread = spread[:n_kept]
        self._axes = np.ascontiguousarray(axes[:, :n_kept], dtype=np.float32)

    def along(self, vectors: Floats) -> Floats:
        """Returns where vectors lie along the directions, from their centre, with ones for a bias. Shape: (example, n + 1)."""
        return np.concatenate([(_scaled(vectors) - self._centre) @ self._axes, np.ones((len(vectors), 1), np.float32)], axis=1)

    def turned(self, head: Linear) -> Floats:
        """Returns a head for vectors as one for what `along` gives. Shape: (n + 1, intent)."""
        return np.concatenate([self._axes.T @ head.weights, (head.bias + self._centre @ head.weights)[None]])

    def turned_back(self, found: NDArray[np.floating]) -> Linear:
        """Returns a head for what `along` gives as one for vectors."""
        weights = self._axes @ found[:-1].astype(np.float32)
        return Linear(weights, (found[-1] - self._centre @ weights).astype(np.float32))


def fit_intents(
    start: Linear, places: Floats, intents: NDArray[np.int64], penalty: float, balance: float, directions: Directions
) -> Linear:
    """Returns the head that fits examples best.

    Args:
        start: where to begin; what comes out hardly depends on it.
        places: of the examples' vectors along the directions. Shape: (example, n + 1).
        intents: the right ones. Shape: (example,).
        penalty: on the squared weights, beside the mean loss of an example.
        balance: 0 weighs every example alike, 1 every intent.
        directions: of vectors like these.
    """
    n_intents = len(start.bias)
    by_intent = intent_weights(intents.tolist(), n_intents, balance)[intents]
    weights = (by_intent / by_intent.sum()).astype(np.float32)
    # The inverse of the second derivatives, with those of the softmax taken as one number: probability times its complement,
    # averaged over intents, some steps from the start. What is fitted hardly depends on it.
    bend = min(0.25, 2.0 / n_intents)
    second = np.append(bend * directions.spread + max(penalty, _LEAST_PENALTY), bend)
    inverse = (1.0 / second).astype(np.float32)[:, None]
    loss = _loss(places, intents, weights, penalty)
    found = minimise(loss, directions.turned(start), steps=STEPS, enough=ENOUGH, shape=lambda slope: inverse * slope)
    return directions.turned_back(found)


def _scaled(vectors: Floats) -> Floats:
    return vectors * np.float32(vectors.shape[1] ** 0.5)


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
