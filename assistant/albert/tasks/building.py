"""Puts a task's model together: from a checkpoint, from any finished task's encoder, with what of its head can be kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from assistant.albert.precision import use_plain_attention
from assistant.albert.tasks.heads import ChoiceHead, TextHead
from assistant.albert.tasks.model import TaskModel
from assistant.albert.tasks.piece_heads import SpanHead, TagHead
from assistant.albert.tasks.task import Setup
from assistant.albert.tokenizer import special_ids

if TYPE_CHECKING:
    from assistant.albert.checkpoint import Checkpoint
    from assistant.albert.tasks.settings import TaskRecipe

HEAD_PREFIX = "head."
MANIFEST_KEY = "task"
OUTPUT = frozenset({"output.weight", "output.bias", "outer.weight", "outer.bias"})


def make_head(hidden: int, n_layers: int, setup: Setup, dropout: float = 0.0, label_smoothing: float = 0.0) -> Any:
    """Returns the head of a task's form.

    Args:
        hidden: width of the encoder's states.
        n_layers: of the encoder.
        setup: of the task.
        dropout: share of the head's input that is hidden in training.
        label_smoothing: share of probability that is spread over all labels.
    """
    if setup.form == "choice":
        return ChoiceHead(hidden, n_layers, setup, dropout)
    if setup.form in {"span", "tags"}:
        return (SpanHead if setup.form == "span" else TagHead)(hidden, n_layers, setup, dropout)
    return TextHead(hidden, n_layers, setup, dropout, label_smoothing)


def make_model(checkpoint: Checkpoint, setup: Setup, recipe: TaskRecipe) -> TaskModel:
    """Returns a model to be trained: the checkpoint's encoder, and a new head that keeps what an earlier task's head has of it.

    Args:
        checkpoint: any encoder; its model is trained in place.
        setup: of the task.
        recipe: gives dropout, precision and the seed of the head.
    """
    encoder, config = checkpoint.model, checkpoint.config
    use_plain_attention(encoder.config)
    _set_dropout(encoder, recipe.encoder_dropout)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        head = make_head(config.hidden_size, config.num_hidden_layers, setup, recipe.head_dropout, recipe.label_smoothing)
    _take_over(head, setup, checkpoint)
    return TaskModel(encoder, head, special_ids(checkpoint.tokenizer).pad, recipe.precision)


def finished_setup(checkpoint: Checkpoint) -> Setup | None:
    """Returns what a checkpoint's manifest says of the task it was fine-tuned for; None when it is no finished task's."""
    value = checkpoint.manifest.get(MANIFEST_KEY)
    try:
        return Setup.from_json(value) if isinstance(value, dict) else None
    except (KeyError, TypeError):
        return None


def finished_model(checkpoint: Checkpoint, setup: Setup, precision: str = "float32") -> TaskModel:
    """Returns a finished task's model; raises KeyError or RuntimeError where the weights do not fit."""
    head = make_head(checkpoint.config.hidden_size, checkpoint.config.num_hidden_layers, setup)
    head.load_state_dict(_head_weights(checkpoint))
    model = TaskModel(checkpoint.model, head, special_ids(checkpoint.tokenizer).pad, precision)
    model.eval()
    return model


def _head_weights(checkpoint: Checkpoint) -> dict[str, torch.Tensor]:
    heads = checkpoint.heads.items()
    return {name.removeprefix(HEAD_PREFIX): value for name, value in heads if name.startswith(HEAD_PREFIX)}


def _take_over(head: Any, setup: Setup, checkpoint: Checkpoint) -> None:
    """Starts a head from an earlier task's of the same shape: labels of the same name keep their row.

    A label without a namesake starts as the mean of the earlier labels that have none either: what is no entailment is neutral or a
    contradiction.
    """
    before, weights = finished_setup(checkpoint), _head_weights(checkpoint)
    if before is None or not setup.labels or before.form != setup.form or not set(before.labels) & set(setup.labels):
        return
    own = head.state_dict()
    if set(own) != set(weights) or any(own[name].shape[1:] != value.shape[1:] for name, value in weights.items()):
        return
    namesakes = {label: place for place, label in enumerate(before.labels)}
    left = [place for label, place in namesakes.items() if label not in setup.labels] or list(namesakes.values())
    rows = [[namesakes[label]] if label in namesakes else left for label in setup.labels]
    for name, value in weights.items():
        taken = torch.stack([value[places].mean(0) for places in rows]) if name in OUTPUT else value
        own[name].copy_(taken)


def _set_dropout(encoder: torch.nn.Module, share: float) -> None:
    for module in encoder.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = share
