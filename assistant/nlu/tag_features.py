"""What a chain of tags reads of words: the word itself, its neighbours, its ends and its shape, hashed.

Weights of one feature are few, and those of a word are always the same; so what a word says of its own tag and of the tags around
it is added up once and kept.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Final, NamedTuple
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

N_FEATURES: Final = 15
"""Features of a word."""
N_PLACES: Final = 5
"""Where a word stands: its own place, and one and two before and behind."""
MAX_WORDS_KEPT: Final = 4096
"""Words of which it is kept at hand what features are made from; most words of a message were in another one before."""
_LONGEST_KEPT = 40
_SECOND_OF_PAIR, _FIRST_OF_PAIR = 5, 6
"""Seeds: the same pair is something else for its second word and for its first."""


def features(words: Sequence[str]) -> NDArray[np.uint32]:
    """Returns the features of each word, hashed.

    They are the word itself, two neighbours on each side, pairs with the next ones, its ends and its shape, and the ends of the
    next ones: where articles and prepositions are written as one with a word, these say much of what stands beside it.

    Returns:
        Shape: (word, N_FEATURES).
    """
    read = [_kept(word) if len(word) <= _LONGEST_KEPT else _read(word) for word in words]
    around = [_NOTHING_BEFORE, _NOTHING_BEFORE, *read, _NOTHING_AFTER, _NOTHING_AFTER]
    found = []
    for row, (word, places, ends, _, _) in enumerate(read):
        first, before, _, after, last = around[row : row + 5]
        pairs = crc32(before.word + b" " + word, _SECOND_OF_PAIR), crc32(word + b" " + after.word, _FIRST_OF_PAIR)
        neighbours = before.places[1], after.places[2], first.places[3], last.places[4]
        found.append((places[0], *neighbours, *pairs, *ends, *before.as_before, *after.as_after))
    return np.array(found, dtype=np.uint32).reshape(-1, N_FEATURES)


class WordWeights:
    """What features say of tags, added up word by word.

    Sums of halves of floats are exact in double precision, so it does not matter in which order they are made.

    Args:
        buckets: of the features that were seen in training, sorted. Shape: (feature,) uint32.
        by_feature: weights of each of them. Shape: (feature, tag) float16.
    """

    def __init__(self, buckets: NDArray[np.uint32], by_feature: NDArray[np.float16]) -> None:
        self._buckets, self._by_feature = buckets, by_feature
        # One more of each, for what is behind all others.
        self._padded, self._weights = np.append(buckets, np.uint32(0)), np.pad(by_feature, ((0, 1), (0, 0)))
        self._kept = lru_cache(MAX_WORDS_KEPT)(self._known)
        self._before, self._after = self._of_read(_NOTHING_BEFORE), self._of_read(_NOTHING_AFTER)

    def of(self, words: Sequence[str]) -> NDArray[np.float64]:
        """Returns what all features of each word say of its tag. Shape: (word, tag)."""
        known = [self._kept(word) if len(word) <= _LONGEST_KEPT else self._known(word) for word in words]
        rows = [self._before, self._before, *[said for _, said in known], self._after, self._after]
        said = np.frombuffer(b"".join(chain.from_iterable(rows))).reshape(len(rows), N_PLACES, -1)  # (word + 4, place, tag)
        found: NDArray[np.float64] = said[2:-2, 0] + said[1:-3, 1]
        found += said[3:-1, 2]
        found += said[:-4, 3]
        found += said[4:, 4]
        pairs = [before + b" " + word for before, word in pairwise([b"<", *[word for word, _ in known], b">"])]
        hashes = [crc32(pair, _SECOND_OF_PAIR) for pair in pairs[:-1]], [crc32(pair, _FIRST_OF_PAIR) for pair in pairs[1:]]
        found += self._looked_up(np.array(hashes, np.uint32)).sum(axis=0)
        return found

    def _known(self, word: str) -> tuple[bytes, tuple[bytes, ...]]:
        read = _read(word)
        return read.word, self._of_read(read)

    def _of_read(self, read: _Read) -> tuple[bytes, ...]:
        """Returns what a word says of its own tag and of those one and two places away, in the order of `_Read.places`.

        As bytes it is kept among Python's own small objects; arrays that stay would leave the memory of large ones in pieces.

        Returns:
            The bytes of each place. Shape of each: (tag,) float64.
        """
        said = self._looked_up(np.array([*read.places, *read.ends, *read.as_before, *read.as_after], np.uint32))
        places = said[:N_PLACES]
        for place, ends in enumerate((slice(5, 9), slice(9, 11), slice(11, 13))):
            places[place] += said[ends].sum(axis=0)
        return tuple(place.tobytes() for place in places)

    def _looked_up(self, hashes: NDArray[np.uint32]) -> NDArray[np.float64]:
        """Returns the weights of features, nothing for those that training never saw. Shape: (..., tag)."""
        places = self._buckets.searchsorted(hashes)
        weights = self._weights.take(places, axis=0).astype(np.float64)
        weights[self._padded.take(places) != hashes] = 0
        return weights


class _Read(NamedTuple):
    """What features are made from.

    Attributes:
        word: in small letters.
        places: hashes of the word as it would stand in each of the five places: its own, before, behind, and two before and behind.
        ends: hashes of its ends and its shape.
        as_before, as_after: hashes of its ends, for the word behind it and for the one before it.
    """

    word: bytes
    places: tuple[int, ...]
    ends: tuple[int, ...]
    as_before: tuple[int, int]
    as_after: tuple[int, int]


def _read(written: str) -> _Read:
    lowered = written.lower()
    word, begins, ends = (part.encode("utf-8", "replace") for part in (lowered, lowered[:3], lowered[-3:]))
    parts = word[-3:], word[:3], word[-2:], _shape(written)
    return _Read(
        word,
        tuple(crc32(word, seed) for seed in range(N_PLACES)),
        tuple(crc32(part, seed) for seed, part in enumerate(parts, 7)),
        (crc32(begins, 11), crc32(ends, 12)),
        (crc32(begins, 13), crc32(ends, 14)),
    )


def _shape(word: str) -> bytes:
    """Returns how the first signs of a word look: digits, large letters, others, and signs as they are."""
    return "".join("9" if c.isdigit() else "A" if c.isupper() else "a" if c.isalpha() else c for c in word[:6]).encode(
        "utf-8", "replace"
    )


_kept = lru_cache(MAX_WORDS_KEPT)(_read)
_NOTHING_BEFORE, _NOTHING_AFTER = _read("<"), _read(">")
