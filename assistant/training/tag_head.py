"""Fits the tag head and the mix of layers under it on the states of words, by AdamW.

Two things make some hundred steps enough. A few channels of the encoder's states are fifty times as large as the others, so the
head is fitted on states that are shifted and scaled to be alike, and the shift and the scale are put into its weights afterwards.
And the mix, a handful of numbers among a hundred thousand, learns at a rate of its own in the first epoch, and stays from then on,
so that the layers are mixed once for all other epochs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from assistant.albert.activations import gelu_and_slope, softmax
from assistant.albert.plain_heads import Linear, PlainHeads, mixed
from assistant.training.adam import AdamW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from assistant.training.arguments import TrainingArguments

    Floats = NDArray[np.float32]
    States = NDArray[np.float16]

WORDS_A_STEP = (16, 256)
STEPS_AN_EPOCH = 50
"""The tag head takes at least so many steps an epoch, so that small data is not learned too little."""
LAST_RATE = 0.02
"""Share of the rate that is left in the last step."""
MIX_RATE = 30.0
"""Times the head's rate at which the mix of layers learns."""
MOST_MEASURED = 4_096
"""Words that say how states are shifted and scaled, before the mix of layers is learned."""
_LEAST_SPREAD = 1e-6


def new_tag_head(hidden: int, width: int, n_tags: int, generator: np.random.Generator) -> tuple[Linear, Linear]:
    """Returns the two layers of a head that knows nothing, from small random numbers."""
    return _random(hidden, width, generator), _random(width, n_tags, generator)


def fit_tags(
    heads: PlainHeads,
    states: States,
    tags: NDArray[np.int64],
    arguments: TrainingArguments,
    *,
    learns_mix: bool,
    on_epoch: Callable[[float], None],
    mixed: Floats | None = None,
) -> PlainHeads:
    """Returns the heads with a tag head that fits words, from where it stands.

    Args:
        heads: to begin with.
        states: of all layers at each word. Shape: (word, layer + 1, hidden).
        tags: the right ones. Shape: (word,).
        arguments: of the run: epochs, rate, warm-up, decay, dropout and seed.
        learns_mix: whether the mix of layers is learned, in the first epoch.
        on_epoch: told of the mean loss after each epoch.
        mixed: the states as the heads mix them, where the mix stays as it is; None: they are mixed here. Shape: (word, hidden).
    """
    if not len(tags):
        return heads
    if mixed is None and not learns_mix:
        mixed = heads.mixed(states)
    fit = _Fit(heads, states, tags, arguments, mixed)
    for epoch in range(arguments.tag_epochs):
        on_epoch(fit.epoch(learns_mix=learns_mix and not epoch))
    return fit.heads()


def rates(n_steps: int, rate: float, warm_up: float) -> Iterator[float]:
    """Yields the rate of each step: it grows to the highest one, and falls to nearly nothing."""
    n_growing = max(1, int(warm_up * n_steps))
    growing = np.arange(1, n_growing + 1) / n_growing
    falling = np.linspace(1.0, LAST_RATE, max(1, n_steps - n_growing + 1))[1:]
    yield from (np.concatenate([growing, falling]) * rate).tolist()


class _Slopes(NamedTuple):
    """Of the loss, by what is learned.

    Attributes:
        inner, outer: of the two layers.
        inside: of what the inner layer makes, before the activation. Shape: (word, width).
        shown: what the inputs were multiplied by. Shape: (word, hidden).
    """

    inner: Linear
    outer: Linear
    inside: Floats
    shown: Floats


