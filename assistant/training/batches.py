"""Puts examples side by side for torch, padded to the longest."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch

from assistant.nlu.tags import IGNORED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from assistant.training.features import Features


class Batch(NamedTuple):
    """Examples side by side, padded to the longest.

    Attributes:
        input_ids, attention_mask, tags: Shape: (batch, piece) int64; tags are IGNORED where no word starts.
        intents: Shape: (batch,) int64.
    """

    input_ids: Tensor
    attention_mask: Tensor
    intents: Tensor
    tags: Tensor


def make_batch(features: Sequence[Features], pad: int) -> Batch:
    """Returns the examples side by side."""
    shape = (len(features), max(len(feature.input_ids) for feature in features))
    input_ids = torch.full(shape, pad)
    attention_mask = torch.zeros(shape, dtype=torch.int64)
    tags = torch.full(shape, IGNORED)
    for row, feature in enumerate(features):
        length = len(feature.input_ids)
        input_ids[row, :length] = torch.tensor(feature.input_ids)
        attention_mask[row, :length] = 1
        if feature.pieces:
            tags[row, torch.tensor(feature.pieces)] = torch.tensor(feature.tags)
    return Batch(input_ids, attention_mask, torch.tensor([feature.intent for feature in features]), tags)
