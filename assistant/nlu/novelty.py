"""Says how strange a sentence vector is: its distance to the nearest of the vectors that a model was trained on.

Low confidence is no sign of strangeness (a question on the border of two intents has it too), and high confidence none of
familiarity; the distance to what was seen is a score of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

MAX_PER_INTENT = 40
_ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Novelty:
    """The vectors that are familiar.

    Attributes:
        mean: of all training vectors; distances are taken around it, since the vectors of an encoder share a direction that
            says nothing. Shape: (hidden,).
        familiar: normalised after the mean is taken off. Shape: (n, hidden).
    """

    mean: Vectors
    familiar: Vectors

    @classmethod
    def of(cls, vectors: Vectors, intents: Sequence[str]) -> Novelty:
        """Returns what is familiar after training on these vectors.

        Args:
            vectors: of the training examples. Shape: (n, hidden).
            intents: of the examples. One with more than MAX_PER_INTENT examples is represented by as many centroids.
        """
        mean = vectors.mean(axis=0)
        centred = _normalised(vectors - mean)
        labels = np.asarray(intents)
        groups = [_condensed(centred[labels == intent]) for intent in sorted(set(intents))]
        return cls(mean, np.concatenate(groups).astype(np.float32))

    def strangeness(self, vectors: Vectors) -> Vectors:
        """Returns the cosine distance of each vector to the nearest familiar one, from 0 to 2.

        Args:
            vectors: Shape: (n, hidden).
        """
        # A row at a time: the library chooses other kernels for other shapes, and no result may depend on its neighbours.
        nearest = [float((self.familiar @ row).max()) for row in _normalised(vectors - self.mean)]
        return np.asarray([max(0.0, 1.0 - value) for value in nearest], dtype=np.float32)


def _normalised(vectors: Vectors) -> Vectors:
    norms = np.sqrt((vectors * vectors).sum(axis=-1, keepdims=True))
    result: Vectors = vectors / np.maximum(norms, 1e-12)
    return result


def _condensed(vectors: Vectors) -> Vectors:
    """Returns the vectors themselves, or centroids by spherical k-means when there are many; always the same for the same input."""
    if len(vectors) <= MAX_PER_INTENT:
        return vectors
    centroids: Vectors = vectors[np.linspace(0, len(vectors) - 1, MAX_PER_INTENT).astype(int)]
    for _ in range(_ROUNDS):
        owner = (vectors @ centroids.T).argmax(axis=1)
        means = [vectors[owner == k].mean(axis=0) if (owner == k).any() else centroids[k] for k in range(MAX_PER_INTENT)]
        centroids = _normalised(np.stack(means).astype(np.float32))
    return centroids
