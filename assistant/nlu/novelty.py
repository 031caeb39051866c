"""Says how strange a sentence vector is: its distance to the intents that a model was trained on.

Low confidence is no sign of strangeness (a question on the border of two intents has it too), and high confidence none of
familiarity; the distance to what was seen is a score of its own. It is Mahalanobis' distance to the nearest intent: in directions
in which the examples of an intent differ among themselves a text may go far, in others not (Lee et al. 2018). Examples of what is
out of scope are not among what is familiar: a text is not in scope for being like them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

OUT_OF_SCOPE_INTENTS = frozenset({"out_of_scope", "oos"})
"""Examples of these intents are texts out of scope."""
SHRINKAGE = 0.6
"""Share of the covariance that is taken as the same in all directions: of vectors with hundreds of components, a dozen examples an
intent tell little. From 0.3 on, more and less of it tell texts out of scope apart about as well."""
KEPT_IN_SCOPE = 0.95
"""Share of the examples that are less strange than 1."""
_LEAST_SPREAD = 1e-6


@dataclass(frozen=True, slots=True)
class Novelty:
    """The intents that are familiar.

    Attributes:
        whitening: makes the examples of an intent spread alike in all directions. Shape: (hidden, hidden).
        centres: of the intents, whitened. Shape: (intent, hidden).
        scale: the distance that counts as 1.
    """

    whitening: Vectors
    centres: Vectors
    scale: float

    @classmethod
    def of(cls, vectors: Vectors, intents: Sequence[str], unseen: Sequence[bool] | None = None) -> Novelty:
        """Returns what is familiar after training on these vectors.

        Args:
            vectors: of the training examples. Shape: (n, hidden).
            intents: of the examples.
            unseen: which of them the encoder was not trained on: they alone say how far texts in scope lie. None: all.
        """
        labels = np.asarray(intents)
        inside = ~np.isin(labels, sorted(OUT_OF_SCOPE_INTENTS))
        inside = inside if inside.any() else np.ones_like(inside)
        rows = vectors[inside].astype(np.float64)
        names, owners, counts = np.unique(labels[inside], return_inverse=True, return_counts=True)
        centres = np.zeros((len(names), rows.shape[1]))
        np.add.at(centres, owners, rows)
        centres /= counts[:, None]
        share = (1 - SHRINKAGE) / max(1, len(rows) - len(names))
        whitening = _whitening(rows - centres[owners], share)
        distances = _left_out(rows @ whitening, centres @ whitening, owners, counts, share)
        looked_at = np.ones(len(rows), dtype=bool) if unseen is None else np.asarray(unseen, dtype=bool)[inside]
        scale = float(np.quantile(distances[looked_at] if looked_at.any() else distances, KEPT_IN_SCOPE))
        return cls(whitening.astype(np.float32), (centres @ whitening).astype(np.float32), max(scale, _LEAST_SPREAD))

    def strangeness(self, vectors: Vectors) -> Vectors:
        """Returns the distance of each vector to the nearest intent; 95 % of texts in scope are expected below 1.

        Args:
            vectors: Shape: (n, hidden).
        """
        # A row at a time: the library chooses other kernels for other shapes, and no result may depend on its neighbours.
        return np.array([self.distance(row) for row in vectors], dtype=np.float32)

    def distance(self, vector: Vectors) -> float:
        """Returns the distance of one vector to the nearest intent. Shape: (hidden,)."""
        away = self.centres - vector @ self.whitening
        return math.sqrt(np.einsum("ij,ij->i", away, away).min()) / self.scale


def _whitening(residuals: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Returns the inverse root of the shrunk covariance of what examples are apart from their intent's centre."""
    covariance = share * residuals.T @ residuals
    spread = max(float(np.trace(covariance)) / (1 - SHRINKAGE) / len(covariance), _LEAST_SPREAD)
    values, directions = np.linalg.eigh(covariance + SHRINKAGE * spread * np.eye(len(covariance)))
    whitening: NDArray[np.float64] = (directions / np.sqrt(values)) @ directions.T
    return whitening


def _left_out(
    rows: NDArray[np.float64], centres: NDArray[np.float64], owners: NDArray[np.intp], counts: NDArray[np.intp], share: float
) -> NDArray[np.float64]:
    """Returns how far each example would lie from the nearest intent, had it not been among the examples.

    Without it, its intent's centre lies further away, and the covariance loses one product, so that its inverse gains one (Sherman
    and Morrison 1950). An intent's only example lies as far away as the other intents do.

    Args:
        rows: the examples, whitened. Shape: (n, hidden).
        centres: of the intents, whitened. Shape: (intent, hidden).
        owners: the intent of each example. Shape: (n,).
        counts: examples of each intent. Shape: (intent,).
        share: of a product in the covariance.
    """
    residuals, every = rows - centres[owners], np.arange(len(rows))
    alone = counts[owners] == 1
    factor = counts[owners] / np.maximum(counts[owners] - 1, 1)  # of the residual, and of its product
    own = np.square(residuals).sum(axis=1)
    gain = share * factor / np.maximum(1 - share * factor * own, _LEAST_SPREAD)
    along = (rows * residuals).sum(axis=1)[:, None] - residuals @ centres.T  # (n, intent)
    squared = np.square(rows).sum(axis=1)[:, None] - 2 * rows @ centres.T + np.square(centres).sum(axis=1)
    squared = squared + gain[:, None] * np.square(along)
    squared[every, owners] = np.where(alone, np.inf, squared[every, owners] * np.square(factor))
    nearest = squared.min(axis=1)
    distances: NDArray[np.float64] = np.sqrt(np.maximum(np.where(np.isfinite(nearest), nearest, own), 0.0))
    return distances
