"""Compares two texts piece by piece: how well each piece of one finds its like in the other.

Whether a text follows from a longer one shows in what of it the other lacks, which the two texts' vectors hardly tell: a vector
says what all of a text is about. Each piece looks for the piece most like it (as in BERTScore, Zhang et al. 2020); the mean of what
is missing and the worst-matched piece are told, for each of the two texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional

if TYPE_CHECKING:
    from torch import Tensor

N_VALUES = 4


def missing_values(one: Tensor, its_mask: Tensor, other: Tensor, others_mask: Tensor) -> Tensor:
    """Returns what each of two texts has that the other lacks: mean and largest of 1 - cosine over its pieces. Shape: (batch, 4).

    Args:
        one: states of the first text's pieces. Shape: (batch, piece, hidden).
        its_mask: 1 where a piece stands. Shape: (batch, piece).
        other: of the second text; its number of pieces may be another.
        others_mask: likewise.
    """
    alike = functional.normalize(one, dim=-1) @ functional.normalize(other, dim=-1).transpose(1, 2)  # (batch, piece, other piece)
    return torch.cat([_missing(alike, its_mask, others_mask), _missing(alike.transpose(1, 2), others_mask, its_mask)], dim=-1)


def _missing(alike: Tensor, own: Tensor, others: Tensor) -> Tensor:
    """Returns mean and largest of what the pieces in the rows lack. Shape: (batch, 2)."""
    best = alike.masked_fill(others.unsqueeze(1) == 0, -1.0).amax(-1)  # (batch, own piece)
    missing = (1 - best).masked_fill(own == 0, 0.0)  # never below nought, so that padding is never the largest
    return torch.stack([missing.sum(-1) / own.sum(-1), missing.amax(-1)], dim=-1)