class _Fit:
    """A tag head on its way."""

    def __init__(
        self,
        heads: PlainHeads,
        states: States,
        tags: NDArray[np.int64],
        arguments: TrainingArguments,
        ready: Floats | None = None,
    ) -> None:
        self._heads, self._states, self._tags, self._arguments = heads, states, tags, arguments
        self._mix = heads.mix.copy()
        self._mixed = np.zeros((0, states.shape[2]), np.float32) if ready is None else ready  # until the mix is learned
        typical = mixed(states[:: -(-len(states) // MOST_MEASURED)], softmax(self._mix)) if ready is None else ready
        self._shift = typical.mean(axis=0)
        self._scale = 1 / (typical.std(axis=0) + np.float32(_LEAST_SPREAD))
        weights, bias = heads.tag_inner
        self._inner = Linear(weights / self._scale[:, None], bias + self._shift @ weights)
        self._outer = Linear(*(part.copy() for part in heads.tag_outer))
        self._optimizer = AdamW([*self._inner, *self._outer], arguments.weight_decay)
        self._mix_optimizer = AdamW([self._mix], 0.0)
        self._generator = np.random.Generator(np.random.SFC64(arguments.seed))
        self._size = min(max(len(tags) // STEPS_AN_EPOCH, WORDS_A_STEP[0]), WORDS_A_STEP[1])
        n_steps = arguments.tag_epochs * -(-len(tags) // self._size)
        self._rates = rates(max(1, n_steps), arguments.tag_rate, arguments.warm_up)

    def heads(self) -> PlainHeads:
        """Returns the heads as they are now."""
        weights = self._inner.weights * self._scale[:, None]
        inner = Linear(weights, self._inner.bias - self._shift @ weights)
        return PlainHeads(self._heads.intent, self._mix, inner, self._outer)

    def epoch(self, *, learns_mix: bool) -> float:
        """Goes once over all words in random order, and returns the mean loss."""
        order, total = self._generator.permutation(len(self._tags)), 0.0
        for first in range(0, len(order), self._size):
            rows, rate = order[first : first + self._size], next(self._rates)
            layers = self._states[rows].astype(np.float32) if learns_mix else None
            inputs = self._mixed[rows] if layers is None else softmax(self._mix) @ layers
            loss, slopes = self._slopes((inputs - self._shift) * self._scale, self._tags[rows])
            if layers is not None:
                self._mix_optimizer.step([self._mix_slope(slopes, layers)], rate * MIX_RATE)
            self._optimizer.step([*slopes.inner, *slopes.outer], rate)
            total += loss * len(rows)
        if learns_mix:
            self._mixed = mixed(self._states, softmax(self._mix))
        return total / len(order)

    def _slopes(self, inputs: Floats, tags: NDArray[np.int64]) -> tuple[float, _Slopes]:
        shown = self._shown(inputs.shape)
        inputs = inputs * shown
        wide, bend = gelu_and_slope(self._inner(inputs))
        shown_inside = self._shown(wide.shape)
        wide *= shown_inside
        odds = softmax(self._outer(wide))
        rows = np.arange(len(tags))
        loss = -float(np.log(np.maximum(odds[rows, tags], 1e-30)).mean())
        odds[rows, tags] -= 1
        odds /= np.float32(len(tags))
        inside = (odds @ self._outer.weights.T) * shown_inside * bend
        slopes = Linear(inputs.T @ inside, inside.sum(axis=0)), Linear(wide.T @ odds, odds.sum(axis=0))
        return loss, _Slopes(*slopes, inside, shown)

    def _mix_slope(self, slopes: _Slopes, layers: Floats) -> Floats:
        shares = softmax(self._mix)
        by_input = slopes.inside @ self._inner.weights.T * slopes.shown * self._scale
        by_share = (layers @ by_input[:, :, None])[:, :, 0].sum(axis=0)
        slope: Floats = shares * (by_share - np.dot(shares, by_share))
        return slope

    def _shown(self, shape: tuple[int, ...]) -> Floats:
        """Returns 0 where an input is hidden, else what the others are multiplied by in return."""
        hidden = round(self._arguments.dropout * 256)
        drawn = self._generator.integers(0, 256, shape, dtype=np.uint8)
        shown: Floats = (drawn >= hidden) * np.float32(256 / (256 - hidden))
        return shown


def _random(n_in: int, n_out: int, generator: np.random.Generator) -> Linear:
    most = n_in**-0.5
    weights = generator.uniform(-most, most, (n_in, n_out)).astype(np.float32)
    return Linear(weights, generator.uniform(-most, most, n_out).astype(np.float32))
