"""Reads the tags of a message as one sequence, by a linear-chain conditional random field.

It adds up what the tag head says of each word, the words themselves, the intent, and which tag follows which. The encoder was made
to compare sentences, and a word's spelling and neighbours say things of its tag that its states have lost. Marginals, not the one
best sequence, are what comes out: they are probabilities of each word's tag, and confidences rest on them.

Source: Lafferty et al. 2001, section 3; Sutton and McCallum 2012, section 4.1, for the sums.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Floats: TypeAlias = "NDArray[np.floating[Any]]"

N_FEATURES: Final = 15
"""Features of a word."""
LEAST: Final = 1e-12
"""Probability below which nothing is told apart."""
MAX_WORDS_KEPT: Final = 4096
"""Words of which it is kept at hand what features are made from; most words of a message were in another one before."""
_LONGEST_KEPT = 40
_SCALED_EVERY: Final = 4
_SMALLEST: Final = 1e-300
"""Of a sum that is divided by."""
_TENSORS = ("start", "moves", "by_intent", "buckets", "by_feature")


@dataclass(frozen=True, slots=True)
class TagChain:
    """The weights of a chain.

    Attributes:
        start: of each tag at the first word. Shape: (tag,) float32.
        moves: of each tag behind each other one. Shape: (tag, tag) float32.
        by_intent: times the probability of each intent. Shape: (intent, tag) float32.
        buckets: of the features that were seen in training, sorted. Shape: (feature,) uint32.
        by_feature: of each of them. Shape: (feature, tag) float16.
    """

    start: Floats
    moves: Floats
    by_intent: Floats
    buckets: NDArray[np.uint32]
    by_feature: NDArray[np.float16]
    _both_ways: NDArray[np.float64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Checks that the parts fit.

        Raises:
            ValueError: they do not.
        """
        n = len(self.start)
        shapes = (self.moves.shape, self.by_intent.shape[1:], self.by_feature.shape)
        if shapes != ((n, n), (n,), (len(self.buckets), n)):
            raise ValueError("the weights of the chain do not fit")
        object.__setattr__(self, "_both_ways", _both_ways(self.moves))

    def weigh(self, words: Sequence[str], logits: Floats, intents: Floats) -> NDArray[np.float64]:
        """Returns the log-probability of each tag at each word, all that the message says taken together.

        Args:
            words: of the message.
            logits: what the tag head says of them; rows of zeros for words that it knows nothing of. Shape: (word, tag).
            intents: probabilities. Shape: (intent,).

        Returns:
            Shape: (word, tag).
        """
        if not words:
            return np.zeros(logits.shape)
        scores = logits.astype(np.float64) + self._by_words(words) + intents @ self.by_intent
        scores[0] += self.start
        return np.log(np.maximum(_marginals(scores, self._both_ways), LEAST))

    def _by_words(self, words: Sequence[str]) -> Floats:
        wanted = features(words)
        places = np.minimum(np.searchsorted(self.buckets, wanted), max(0, len(self.buckets) - 1))
        if not len(self.buckets):
            return np.zeros((len(words), len(self.start)))
        seen = (self.buckets[places] == wanted)[:, :, None]  # (word, feature, 1)
        weights: Floats = np.where(seen, self.by_feature[places], 0).sum(axis=1, dtype=np.float32)
        return weights


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
        pairs = crc32(before.word + b" " + word, 5), crc32(word + b" " + after.word, 6)
        neighbours = before.places[1], after.places[2], first.places[3], last.places[4]
        found.append((places[0], *neighbours, *pairs, *ends, *before.as_before, *after.as_after))
    return np.array(found, dtype=np.uint32).reshape(-1, N_FEATURES)


class _Read(NamedTuple):
    """What features are made from.

    Attributes:
        word: in small letters.
        places: hashes of the word as it would stand in each of the five places.
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
        tuple(crc32(word, seed) for seed in range(5)),
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


def _marginals(scores: NDArray[np.float64], both_ways: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the probability of each tag at each word (forward-backward), scaled every few words so that nothing overflows.

    Both sums are carried on side by side, the one from the first word and the other from the last, in one product a word.

    Args:
        scores: Shape: (word, tag).
        both_ways: what `_both_ways` made of the chain's moves. Shape: (2 * tag, 2 * tag).
    """
    factors = np.exp(scores - scores.max(axis=1, keepdims=True))
    n_words, n_tags = factors.shape
    steps = np.concatenate([factors, factors[::-1]], axis=1)
    reached, sums = np.ones_like(steps), steps.copy()
    for step in range(1, n_words):
        np.dot(sums[step - 1], both_ways, out=reached[step])
        if step % _SCALED_EVERY == 0:
            halves = reached[step].reshape(2, n_tags)
            halves /= np.maximum(halves.sum(axis=1, keepdims=True), _SMALLEST)
        np.multiply(reached[step], steps[step], out=sums[step])
    joint: NDArray[np.float64] = sums[:, :n_tags] * reached[::-1, n_tags:]
    joint /= np.maximum(joint.sum(axis=1, keepdims=True), _SMALLEST)
    return joint


def _both_ways(moves: Floats) -> NDArray[np.float64]:
    """Returns the factors of the moves forward and, beside them, backward: in one matrix, that a step either way is one product."""
    factors = np.exp(moves.astype(np.float64) - float(moves.max()))  # no step makes a sum more than n_tags times as large
    nothing = np.zeros_like(factors)
    return np.block([[factors, nothing], [nothing, factors.T]])


def save_chain(path: Path, chain: TagChain) -> None:
    """Writes a chain."""
    from safetensors.numpy import save_file

    save_file({name: np.ascontiguousarray(getattr(chain, name)) for name in _TENSORS}, path)


def load_chain(path: Path) -> TagChain | None:
    """Returns the chain that `save_chain` wrote; None where there is no file.

    Raises:
        OSError, ValueError, KeyError, SafetensorError: the file does not hold one.
    """
    from safetensors.numpy import load_file

    if not path.is_file():
        return None
    tensors: Mapping[str, NDArray[Any]] = load_file(path)
    return TagChain(*(tensors[name] for name in _TENSORS))
