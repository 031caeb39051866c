"""Fits what letters say of intents beside the encoder's head where examples are many: softmax regression in small steps.

The head has all but learned its examples by heart, so that nothing would be left to learn beside it. Therefore it is not heard for
most examples, and the letters learn what they can say by themselves; each weight learns at a rate of its own (Duchi et al. 2011).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    Floats = NDArray[np.float32]

EPOCHS = 4
BATCH = 64
RATE = 0.3
LAST_RATE = 0.05
UNHEARD = 0.7
"""Share of the examples of which the head is not heard."""
_LEAST = 1e-10


def fit_steps(values: csr_matrix, logits: Floats, intents: NDArray[np.int64], seed: int = 0) -> Floats:
    """Returns the weights of runs of letters, for logits beside the head's.

    Args:
        values: how much each run counts in each example. Shape: (example, run).
        logits: what the head says. Shape: (example, intent).
        intents: the right ones. Shape: (example,).
        seed: of the order of the examples, and of those that the head is not heard for.

    Returns:
        Shape: (run, intent).
    """
    generator = np.random.default_rng(seed)
    weights = np.zeros((values.shape[1], logits.shape[1]), np.float32)
    squares = np.full_like(weights, _LEAST)
    n_steps, step = EPOCHS * -(-len(intents) // BATCH), 0
    for _ in range(EPOCHS):
        order = generator.permutation(len(intents))
        for first in range(0, len(order), BATCH):
            rows = order[first : first + BATCH]
            heard = generator.random((len(rows), 1), dtype=np.float32) >= UNHEARD
            used, slopes = _slopes(values[rows], logits[rows] * heard, intents[rows], weights)
            squares[used] += np.square(slopes)
            rate = RATE * (1 - step / n_steps * (1 - LAST_RATE))
            weights[used] -= np.float32(rate) * slopes / np.sqrt(squares[used])
            step += 1
    return weights


def _slopes(values: csr_matrix, logits: Floats, intents: NDArray[np.int64], weights: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Returns the runs that some examples have, and the slopes of the mean loss by their weights. Shape: (run, intent)."""
    from scipy.sparse import csr_matrix

    used, places = np.unique(values.indices, return_inverse=True)
    compact = csr_matrix((values.data, places, values.indptr), shape=(values.shape[0], len(used)))
    scores = logits + compact @ weights[used]
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    odds /= odds.sum(axis=1, keepdims=True)
    odds[np.arange(len(intents)), intents] -= 1
    slopes: Floats = (compact.T @ odds) / np.float32(len(intents))
    return used, slopes
