"""Trains the heads alone, on what a frozen encoder made of the examples."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional

from assistant.messages import Progress
from assistant.training.features import intent_weights
from assistant.training.scoring import HeldOut
from assistant.training.split import assign_folds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from assistant.albert.joint import JointHeads
    from assistant.messages import ProgressCallback
    from assistant.training.arguments import TrainingArguments
    from assistant.training.encoding import Frozen
    from assistant.training.features import Labels

# The tag head takes at least fifty steps an epoch where there are words enough, so that small data is not learned too little.
WORDS_A_STEP = (16, 256)
STEPS_AN_EPOCH = 50
FOLDS = 5
# With this many examples one fold says as much as five do with few.
ENOUGH_FOR_ONE_FOLD = 3_000
# Inverse penalties that are tried, as logistic regression on vectors of length one takes them.
INVERSE_PENALTIES = (5.0, 20.0, 80.0)
STEPS = 60
ENOUGH = 1e-5
"""Fall of the loss in a step below which the intent head is fitted."""
LAST_RATE = 0.02
"""Share of the tag head's rate that is left in the last step."""
GOING_ON = 0.5
"""Share of the epochs and of the rate of a tag head that goes on, with all words, from where it came without those of a fold."""


@dataclass(frozen=True, slots=True)
class TrainedHeads:
    """How heads do on examples that they were not fitted to.

    Attributes:
        held: what they say of the held-out examples.
        trial: heads that were not fitted to the examples of ``rows``; the trained heads themselves when there was dev data.
        rows: examples of the data that ``trial`` was not fitted to; None: the dev data. Shape: (example,).
    """

    held: HeldOut
    trial: JointHeads
    rows: Tensor | None


def train_heads(
    heads: JointHeads, data: Frozen, dev: Frozen | None, labels: Labels, arguments: TrainingArguments, on_progress: ProgressCallback
) -> TrainedHeads:
    """Trains both heads on all of the data, and returns how such heads do on examples that were held out.

    Args:
        heads: trained in place.
        data: to train on.
        dev: to measure on; None holds out folds of the data for the time of measuring.
        labels: of the model.
        arguments: of the run.
        on_progress: told of each fit of the intent head and each epoch of the tag head.
    """
    n_fits = 1 + (len(INVERSE_PENALTIES) + _n_folds(data) - 1 if dev is None else 0)
    n_rounds = arguments.tag_epochs + (_going_on(arguments).tag_epochs if dev is None else 0) if labels.n_tags > 1 else 0
    steps = _Steps("train", n_fits + n_rounds, on_progress)
    inverse = INVERSE_PENALTIES[1]
    measured = TrainedHeads(HeldOut(), heads, None)
    if dev is None:
        inverse, measured = _measure_on_folds(heads, data, labels, arguments, steps)
        _take_tagger(heads, measured.trial)
    fit_intents(heads, data, _penalty(inverse, data, arguments), arguments)
    steps.done()
    if labels.n_tags > 1:
        fit_tags(heads, data, arguments if dev is not None else _going_on(arguments), steps)
    if dev is not None:
        _add_intents(measured.held, heads, dev)
        _add_tags(measured.held, heads, dev)
    return measured


def start_heads(
    heads: JointHeads, data: Frozen, labels: Labels, arguments: TrainingArguments, on_progress: ProgressCallback
) -> None:
    """Fits the heads to an encoder that is about to be trained with them.

    Heads that start at random would first pull a good encoder apart, and tell one that knows nothing little; see Kumar et al. 2022.
    """
    has_tags = labels.n_tags > 1
    steps = _Steps("heads", 1 + (arguments.tag_epochs if has_tags else 0), on_progress)
    fit_intents(heads, data, _penalty(INVERSE_PENALTIES[1], data, arguments), arguments)
    steps.done()
    if has_tags:
        fit_tags(heads, data, arguments, steps)


def fit_intents(heads: JointHeads, data: Frozen, penalty: float, arguments: TrainingArguments) -> None:
    """Fits the intent head: logistic regression with an L2 penalty, all examples a step (L-BFGS), so there is no rate to choose.

    Args:
        heads: its ``intent`` layer is trained in place, from where it stands.
        data: to fit to.
        penalty: on the squared weights, beside the mean loss of an example.
        arguments: of the run.
    """
    layer = heads.intent
    weights = intent_weights(data.intents.tolist(), layer.out_features, arguments.balance)
    inputs = data.vectors * heads.scale
    optimizer = torch.optim.LBFGS(
        layer.parameters(), max_iter=STEPS, history_size=10, tolerance_change=ENOUGH, line_search_fn="strong_wolfe"
    )

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = functional.cross_entropy(layer(inputs), data.intents, weight=weights)
        loss = loss + penalty / 2 * layer.weight.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]


