"""Training of encoder and heads together, on torch."""

from __future__ import annotations

import copy
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from assistant.albert.export import check_graph, heads_of, weights_of
from assistant.albert.joint import JointAlbert, JointHeads
from assistant.albert.model_graph import joint_graph
from assistant.nlu.model_folder import OUTPUTS
from assistant.training.chain import with_chain
from assistant.training.encoding import encode_frozen
from assistant.training.fast import train_fast
from assistant.training.finetuning import FineTuning
from assistant.training.frozen import start_heads
from assistant.training.outcome import Outcome
from assistant.training.precision import Held
from assistant.training.split import hold_out, partition

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.albert.checkpoint import Checkpoint
    from assistant.albert.weights import EncoderWeights
    from assistant.training.arguments import TrainingArguments
    from assistant.training.encoding import Frozen
    from assistant.training.features import Features
    from assistant.training.outcome import Task
    from assistant.training.scoring import HeldOut

MANY = 3_000
"""From so many examples on training the encoder does good more often than not, and need not show it beyond chance."""


def train_full(checkpoint: Checkpoint, task: Task, *, is_pretrained: bool) -> Outcome:
    """Returns a copy of the encoder and heads that were trained together; the encoder as it is where that is not surely better.

    Args:
        checkpoint: the encoder to start from; it is left as it is.
        task: what is to be learned.
        is_pretrained: whether the encoder knows something.

    Raises:
        TrainingDiverged: the loss is no number any more.
        ExportDiffers: the graph computes something else than torch does.
    """
    with _seeded(task.arguments):
        return _trained(checkpoint, task, is_pretrained=is_pretrained)


def _trained(checkpoint: Checkpoint, task: Task, *, is_pretrained: bool) -> Outcome:
    data, dev, is_unseen = task.features, task.dev, None
    if dev is None:
        is_unseen = hold_out(task.intents, task.arguments.dev_share, task.arguments.seed)
        data, dev = partition(data, is_unseen)
    config, labels, given = checkpoint.config, task.labels, weights_of(checkpoint.model)
    n_layers = config.num_hidden_layers + 1
    came, unseen = _encoded(given, task, is_unseen)
    known = came if is_unseen is None else came.only(~np.array(is_unseen))
    started = start_heads(known, labels, n_layers, task.arguments, task.on_progress)
    heads = JointHeads(config.hidden_size, n_layers, len(labels.intents), labels.n_tags, task.arguments.dropout)
    heads.load_state_dict({name: torch.tensor(value) for name, value in started.stored().items()})
    model = JointAlbert(copy.deepcopy(checkpoint.model), heads)
    model.eval()
    tuning = FineTuning(model, labels, task.arguments, pad=task.pad, is_pretrained=is_pretrained, on_progress=task.on_progress)
    before = Outcome(given, started, came, tuning.measure(dev), started, unseen, is_unseen)
    held_before = with_chain(before, task)[0].held if is_pretrained and dev else None
    untrained = before.held
    del before, came, known, unseen  # what the encoder makes of all words takes a lot of memory
    held, best_epoch = tuning.run(data, dev, untrained)
    if best_epoch:
        model.eval()
        weights, tuned = weights_of(model.encoder), heads_of(model.heads)
        check_graph(model, joint_graph(weights, tuned, OUTPUTS), OUTPUTS)
        found, unseen = _encoded(weights, task, is_unseen)
        outcome = Outcome(weights, tuned, found, held, tuned, unseen, is_unseen, best_epoch)
        if held_before is None or _is_worth_it(with_chain(outcome, task)[0].held, held_before, len(data)):
            return outcome
    # The encoder stays as it is, and its heads may learn from the held-out examples, too.
    return replace(train_fast(given, task), best_epoch=0)


def _is_worth_it(tuned: HeldOut, before: HeldOut, n_examples: int) -> bool:
    """Says whether a tuned encoder is better even where a chain reads the tags, which knows much of what heads alone miss."""
    return tuned.is_surely_better(before) or (n_examples >= MANY and tuned.score > before.score)


def _encoded(weights: EncoderWeights, task: Task, is_unseen: Sequence[bool] | None) -> tuple[Frozen, Held]:
    """Returns what an encoder makes of all examples, and of those that it is measured on.

    Args:
        weights: of the encoder.
        task: with all examples.
        is_unseen: which of them are held out; None: the development examples are.
    """
    frozen = _frozen(weights, task.features, task)
    if is_unseen is not None:
        return frozen, Held(partition(task.features, is_unseen)[1], frozen.only(np.array(is_unseen)))
    return frozen, Held(task.dev, _frozen(weights, task.dev, task)) if task.dev else Held([], frozen)


def _frozen(weights: EncoderWeights, features: list[Features], task: Task) -> Frozen:
    has_tags, threads = task.labels.n_tags > 1, task.arguments.threads or 0
    return encode_frozen(weights, features, has_tags=has_tags, on_progress=task.on_progress, threads=threads)


@contextmanager
def _seeded(arguments: TrainingArguments) -> Iterator[None]:
    """Makes the run repeatable, and leaves torch's random state and threads as they were."""
    threads = torch.get_num_threads()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(arguments.seed)
        if arguments.threads:
            torch.set_num_threads(arguments.threads)
        try:
            yield
        finally:
            torch.set_num_threads(threads)
