"""Training of encoder and heads together, on torch."""

from __future__ import annotations

import copy
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from assistant.albert.export import check_graph, heads_of, weights_of
from assistant.albert.joint import JointAlbert, JointHeads
from assistant.albert.model_graph import joint_graph
from assistant.nlu.model_folder import OUTPUTS
from assistant.training.encoding import encode_frozen
from assistant.training.fast import train_fast
from assistant.training.finetuning import FineTuning
from assistant.training.frozen import start_heads
from assistant.training.outcome import Outcome
from assistant.training.precision import Held
from assistant.training.split import hold_out, partition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.albert.checkpoint import Checkpoint
    from assistant.albert.weights import EncoderWeights
    from assistant.training.arguments import TrainingArguments
    from assistant.training.encoding import Frozen
    from assistant.training.features import Features
    from assistant.training.outcome import Task


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
    has_tags, config, labels = task.labels.n_tags > 1, checkpoint.config, task.labels
    n_layers = config.num_hidden_layers + 1
    before = _encoded(weights_of(checkpoint.model), data, task, has_tags=has_tags)
    started = start_heads(before, labels, n_layers, task.arguments, task.on_progress)
    heads = JointHeads(config.hidden_size, n_layers, len(labels.intents), labels.n_tags, task.arguments.dropout)
    heads.load_state_dict({name: torch.tensor(value) for name, value in started.stored().items()})
    model = JointAlbert(copy.deepcopy(checkpoint.model), heads)
    model.eval()
    tuning = FineTuning(model, labels, task.arguments, pad=task.pad, is_pretrained=is_pretrained, on_progress=task.on_progress)
    held, best_epoch = tuning.run(data, dev)
    if not best_epoch:  # the encoder stays as it is, and its heads may learn from the held-out examples, too
        return replace(train_fast(weights_of(checkpoint.model), task), best_epoch=0)
    model.eval()
    weights, tuned = weights_of(model.encoder), heads_of(model.heads)
    check_graph(model, joint_graph(weights, tuned, OUTPUTS), OUTPUTS)
    frozen = _encoded(weights, task.features, task, has_tags=has_tags)
    unseen = Held(dev, _encoded(weights, dev, task, has_tags=has_tags)) if dev else Held([], frozen)
    return Outcome(weights, tuned, frozen, held, tuned, unseen, is_unseen, best_epoch)


def _encoded(weights: EncoderWeights, features: list[Features], task: Task, *, has_tags: bool) -> Frozen:
    return encode_frozen(weights, features, has_tags=has_tags, on_progress=task.on_progress, threads=task.arguments.threads or 0)


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
