"""What the n-grams of a text say for each output of the heads, added up word by word.

A word always has the same letters, so what they say is added up once and kept; only n-grams that come more than once in a text,
which count for less than so many, are looked at one by one. The weights are whole numbers: their sums are exact, in whatever order.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from assistant.nlu.signals.ngrams import LONGEST_KEPT, MAX_WORDS_KEPT, pair_bucket, read_part, split_parts, value_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Sums = NDArray[np.float64]


class _Known(NamedTuple):
    """A word or a sign.

    Attributes:
        text: encoded.
        word: its bucket.
        letters: the bytes of the buckets of its runs of letters. Shape: (run,) int64.
        said: the bytes of what the word says, and of what its letters do. Shape: (2, output) float64.
    """

    text: bytes
    word: int
    letters: bytes
    said: bytes


class GramWeights:
    """Weights of n-grams.

    Args:
        by_gram: rounded to eight bits, see `rounded`. Shape: (N_BUCKETS, output).
    """

    def __init__(self, by_gram: NDArray[np.int8]) -> None:
        self._by_gram = by_gram
        self._kept = lru_cache(MAX_WORDS_KEPT)(self._known)

    def of(self, text: str) -> Sums:
        """Returns what `grams` of a text times their weights is, scales left aside. Shape: (output,)."""
        parts = [self._kept(part) if len(part) <= LONGEST_KEPT else self._known(part) for part in split_parts(text)]
        if not parts:
            return np.zeros(self._by_gram.shape[1])
        said = np.frombuffer(b"".join([part.said for part in parts])).reshape(len(parts), 2, -1)
        words, letters = said.sum(axis=0)
        pairs = [pair_bucket(first.text, second.text) for first, second in pairwise(parts)]
        words += self._sum(pairs)
        found = self._weighed(words, np.array([*(part.word for part in parts), *pairs]))
        found += self._weighed(letters, np.frombuffer(bytearray(b"".join([part.letters for part in parts])), np.int64))
        return found

    def _weighed(self, total: Sums, buckets: NDArray[np.int64]) -> Sums:
        """Returns the sum in which each n-gram counts by the logarithm of how often it came, and all together a half.

        Args:
            total: the sum in which each counts as often as it came. Shape: (output,).
            buckets: of all of them, in any order.
        """
        if not len(buckets):
            return total
        buckets.sort()
        again = Counter(buckets[1:][buckets[1:] == buckets[:-1]].tolist())
        squared = float(len(buckets) - again.total())
        if again:
            counts = [times + 1 for times in again.values()]
            total = total + np.array([value_of(count) - count for count in counts]) @ unrounded(self._rows(list(again)))
            squared += sum(value_of(count) ** 2 - 1.0 for count in counts)
        return total / math.sqrt(2.0 * squared)

    def _known(self, part: str) -> _Known:
        read = read_part(part)
        said = np.stack([self._sum([read.word]), self._sum(read.letters)])
        # As bytes these are kept among Python's own small objects; arrays that stay would leave the memory of large ones in pieces.
        return _Known(read.text, read.word, np.array(read.letters, np.int64).tobytes(), said.tobytes())

    def _sum(self, buckets: Sequence[int]) -> Sums:
        total: Sums = unrounded(self._rows(buckets)).sum(axis=0, dtype=np.float64)
        return total

    def _rows(self, buckets: Sequence[int]) -> NDArray[np.int8]:
        return self._by_gram.take(np.array(buckets, np.int64), axis=0)


def unrounded(values: NDArray[np.int8]) -> NDArray[np.float32]:
    """Returns what `rounded` rounded, still without its scales."""
    roots = values.astype(np.float32)
    squares: NDArray[np.float32] = roots * np.abs(roots)
    return squares
