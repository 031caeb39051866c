"""Trains the heads alone, on what a frozen encoder made of the examples; without torch."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from assistant.albert.plain_heads import HEAD_WIDTH, Linear, PlainHeads
from assistant.messages import Progress
from assistant.training.beside import Beside
from assistant.training.intent_head import Directions, fit_intents
from assistant.training.scoring import HeldOut
from assistant.training.tag_head import fit_tags, new_tag_head

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    from assistant.messages import ProgressCallback
    from assistant.training.arguments import TrainingArguments
    from assistant.training.encoding import Frozen
    from assistant.training.features import Labels
    from assistant.training.intent_names import Names

    Rows: TypeAlias = NDArray[np.bool_] | slice

FOLDS = 5
ENOUGH_FOR_ONE_FOLD = 3_000
"""With this many examples one fold says as much as five do with few."""
INVERSE_PENALTIES = (5.0, 20.0, 80.0)
"""Inverse penalties that are tried, as logistic regression on vectors of length one takes them."""
USUAL = INVERSE_PENALTIES[1]
LEAST_FALL = 0.02
"""By this share the loss of a fold must be lower under another penalty than the usual one: one fold of few examples says little."""
GOING_ON = 1 / 3
"""Share of the epochs and of the rate of a tag head that goes on, with all words, from where it came without those of a fold."""

_ALL = slice(None)


@dataclass(frozen=True, slots=True)
class TrainedHeads:
    """Heads, and how such heads do on examples that they were not fitted to.

    Attributes:
        heads: fitted to all of the data.
        held: what heads say of the held-out examples.
        trial: heads that were not fitted to the examples of ``rows``; the trained heads themselves when there was dev data.
        rows: examples of the data that ``trial`` was not fitted to; None: the dev data. Shape: (example,) bool.
        mixed: states of all words as both heads mix them; None: they were not mixed. Shape: (word, hidden).
    """

    heads: PlainHeads
    held: HeldOut
    trial: PlainHeads
    rows: NDArray[np.bool_] | None
    mixed: NDArray[np.float32] | None = None


class _Tagged(NamedTuple):
    """Tag heads that were fitted without a fold, those that went on from there with all words, and what both read."""

    first: PlainHeads
    whole: PlainHeads
    mixed: NDArray[np.float32] | None


def train_heads(
    data: Frozen,
    dev: Frozen | None,
    labels: Labels,
    n_layers: int,
    folds: NDArray[np.int64],
    arguments: TrainingArguments,
    on_progress: ProgressCallback,
    names: Names | None = None,
) -> TrainedHeads:
    """Returns heads trained on all of the data, and how such heads do on examples that were held out.

    Args:
        data: to train on.
        dev: to measure on; None holds out folds of the data for the time of measuring.
        labels: of the model.
        n_layers: states that the tag head mixes, the embeddings among them.
        folds: the fold of each example, below FOLDS. Shape: (example,).
        arguments: of the run.
        on_progress: told of each fit of the intent head and each epoch of the tag head.
        names: of intents, which the intent head takes for examples that are never held out.
    """
    return _Heads(data, labels, n_layers, arguments, on_progress, names=names).trained(dev, folds)


def start_heads(
    data: Frozen, labels: Labels, n_layers: int, arguments: TrainingArguments, on_progress: ProgressCallback
) -> PlainHeads:
    """Returns heads for an encoder that is about to be trained with them.

    Heads that start at random would first pull a good encoder apart, and tell one that knows nothing little; see Kumar et al. 2022.
    """
    return _Heads(data, labels, n_layers, arguments, on_progress, "heads").started()


class _Heads:
    """Heads on their way: the data and the settings that all fits share."""

    def __init__(
        self,
        data: Frozen,
        labels: Labels,
        n_layers: int,
        arguments: TrainingArguments,
        on_progress: ProgressCallback,
        stage: str = "train",
        names: Names | None = None,
    ) -> None:
        self._data, self._labels, self._n_layers, self._arguments = data, labels, n_layers, arguments
        self._on_progress, self._stage = on_progress, stage
        self._done, self._total, self._lock = 0, 0, threading.Lock()
        self._has_tags = labels.n_tags > 1
        self._directions = Directions(data.joined)
        self._places = self._directions.along(data.joined)
        self._of_names = None if names is None else (self._directions.along(names.joined), names.intents)

    def started(self) -> PlainHeads:
        """Returns heads that are fitted once."""
        self._total = 1 + (self._arguments.tag_epochs if self._has_tags else 0)
        heads = self._with_intents(self._new(), _ALL, USUAL)
        self._report()
        return self._with_tags(heads, self._data, self._arguments, learns_mix=True)

    def trained(self, dev: Frozen | None, folds: NDArray[np.int64]) -> TrainedHeads:
        """Returns heads, and how they do."""
        arguments, going_on = self._arguments, _going_on(self._arguments)
        n_fits = 1 + (len(INVERSE_PENALTIES) + self._n_folds - 1 if dev is None else 0)
        n_rounds = arguments.tag_epochs + (going_on.tag_epochs if dev is None else 0) if self._has_tags else 0
        self._total = n_fits + n_rounds
        if dev is None:
            return self._measured_on_folds(folds, going_on)
        heads = self._with_intents(self._new(), _ALL, USUAL)
        self._report()
        heads = self._with_tags(heads, self._data, arguments, learns_mix=True)
        held = HeldOut()
        _add_intents(held, heads, dev)
        if self._has_tags:
            _add_tags(held, heads, dev, heads.mixed(dev.layers))
        return TrainedHeads(heads, held, heads, None)

    def _measured_on_folds(self, folds: NDArray[np.int64], going_on: TrainingArguments) -> TrainedHeads:
        """Chooses the penalty and measures on folds, then fits to all."""
        inside, outside = self._data.only(folds != 0), self._data.only(folds == 0)
        with Beside(partial(self._tagging, inside, going_on), self._on_progress) as tagging:
            self._on_progress = tagging.report
            first, best, held = self._best_penalty(folds != 0, outside)
            held.rows = np.flatnonzero(folds == 0).tolist()
            texts = self._data.without_words()
            for fold in range(1, self._n_folds):
                trial = self._with_intents(self._new(), folds != fold, best)
                _add_intents(held, trial, texts.only(folds == fold), np.flatnonzero(folds == fold).tolist())
                self._report(dev_accuracy=held.accuracy)
            whole = self._with_intents(first, _ALL, best)
            self._report()
            tagged = tagging.result()
        first, heads = replace(tagged.first, intent=first.intent), replace(tagged.whole, intent=whole.intent)
        if tagged.mixed is not None:
            _add_tags(held, first, outside, tagged.mixed[(folds == 0)[self._data.owners]])
        return TrainedHeads(heads, held, first, folds == 0, tagged.mixed)

    def _tagging(self, inside: Frozen, going_on: TrainingArguments, report: ProgressCallback) -> _Tagged:
        first = self._with_tags(self._new(), inside, self._arguments, learns_mix=True, report=report)
        if not self._has_tags:
            return _Tagged(first, first, None)
        mixed = first.mixed(self._data.layers)  # takes a while; the mix stays from here on
        return _Tagged(first, self._with_tags(first, self._data, going_on, report=report, mixed=mixed), mixed)

    def _best_penalty(self, inside: Rows, outside: Frozen) -> tuple[PlainHeads, float, HeldOut]:
        """Returns heads with an intent layer under the best of the penalties, its inverse, and what they say of the others."""
        trials: list[tuple[float, float, PlainHeads, HeldOut]] = []
        trial = self._new()
        for inverse in INVERSE_PENALTIES:  # each starts where the one before has come to
            trial, held = self._with_intents(trial, inside, inverse), HeldOut()
            _add_intents(held, trial, outside)
            loss = held.loss() * (1.0 - LEAST_FALL if inverse == USUAL else 1.0)
            trials.append((loss, inverse, trial, held))
            self._report(dev_accuracy=held.accuracy)
        _, best, chosen, measured = min(trials, key=lambda found: found[:2])
        return chosen, best, measured

    def _new(self) -> PlainHeads:
        """Returns heads that know nothing; the same ones every time."""
        hidden, generator = self._data.vectors.shape[1], np.random.default_rng(self._arguments.seed)
        width = self._data.joined.shape[1]
        n_intents = len(self._labels.intents)
        intent = Linear(np.zeros((width, n_intents), np.float32), np.zeros(n_intents, np.float32))
        tag_inner, tag_outer = new_tag_head(hidden, HEAD_WIDTH, self._labels.n_tags, generator)
        return PlainHeads(intent, np.zeros(self._n_layers, np.float32), tag_inner, tag_outer)

    def _with_intents(self, heads: PlainHeads, rows: Rows, inverse: float) -> PlainHeads:
        penalty, places, intents = self._arguments.penalty, self._places[rows], self._data.intents[rows]
        if penalty is None:  # the squared length of the head's inputs is their width, and its loss is a mean over examples
            penalty = len(heads.intent.weights) / (inverse * max(1, len(intents)))
        if self._of_names is not None:
            places, intents = np.concatenate([places, self._of_names[0]]), np.concatenate([intents, self._of_names[1]])
        intent = fit_intents(heads.intent, places, intents, penalty, self._arguments.balance, self._directions)
        return replace(heads, intent=intent)

    def _with_tags(
        self,
        heads: PlainHeads,
        data: Frozen,
        arguments: TrainingArguments,
        *,
        learns_mix: bool = False,
        report: ProgressCallback | None = None,
        mixed: NDArray[np.float32] | None = None,
    ) -> PlainHeads:
        if not self._has_tags:
            return heads

        def on_epoch(loss: float) -> None:
            self._report(report, tag_loss=loss)

        return fit_tags(heads, data.layers, data.tags, arguments, learns_mix=learns_mix, on_epoch=on_epoch, mixed=mixed)

    @property
    def _n_folds(self) -> int:
        return 1 if len(self._data.intents) >= ENOUGH_FOR_ONE_FOLD else FOLDS

    def _report(self, report: ProgressCallback | None = None, /, **metrics: float) -> None:
        with self._lock:
            self._done += 1
            progress = Progress(self._stage, self._done, self._total, metrics)
        (report or self._on_progress)(progress)


def _going_on(arguments: TrainingArguments) -> TrainingArguments:
    """Returns the arguments for a tag head that has seen most of the words."""
    epochs = math.ceil(arguments.tag_epochs * GOING_ON)
    return replace(arguments, tag_epochs=epochs, tag_rate=arguments.tag_rate * GOING_ON)


def _add_intents(held: HeldOut, heads: PlainHeads, data: Frozen, rows: list[int] | None = None) -> None:
    """Adds what heads say of examples; rows: where they stand in the data, None: they are all of it."""
    logits = heads.intent_logits(data.joined)
    places = range(len(logits)) if rows is None else rows
    for row, intent, place in zip(logits, data.intents.tolist(), places, strict=True):
        held.add_intent(row, intent, place)


def _add_tags(held: HeldOut, heads: PlainHeads, data: Frozen, mixed: NDArray[np.float32]) -> None:
    if not len(data.tags):
        return
    logits = heads.tag_logits_of(mixed)
    borders = np.cumsum(np.bincount(data.owners, minlength=len(data.intents)))[:-1]
    for rows, tags in zip(np.split(logits, borders), np.split(data.tags, borders), strict=True):
        held.add_tags(rows, tags.tolist())
