"""Runs of three and four letters within words, as numbers: what misspelt, joined and bent words still have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from assistant.faq.folding import words

if TYPE_CHECKING:
    from collections.abc import Iterable

Pieces: TypeAlias = "np.ndarray[Any, np.dtype[np.uint32]]"
"""Runs as numbers, rising, each once. Shape: (run,)."""

Counts: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"

_SPACE = 32
_N_BITS = 20
_SPREAD = 2654435761  # the golden ratio of 32 bits: spreads neighbouring numbers over the table


def pieces(texts: Iterable[str]) -> tuple[Pieces, Counts]:
    """Returns the runs of texts and how often each is there. A word's ends are part of its runs; no run goes from word to word."""
    joined = f" {'  '.join(word for text in texts for word in words(text))} "
    read = np.frombuffer(joined.encode("utf-8", "replace"), dtype=np.uint8).astype(np.uint32)
    if len(read) < 4:  # noqa: PLR2004 (the longer run)
        return np.empty(0, np.uint32), np.empty(0, np.float32)
    first, second, third, fourth = read[:-3], read[1:-2], read[2:-1], read[3:]
    short = first << 16 | second << 8 | third
    is_within = (second != _SPACE) & ((first != _SPACE) | (third != _SPACE))
    last = read[-3:]
    ends = last[:1] << 16 | last[1:2] << 8 | last[2:] if _SPACE not in last[:2] else last[:0]
    runs = np.concatenate([short[is_within], ends, (short << 8 | fourth)[is_within & (third != _SPACE)]])
    found, counts = np.unique(runs, return_counts=True)
    return found, counts.astype(np.float32)


class PieceWeights:
    """How much each run says: inverse document frequency, 1 for one that no entry has.

    Args:
        of_entries: the runs of each entry.
    """

    def __init__(self, of_entries: Iterable[Pieces]) -> None:
        listed = list(of_entries)
        self._n_entries = len(listed)
        joined = np.concatenate(listed) if listed else np.empty(0, np.uint32)
        # Counted in a table of fixed size: two runs that meet in a place are both taken for a little more frequent.
        self._counts = np.bincount(_places(joined), minlength=1 << _N_BITS).astype(np.float32)

    def of(self, runs: Pieces) -> Counts:
        """Returns the weight of each run, in (0, 1]."""
        most = np.log1p(max(self._n_entries, 1) / 0.5)
        return np.asarray(np.log1p(max(self._n_entries, 1) / (self._counts[_places(runs)] + 0.5)) / most, dtype=np.float32)


def _places(runs: Pieces) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.asarray((runs.astype(np.uint64) * _SPREAD & 0xFFFFFFFF) >> (32 - _N_BITS), dtype=np.int64)