def fit_tags(heads: JointHeads, data: Frozen, arguments: TrainingArguments, steps: _Steps) -> None:
    """Fits the tag head and the mix of layers, from where they stand, by AdamW with a rate that grows and falls to nearly zero."""
    parameters = [heads.mix, *heads.tag_inner.parameters(), *heads.tag_outer.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=arguments.tag_rate, weight_decay=arguments.weight_decay, fused=True)
    size = min(max(len(data.tags) // STEPS_AN_EPOCH, WORDS_A_STEP[0]), WORDS_A_STEP[1])
    n_batches = max(1, -(-len(data.tags) // size))
    rates = _rates(max(1, arguments.tag_epochs * n_batches), arguments)
    heads.train()
    for _ in range(arguments.tag_epochs):
        total = 0.0
        for rows in torch.split(torch.randperm(len(data.tags)), size):
            optimizer.param_groups[0]["lr"] = next(rates)
            loss = functional.cross_entropy(heads.word_tag_logits(data.layers[rows].float()), data.tags[rows])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            total += loss.item()
        steps.done(tag_loss=total / n_batches)
    heads.eval()


def _rates(n_steps: int, arguments: TrainingArguments) -> Iterator[float]:
    n_growing = max(1, int(arguments.warm_up * n_steps))
    growing = np.arange(1, n_growing + 1) / n_growing
    falling = np.linspace(1.0, LAST_RATE, max(1, n_steps - n_growing + 1))[1:]
    return iter((np.concatenate([growing, falling]) * arguments.tag_rate).tolist())


def _take_tagger(heads: JointHeads, other: JointHeads) -> None:
    own = {name: value for name, value in heads.state_dict().items() if name.startswith("intent.")}
    heads.load_state_dict(other.state_dict() | own)


def _going_on(arguments: TrainingArguments) -> TrainingArguments:
    """Returns the arguments for a tag head that has seen most of the words."""
    epochs = math.ceil(arguments.tag_epochs * GOING_ON)
    return replace(arguments, tag_epochs=epochs, tag_rate=arguments.tag_rate * GOING_ON)


class _Steps:
    """Counts the parts of training heads, and tells of each."""

    def __init__(self, stage: str, total: int, on_progress: ProgressCallback) -> None:
        self._stage = stage
        self._total = total
        self._done = 0
        self._on_progress = on_progress

    def done(self, **metrics: float) -> None:
        """Reports one more part."""
        self._done += 1
        self._on_progress(Progress(self._stage, self._done, self._total, metrics))


def _measure_on_folds(
    heads: JointHeads, data: Frozen, labels: Labels, arguments: TrainingArguments, steps: _Steps
) -> tuple[float, TrainedHeads]:
    """Returns the best inverse penalty, and how heads fitted with it do on examples that they were not fitted to."""
    folds = torch.tensor(assign_folds(data.intents.tolist(), FOLDS, arguments.seed))
    inside, outside = data.only(folds != 0), data.only(folds == 0)
    first, best, measured = _choose_penalty(heads, inside, outside, arguments, steps)
    measured.rows = torch.nonzero(folds == 0).flatten().tolist()
    if labels.n_tags > 1:
        fit_tags(first, inside, arguments, steps)
        _add_tags(measured, first, outside)
    texts = data.without_words()
    for fold in range(1, _n_folds(data)):
        trial = copy.deepcopy(heads)
        inside = texts.only(folds != fold)
        fit_intents(trial, inside, _penalty(best, inside, arguments), arguments)
        _add_intents(measured, trial, texts.only(folds == fold), torch.nonzero(folds == fold).flatten())
        steps.done(dev_accuracy=measured.accuracy)
    return best, TrainedHeads(measured, first, folds == 0)


def _choose_penalty(
    heads: JointHeads, inside: Frozen, outside: Frozen, arguments: TrainingArguments, steps: _Steps
) -> tuple[JointHeads, float, HeldOut]:
    """Returns heads with an intent layer fitted under the best of the penalties, its inverse, and what they say of the others."""
    trials: list[tuple[float, float, JointHeads, HeldOut]] = []
    trial = heads
    for inverse in INVERSE_PENALTIES:  # each starts where the one before has come to
        trial, held = copy.deepcopy(trial), HeldOut()
        fit_intents(trial, inside, _penalty(inverse, inside, arguments), arguments)
        _add_intents(held, trial, outside)
        trials.append((held.loss(), inverse, trial, held))
        steps.done(dev_accuracy=held.accuracy)
    _, best, chosen, measured = min(trials, key=lambda found: found[:2])
    return chosen, best, measured


def _n_folds(data: Frozen) -> int:
    return 1 if len(data.intents) >= ENOUGH_FOR_ONE_FOLD else FOLDS


def _penalty(inverse: float, data: Frozen, arguments: TrainingArguments) -> float:
    # The head's inputs have a squared length of ``hidden``, and its loss is a mean over examples.
    return data.vectors.shape[1] / (inverse * max(1, len(data.intents))) if arguments.penalty is None else arguments.penalty


def _add_intents(held: HeldOut, heads: JointHeads, data: Frozen, rows: Tensor | None = None) -> None:
    """Adds what heads say of examples; rows: where they stand in the data, None: they are all of it. Shape: (example,)."""
    with torch.inference_mode():
        logits = heads.intent(data.vectors * heads.scale).numpy()
    places = range(len(logits)) if rows is None else rows.tolist()
    for row, intent, place in zip(logits, data.intents.tolist(), places, strict=True):
        held.add_intent(row, intent, place)


def _add_tags(held: HeldOut, heads: JointHeads, data: Frozen) -> None:
    if not len(data.tags):
        return
    with torch.inference_mode():
        logits = heads.word_tag_logits(data.layers.float()).numpy()
    sizes = np.bincount(data.owners.numpy(), minlength=len(data.intents))
    borders = np.cumsum(sizes)[:-1]
    for rows, tags in zip(np.split(logits, borders), np.split(data.tags.numpy(), borders), strict=True):
        held.add_tags(rows, tags.tolist())
