"""Vectors that belong to entries: several to each, kept one after another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

Vectors: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"
"""Normalised sentence vectors. Shape: (text, dimension)."""

Positions: TypeAlias = "np.ndarray[Any, np.dtype[np.intp]]"
"""Entries, by position."""


class Grouped:
    """The vectors of all entries.

    Args:
        of_entries: the vectors of each entry, at least one.
    """

    def __init__(self, of_entries: Sequence[Vectors]) -> None:
        self.vectors = np.concatenate(of_entries)
        self.counts = np.array([len(made) for made in of_entries], dtype=np.intp)
        self.starts = _starts(self.counts)

    @property
    def owners(self) -> Positions:
        """The entry of each vector."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    def of(self, entry: int) -> Vectors:
        """Returns the vectors of an entry."""
        return self.vectors[self.starts[entry] : self.starts[entry] + self.counts[entry]]

    def sums(self) -> Vectors:
        """Returns the sum of each entry's vectors. Shape: (entry, dimension)."""
        return np.asarray(np.add.reduceat(self.vectors, self.starts))

    def rows(self, entries: Positions) -> Positions:
        """Returns the rows of the vectors of some entries, in the entries' order."""
        counts = self.counts[entries]
        return np.repeat(self.starts[entries] - _starts(counts), counts) + np.arange(counts.sum())

    def nearest(self, query: Vectors, entries: Positions, hidden: int | None = None) -> Vectors:
        """Returns the cosine of the nearest vector of each entry.

        Args:
            query: Shape: (dimension,).
            entries: those that are wanted.
            hidden: the row that counts as not there; None: none.
        """
        is_all = len(entries) == len(self.counts) and bool((entries == np.arange(len(entries))).all())
        rows = np.arange(len(self.vectors)) if is_all else self.rows(entries)
        cosines = (self.vectors if is_all else self.vectors[rows]) @ query
        if hidden is not None:
            cosines[rows == hidden] = -1.0
        return np.asarray(np.maximum.reduceat(cosines, _starts(self.counts[entries])))


def _starts(counts: Positions) -> Positions:
    return np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.intp)
