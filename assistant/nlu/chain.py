"""Reads the tags of a message as one sequence, by a linear-chain conditional random field.

It adds up what the tag head says of each word, the words themselves, the intent, and which tag follows which. The encoder was made
to compare sentences, and a word's spelling and neighbours say things of its tag that its states have lost. Marginals, not the one
best sequence, are what comes out: they are probabilities of each word's tag, and confidences rest on them.

Source: Lafferty et al. 2001, section 3; Sutton and McCallum 2012, section 4.1, for the sums.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from assistant.nlu.tag_features import WordWeights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Floats: TypeAlias = "NDArray[np.floating[Any]]"

LEAST: Final = 1e-12
"""Probability below which nothing is told apart."""
_SCALED_EVERY: Final = 4
_SMALLEST: Final = 1e-300
"""Of a sum that is divided by."""
_TENSORS = ("start", "moves", "by_intent", "buckets", "by_feature")
_TRUST = "trust"


@dataclass(frozen=True, slots=True)
class TagChain:
    """The weights of a chain.

    Attributes:
        start: of each tag at the first word. Shape: (tag,) float32.
        moves: of each tag behind each other one. Shape: (tag, tag) float32.
        by_intent: times the probability of each intent. Shape: (intent, tag) float32.
        buckets: of the features that were seen in training, sorted. Shape: (feature,) uint32.
        by_feature: of each of them. Shape: (feature, tag) float16.
        trust: how much what the tag head says counts.
    """

    start: Floats
    moves: Floats
    by_intent: Floats
    buckets: NDArray[np.uint32]
    by_feature: NDArray[np.float16]
    trust: float = 1.0
    _both_ways: NDArray[np.float64] = field(init=False, repr=False, compare=False)
    _intents: NDArray[np.float64] = field(init=False, repr=False, compare=False)
    _words: WordWeights = field(init=False, repr=False, compare=False)

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
        object.__setattr__(self, "_intents", self.by_intent.astype(np.float64))
        object.__setattr__(self, "_words", WordWeights(self.buckets, self.by_feature))

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
        scores = self._words.of(words)
        scores += logits * np.float32(self.trust)
        scores += intents @ self._intents
        scores[0] += self.start
        found = _marginals(scores, self._both_ways)
        np.maximum(found, LEAST, out=found)
        return np.log(found, out=found)


def _marginals(scores: NDArray[np.float64], both_ways: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the probability of each tag at each word (forward-backward), scaled every few words so that nothing overflows.

    Both sums are carried on side by side, the one from the first word and the other from the last, in one product a word.

    Args:
        scores: Shape: (word, tag).
        both_ways: what `_both_ways` made of the chain's moves. Shape: (2 * tag, 2 * tag).
    """
    factors = scores - scores.max(axis=1, keepdims=True)
    np.exp(factors, out=factors)
    n_tags = factors.shape[1]
    steps = np.concatenate([factors, factors[::-1]], axis=1)
    reached, sums = np.ones_like(steps), steps.copy()
    before = sums[0]
    for number, (step, into, total) in enumerate(zip(steps[1:], reached[1:], sums[1:], strict=True), 1):
        np.dot(before, both_ways, into)
        if not number % _SCALED_EVERY:
            halves = into.reshape(2, n_tags)
            halves /= np.maximum(halves.sum(axis=1, keepdims=True), _SMALLEST)
        np.multiply(into, step, total)
        before = total
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

    tensors = {name: np.ascontiguousarray(getattr(chain, name)) for name in _TENSORS}
    save_file(tensors | {_TRUST: np.array([chain.trust])}, path)


def load_chain(path: Path) -> TagChain | None:
    """Returns the chain that `save_chain` wrote; None where there is no file.

    Raises:
        OSError, ValueError, KeyError, SafetensorError: the file does not hold one.
    """
    from safetensors.numpy import load_file

    if not path.is_file():
        return None
    tensors: Mapping[str, NDArray[Any]] = load_file(path)
    start, moves, by_intent, buckets, by_feature = (tensors[name] for name in _TENSORS)
    trust = float(tensors[_TRUST][0]) if _TRUST in tensors else 1.0  # models of before trust the head fully
    return TagChain(start, moves, by_intent, buckets, by_feature, trust)
