"""Reads a sequence by its pieces in all layers, for what its vector does not tell.

A sentence encoder's last states are almost one vector for all pieces: what the sentence is about. How it is built stands in the
layers below (Tenney et al. 2019), and a fault in it at single pieces; a maximum over pieces keeps what a mean would drown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

from assistant.albert.plain_heads import HEAD_WIDTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


class PiecePooling(nn.Module):
    """The strongest of what a layer finds in each piece's states, from a learned mix of the encoder's layers.

    Args:
        hidden: width of the encoder's states.
        n_layers: of the encoder.
        dropout: share of the mixed states that is hidden in training.
    """

    def __init__(self, hidden: int, n_layers: int, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.mix = nn.Parameter(torch.zeros(n_layers + 1))
        self.inner = nn.Linear(hidden, HEAD_WIDTH)

    def forward(self, layers: Sequence[Tensor], mask: Tensor) -> Tensor:
        """Returns the maxima. Shape: (batch, HEAD_WIDTH).

        Args:
            layers: the embeddings and each layer's output. Shape of each: (batch, piece, hidden).
            mask: 1 where a piece stands. Shape: (batch, piece).
        """
        found = functional.gelu(self.inner(self.dropout(mixed(self.mix, layers))))  # (batch, piece, HEAD_WIDTH)
        strongest: Tensor = found.masked_fill(mask.unsqueeze(-1) == 0, -1.0).amax(1)  # a gelu is over -1
        return strongest


def mixed(mix: Tensor, layers: Sequence[Tensor]) -> Tensor:
    """Returns the weighed sum of some layers (Peters et al. 2018). Shape: as each of them.

    Args:
        mix: what the softmax of makes the weights. Shape: (layer,).
        layers: the embeddings and each layer's output.
    """
    shares = mix.softmax(0).unbind()
    return torch.stack([share * layer for share, layer in zip(shares, layers, strict=True)]).sum(0)
