"""Fits the chain that reads tags as one sequence, on top of a tag head that is trained already; without torch.

The gradient of the likelihood is what the chain expects less what is right, for tags and for pairs of them; a feature's weights are
touched only by the words that have it, and each weight learns at a rate of its own (Duchi et al. 2011), as rare ones must.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import compress
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from assistant.albert.activations import softmax
from assistant.nlu.chain import LEAST, TagChain
from assistant.nlu.tag_features import N_FEATURES, features
from assistant.nlu.tags import best_path
from assistant.training.scoring import HeldOut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from assistant.albert.plain_heads import PlainHeads
    from assistant.training.encoding import Frozen
    from assistant.training.features import Features
    from assistant.training.outcome import Outcome, Task

    Floats = NDArray[np.float32]
    Numbers = NDArray[np.int64]

EPOCHS = 4
GOING_ON = 2
"""Epochs over all examples of a chain that has been measured without some of them, from where it came."""
BEGUN = 0.6
"""Share of the way that the rate has come by then."""
BATCH = (4, 32)
STEPS_AN_EPOCH = 50
"""Small data is cut into smaller batches, down to so many steps."""
RATE = 0.7
LAST_RATE = 0.05
HIDDEN = 0.9
"""Share of words of which the chain does not hear in training what the head says: the head knows the examples by heart, and beside
it the chain would learn little."""
TRUSTS = (0.75, 0.5, 1.0)
"""How much what the head says may count: it and the chain know some of the same things, and a head that was trained with its
encoder is too sure. Held-out entities choose; the first where there are none."""


@dataclass(frozen=True, slots=True)
class Sentences:
    """Examples as the chain reads them.

    Attributes:
        words: of each example.
        logits: what the tag head says, of the words one after the other. Shape: (word, tag).
        intents: what the intent head says, as probabilities. Shape: (example, intent).
        tags: the right ones. Shape: (word,).
    """

    words: Sequence[tuple[str, ...]]
    logits: Floats
    intents: Floats
    tags: Numbers

    @classmethod
    def of(cls, examples: Sequence[Features], frozen: Frozen, heads: PlainHeads, mixed: Floats | None = None) -> Sentences:
        """Returns examples with what heads say of them.

        Args:
            examples: with their words.
            frozen: what the encoder made of them, the states of words too.
            heads: of the model.
            mixed: these states as the heads mix them; None: they are mixed here. Shape: (word, hidden).
        """
        intents = softmax(heads.intent_logits(frozen.joined))
        logits = heads.tag_logits_of(heads.mixed(frozen.layers) if mixed is None else mixed)
        return cls([example.words for example in examples], logits, intents, frozen.tags)

    def only(self, rows: NDArray[np.bool_]) -> Sentences:
        """Returns the examples for which ``rows`` is true."""
        words = np.repeat(rows, [len(words) for words in self.words])
        return Sentences(list(compress(self.words, rows)), self.logits[words], self.intents[rows], self.tags[words])

    @property
    def starts(self) -> Numbers:
        """Where each example's words start, and where the last one's end. Shape: (example + 1,)."""
        return np.cumsum([0, *map(len, self.words)])

    def gold(self) -> list[list[int]]:
        """Returns the right tags of each example."""
        return [row.tolist() for row in np.split(self.tags, self.starts[1:-1])]

    def found(self, chain: TagChain) -> list[list[int]]:
        """Returns the tags of each example as a chain reads them."""
        logits = np.split(self.logits, self.starts[1:-1])
        return [best_path(chain.weigh(*row)) for row in zip(self.words, logits, self.intents, strict=True)]


def with_chain(outcome: Outcome, task: Task) -> tuple[Outcome, TagChain | None]:
    """Returns the outcome with what a chain says of unseen examples, and the chain; None where it does worse than the heads alone.

    Args:
        outcome: of training the heads.
        task: what was to be learned.
    """
    if task.labels.n_tags == 1 or not len(outcome.frozen.tags):
        return outcome, None
    unseen = {id(features) for features in outcome.unseen.features}
    is_unseen = np.array([id(features) in unseen for features in task.features])
    mixed = outcome.trial.mixed(outcome.frozen.layers) if outcome.mixed is None else outcome.mixed
    said = Sentences.of(task.features, outcome.frozen, outcome.trial, mixed)
    fit = ChainFit(said, task.arguments.seed)
    fit.learn(said, ~is_unseen)
    trial, held = replace(fit.chain(), trust=TRUSTS[0]), outcome.held
    if held.entity_f1 is not None:
        apart = outcome.unseen  # of the data, or development examples
        measured = said.only(is_unseen) if is_unseen.any() else Sentences.of(apart.features, apart.frozen, outcome.trial)
        trial, held = _best_trusting(trial, measured, held)
        if (held.entity_f1 or 0.0) < (outcome.held.entity_f1 or 0.0):
            return outcome, None
    if not is_unseen.any():
        return replace(outcome, held=held), trial
    whole = said if outcome.heads is outcome.trial else Sentences.of(task.features, outcome.frozen, outcome.heads, mixed)
    fit.learn(whole, epochs=GOING_ON, begun=BEGUN)
    return replace(outcome, held=held), replace(fit.chain(), trust=trial.trust)


def _best_trusting(chain: TagChain, measured: Sentences, held: HeldOut) -> tuple[TagChain, HeldOut]:
    """Returns the chain as it should trust the head, and what it says then of held-out examples.

    Args:
        chain: as it was fitted without these examples.
        measured: these.
        held: what is said of their intents.
    """
    gold, trials = measured.gold(), [replace(chain, trust=trust) for trust in TRUSTS]
    said = [(trial, HeldOut(held.logits, held.intents, [*gold], [*measured.found(trial)], held.rows)) for trial in trials]
    return max(said, key=lambda one: one[1].entity_f1 or 0.0)


class _Slopes(NamedTuple):
    """Of the loss, by what is learned of each kind.

    Attributes:
        scores: Shape: (example, word, tag); moves: Shape: (tag, tag).
    """

    scores: Floats
    moves: Floats


class ChainFit:
    """A chain on its way; the same examples and seed give the same.

    Args:
        data: examples whose words it knows, with a word at least.
        seed: of the order of the examples, and of what is hidden.
    """

    def __init__(self, data: Sentences, seed: int) -> None:
        hashed = np.concatenate([features(words) for words in data.words if words])
        self._buckets, places = np.unique(hashed, return_inverse=True)
        self._places = places.reshape(-1, N_FEATURES).astype(np.int64)
        self._data, self._starts = data, data.starts
        n_tags, n_intents = data.logits.shape[1], data.intents.shape[1]
        shapes = (n_tags,), (n_tags, n_tags), (n_intents, n_tags), (len(self._buckets), n_tags)
        self._weights = [np.zeros(shape, np.float32) for shape in shapes]
        self._squares = [np.full(shape, LEAST, np.float32) for shape in shapes]
        self._generator = np.random.default_rng(seed)

    def chain(self) -> TagChain:
        """Returns the chain as it is now."""
        start, moves, by_intent, by_feature = self._weights
        return TagChain(start.copy(), moves.copy(), by_intent.copy(), self._buckets, by_feature.astype(np.float16))

    def learn(self, data: Sentences, rows: NDArray[np.bool_] | None = None, *, epochs: int = EPOCHS, begun: float = 0.0) -> None:
        """Goes over examples; the rate falls in a line.

        Args:
            data: the same examples, with what heads say of them.
            rows: those to learn from; None: all. Shape: (example,).
            epochs: how many times.
            begun: share of the way down that the rate has come already.
        """
        self._data = data
        has_words = np.diff(self._starts) > 0
        chosen = np.flatnonzero(has_words if rows is None else has_words & rows)
        size = min(max(len(chosen) // STEPS_AN_EPOCH, BATCH[0]), BATCH[1])
        batches = [batch for _ in range(epochs) for batch in self._batches(chosen, size)]
        for number, batch in enumerate(batches):
            part = begun + (1 - begun) * number / len(batches)
            self._step(batch, RATE * (1 - part * (1 - LAST_RATE)))

    def _batches(self, chosen: Numbers, size: int) -> list[Numbers]:
        """Returns batches in random order, of examples about as long as one another."""
        lengths = np.diff(self._starts)[chosen]
        order = chosen[np.argsort(lengths + self._generator.random(len(chosen)), kind="stable")]
        batches = [order[first : first + size] for first in range(0, len(order), size)]
        return [batches[i] for i in self._generator.permutation(len(batches))]

    def _step(self, rows: Numbers, rate: float) -> None:
        start, moves, by_intent, by_feature = self._weights
        lengths = self._starts[rows + 1] - self._starts[rows]
        mask = np.arange(lengths.max()) < lengths[:, None]  # (example, word)
        words = np.where(mask, self._starts[rows][:, None] + np.arange(lengths.max()), 0)
        used, inverse = np.unique(self._places[words[mask]], return_inverse=True)
        ones = np.ones(inverse.size, np.float32)
        has = csr_matrix((ones, inverse.ravel(), np.arange(0, inverse.size + 1, N_FEATURES)), shape=(mask.sum(), len(used)))
        heard = self._generator.random((*words.shape, 1), dtype=np.float32) >= HIDDEN
        scores = self._data.logits[words] * heard + (self._data.intents[rows] @ by_intent)[:, None]
        scores[mask] += has @ by_feature[used]
        scores[:, 0] += start
        slopes = _slopes(scores, self._data.tags[words], mask, moves)
        self._learn(0, slice(None), slopes.scores[:, 0].sum(0), rate)
        self._learn(1, slice(None), slopes.moves, rate)
        self._learn(2, slice(None), self._data.intents[rows].T @ slopes.scores.sum(1), rate)
        self._learn(3, used, has.T @ slopes.scores[mask], rate)

    def _learn(self, kind: int, rows: slice | Numbers, slope: Floats, rate: float) -> None:
        squares = self._squares[kind][rows] + np.square(slope)
        self._squares[kind][rows] = squares
        self._weights[kind][rows] -= np.float32(rate) * slope / np.sqrt(squares)


def _slopes(scores: Floats, tags: Numbers, mask: NDArray[np.bool_], moves: Floats) -> _Slopes:
    """Returns the slopes of the mean negative log-likelihood of a word's right tag.

    Args:
        scores: of the tags, changed in place. Shape: (example, word, tag).
        tags: the right ones. Shape: (example, word).
        mask: which words are no padding. Shape: (example, word).
        moves: of each tag behind each other one. Shape: (tag, tag).
    """
    n_examples, n_words, n_tags = scores.shape
    factors, pairs = np.exp(scores - scores.max(axis=2, keepdims=True)), np.exp(moves)
    factors[~mask] = 1.0
    forward, backward = np.empty_like(factors), np.ones_like(factors)
    forward[:, 0] = _shares(factors[:, 0])
    for word in range(1, n_words):
        forward[:, word] = _shares((forward[:, word - 1] @ pairs) * factors[:, word])
    for word in range(n_words - 2, -1, -1):
        behind = _shares((factors[:, word + 1] * backward[:, word + 1]) @ pairs.T)
        backward[:, word] = np.where(mask[:, word + 1, None], behind, 1.0)
    expected = _shares(forward * backward)
    total = np.float32(mask.sum())
    # Of a pair: the forward sums before it, times its factor, times all that comes behind, as a share of all pairs there.
    left, right = forward[:, :-1], (factors * backward)[:, 1:]
    whole = ((left @ pairs) * right).sum(axis=2, keepdims=True)
    weighed = np.where(mask[:, 1:, None], right / np.maximum(whole, LEAST), 0).reshape(-1, n_tags)
    by_move = (left.reshape(-1, n_tags).T @ weighed) * pairs
    np.subtract.at(by_move, (tags[:, :-1][mask[:, 1:]], tags[:, 1:][mask[:, 1:]]), 1.0)
    expected[np.arange(n_examples)[:, None], np.arange(n_words), tags] -= 1.0
    expected[~mask] = 0.0
    return _Slopes(expected / total, by_move / total)


def _shares(values: Floats) -> Floats:
    shares: Floats = values / np.maximum(values.sum(axis=-1, keepdims=True), LEAST)
    return shares
