"""Which entries have a word, and how much of them it is: the bm25 of all entries by a few additions of arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"

_DENSE_SHARE = 0.1
"""A word that more of the entries have is kept as a number for each of them: adding whole arrays is quicker than some places."""


class Postings:
    """The words of all entries, turned round.

    Args:
        of_entries: how often each word is in each entry.
        damping: of each entry; so often a word must be there to count half. Shape: (entry,).
    """

    def __init__(self, of_entries: Sequence[Mapping[str, int]], damping: Sequence[float]) -> None:
        self._n_entries = len(of_entries)
        lengths = [len(words) for words in of_entries]
        self._places: dict[str, int] = {}
        ids = np.fromiter(
            (self._places.setdefault(word, len(self._places)) for words in of_entries for word in words), np.intp, sum(lengths)
        )
        counts = np.fromiter((count for words in of_entries for count in words.values()), np.float32, sum(lengths))
        owners = np.repeat(np.arange(self._n_entries, dtype=np.int32), lengths)
        shares = counts / (counts + np.asarray(damping, dtype=np.float32)[owners])
        order = np.argsort(ids, kind="stable")
        self._owners, self._shares = owners[order], shares[order]
        self._ends = np.cumsum(np.bincount(ids, minlength=len(self._places)))
        self._dense: dict[int, Floats] = {}
        for place in np.flatnonzero(np.diff(self._ends, prepend=0) > _DENSE_SHARE * self._n_entries).tolist():
            self._dense[place] = self._spread(place)

    def bm25(self, weights: Mapping[str, float]) -> Floats:
        """Returns for each entry the sum of the weights of the words that it has, each damped. Shape: (entry,)."""
        total = np.zeros(self._n_entries, dtype=np.float32)
        for word, weight in weights.items():
            place = self._places.get(word)
            if place is None:
                continue
            if place in self._dense:
                total += np.float32(weight) * self._dense[place]
            else:
                found = self._found(place)
                total[self._owners[found]] += np.float32(weight) * self._shares[found]  # an entry is there once a word
        return total

    def _spread(self, place: int) -> Floats:
        found, row = self._found(place), np.zeros(self._n_entries, dtype=np.float32)
        row[self._owners[found]] = self._shares[found]
        return row

    def _found(self, place: int) -> slice:
        return slice(int(self._ends[place - 1]) if place else 0, int(self._ends[place]))
