"""What a fine-tuning decides before its first step: the rate of each part of the model, and the order of the batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.albert.layer_decay import rated_parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.albert.tasks.model import TaskModel
    from assistant.albert.tasks.settings import TaskRecipe
    from assistant.albert.tasks.task import Unit

POOL = 50
"""Batches that are drawn together and sorted by length."""


def rate_groups(model: TaskModel, recipe: TaskRecipe) -> list[dict[str, Any]]:
    """Returns embeddings, layers and head as an optimizer's groups, each with its peak rate; vectors (biases, norms) do not decay.

    Args:
        model: whose tensors are trained.
        recipe: gives rates and decay; the embeddings lie below the lowest application of the layer.
    """
    (embeddings, lowest), *groups = rated_parts(model.encoder, recipe.layer_decay)
    parts = (
        (embeddings, recipe.encoder_rate * lowest * recipe.embedding_factor),
        *((layers, recipe.encoder_rate * factor) for layers, factor in groups),
        (list(model.head.parameters()), recipe.head_rate),
    )
    return [
        {
            "params": [p for p in parameters if (p.ndim > 1) == is_matrix],
            "lr": rate,
            "peak": rate,
            "weight_decay": recipe.weight_decay if is_matrix else 0.0,
        }
        for parameters, rate in parts
        for is_matrix in (True, False)
    ]


def epoch_order(units: Sequence[Unit], recipe: TaskRecipe, epoch: int) -> list[list[int]]:
    """Returns the batches of an epoch: each unit once, alike in length within a batch; the same for the same seed and epoch.

    Args:
        units: to learn from.
        recipe: gives size and seed.
        epoch: from 0.
    """
    rng = np.random.default_rng([recipe.seed, epoch])
    order = rng.permutation(len(units))
    pool = recipe.batch_size * POOL
    batches = []
    for start in range(0, len(order), pool):
        alike = sorted(order[start : start + pool].tolist(), key=lambda number: units[number].n_pieces)
        batches += [alike[first : first + recipe.batch_size] for first in range(0, len(alike), recipe.batch_size)]
    return [batches[number] for number in rng.permutation(len(batches))]
