"""Tells the candidates of one question apart: a small classifier fitted on the spot to what the candidates were asked and answer.

Likeness alone asks how near a question is to an entry; what tells an entry from its neighbours is another matter, and a handful of
examples of each is enough to learn it. Fitted to a dozen candidates it takes a millisecond, holds for an FAQ of any size, and knows
an edit at once, since nothing is kept.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.albert.activations import softmax

if TYPE_CHECKING:
    from assistant.faq.features import Floats
    from assistant.faq.grouped import Vectors

_SHARPNESS = 10.0
"""How many times a cosine counts; with the penalty below it says how far the classifier trusts its few examples."""

_PENALTY = 0.1
_N_STEPS = 25
_MIN_LOG = 6.0
"""A candidate less likely than e to the minus this is as good as ruled out."""


def discriminant(query: Vectors, examples: Vectors, owners: np.ndarray[Any, np.dtype[np.intp]], n_candidates: int) -> Floats:
    """Returns how likely each candidate is the one, among these: 1 is certain, 0 or less is ruled out.

    Multinomial logistic regression on the centred cosines of the examples, every candidate counting alike however many it has, by
    accelerated gradient descent in its dual form.

    Args:
        query: the question's vector. Shape: (dimension,).
        examples: vectors of the candidates' questions and answers. Shape: (example, dimension).
        owners: which candidate each example is of. Shape: (example,).
        n_candidates: how many there are; one without examples is as likely as chance has it.

    Returns:
        Shape: (n_candidates,).
    """
    counts = np.bincount(owners, minlength=n_candidates)
    shares = (len(examples) / max(int((counts > 0).sum()), 1) / counts[owners]).astype(np.float32)
    middle = shares @ examples / len(examples)
    centred = examples - middle
    kernel = (centred @ centred.T) * _SHARPNESS
    rate = np.float32(1.0 / (0.5 * _largest_eigenvalue(kernel) * float(shares.max()) + _PENALTY))
    # A candidate is a row: sums over rows are what takes most of the time, and are quicker that way round.
    target = np.zeros((n_candidates, len(examples)), dtype=np.float32)
    target[owners, np.arange(len(examples))] = rate * shares
    pull, kept = rate * shares, 1.0 - rate * np.float32(_PENALTY)
    weights = np.zeros_like(target)
    ahead, pace = weights, 1.0
    for _ in range(_N_STEPS):
        chances = softmax(ahead @ kernel, axis=0)
        chances *= pull
        moved = kept * ahead
        moved -= chances
        moved += target
        next_pace = (1.0 + math.sqrt(1.0 + 4.0 * pace * pace)) / 2.0
        ahead = moved - weights
        ahead *= np.float32((pace - 1.0) / next_pace)
        ahead += moved
        weights, pace = moved, next_pace
    logits = weights @ (centred @ (query - middle) * _SHARPNESS)
    logs = logits - logits.max()
    return np.asarray(1.0 + (logs - np.log(np.exp(logs).sum())) / _MIN_LOG, dtype=np.float64)


def _largest_eigenvalue(kernel: Any) -> float:
    """Returns it a little too high, which keeps steps small enough."""
    direction = kernel.sum(axis=1) + np.float32(1e-6)
    length = 1.0
    for _ in range(6):
        direction = kernel @ (direction / max(float(np.linalg.norm(direction)), 1e-12))
        length = float(np.linalg.norm(direction))
    return 1.1 * max(length, 1e-6)
