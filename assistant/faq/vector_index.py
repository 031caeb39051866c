"""Finds the nearest of very many vectors: their signs first, one bit a dimension, then the best of those in half precision.

Comparing signs is exclusive-or and a count of bits, so a million vectors of 384 dimensions are gone through in 48 MB of memory.
What comes out best by signs is then compared by cosine. Vectors that are in memory anyway are used as they are. Nothing is trained
and nothing is linked: a vector is found as soon as it is added, and an index on disk is mapped into memory, not read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.faq.grouped import Vectors

MIN_COMPARED, COMPARED_SHARE = 2_000, 0.004
"""Of so many vectors, and of this share of all, cosines are taken. Measured: `tests/benchmarks/bench_faq.py`."""

_BLOCK = 1 << 16  # rows at a time, so that what is worked on stays in the processor's cache
_WORD = 64
_WORDS_A_BYTE = 3  # as many counts of bits as a byte surely holds: adding bytes is quicker than adding wider numbers
_N_SAMPLED = 10_000
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class VectorIndex:
    """Vectors ready to be searched. Made by `of` or `load`.

    Attributes:
        mean: of all vectors; signs are taken around it, since an encoder's vectors share a direction that says nothing.
        signs: one bit a dimension. Shape: (dimension / 64, vector) uint64.
        rows: the vectors. Shape: (vector, dimension), float16 unless they were to stay as they are.
    """

    mean: Any
    signs: Any
    rows: Any

    def __len__(self) -> int:
        return len(self.rows)

    @classmethod
    def of(cls, vectors: Vectors, *, halved: bool = True) -> VectorIndex:
        """Returns the index of vectors of length one.

        Args:
            vectors: of any dimension. Shape: (vector, dimension).
            halved: keep a copy in half precision; else the vectors themselves, which takes no time to turn back.
        """
        sample = vectors[:: max(1, len(vectors) // _N_SAMPLED)]
        mean = sample.sum(axis=0, dtype=np.float32) / max(len(sample), 1)
        signs = np.empty((-(-vectors.shape[1] // _WORD), len(vectors)), dtype=np.uint64)
        for start in range(0, len(vectors), _BLOCK):
            block = np.asarray(vectors[start : start + _BLOCK], dtype=np.float32)
            signs[:, start : start + _BLOCK] = _signs(block - mean)
        return cls(mean, signs, vectors.astype(np.float16) if halved else vectors)

    def nearest(self, query: Vectors, n_wanted: int, n_compared: int | None = None) -> tuple[Any, Vectors]:
        """Returns the numbers of the nearest vectors, the nearest first, and their cosines.

        Args:
            query: of length one. Shape: (dimension,).
            n_wanted: how many.
            n_compared: of how many cosines are taken; None: as many as give 98 % and more of the true nearest.
        """
        if not len(self):
            return np.empty(0, np.intp), np.empty(0, np.float32)
        n_compared = n_compared or max(MIN_COMPARED, int(COMPARED_SHARE * len(self)))
        found = self._like(query, max(n_compared, n_wanted))
        cosines = self.rows[found].astype(np.float32, copy=False) @ query
        order = np.argsort(-cosines, kind="stable")[:n_wanted]
        return found[order], cosines[order]

    def _like(self, query: Vectors, n_wanted: int) -> Any:
        """Returns about so many vectors whose signs differ least from the query's."""
        if n_wanted >= len(self):
            return np.arange(len(self))
        asked = _signs((query - self.mean)[None])[:, 0]
        differing = np.empty(len(self), dtype=np.uint16)
        for start in range(0, len(self), _BLOCK):
            block = slice(start, start + _BLOCK)
            differing[block] = 0
            for first in range(0, len(asked), _WORDS_A_BYTE):
                words = range(first, min(first + _WORDS_A_BYTE, len(asked)))
                counts = np.bitwise_count(self.signs[words[0], block] ^ asked[words[0]])
                for word in words[1:]:
                    counts += np.bitwise_count(self.signs[word, block] ^ asked[word])
                differing[block] += counts
        histogram = np.cumsum(np.bincount(differing, minlength=1))
        return np.flatnonzero(differing <= np.searchsorted(histogram, n_wanted))

    def save(self, folder: Path) -> None:
        """Writes the index into a folder that is there."""
        for name in ("mean", "signs", "rows"):
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)
        (folder / "index.json").write_text(json.dumps({"format": _FORMAT, "n_vectors": len(self)}), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> VectorIndex:
        """Returns the index of a folder. Its vectors stay on disk until they are looked at; its signs are read."""
        read = {name: np.load(folder / f"{name}.npy", allow_pickle=False) for name in ("mean", "signs")}
        return cls(rows=np.load(folder / "rows.npy", mmap_mode="r", allow_pickle=False), **read)


def _signs(vectors: Vectors) -> Any:
    """Returns the signs of vectors, packed. Shape: (words, vector) uint64."""
    bits = np.packbits(vectors > 0, axis=1)
    missing = -bits.shape[1] % 8
    padded = np.pad(bits, ((0, 0), (0, missing))) if missing else bits
    return np.ascontiguousarray(padded.view(np.uint64).T)
