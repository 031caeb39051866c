"""What is minimised: hidden words, the order of segments, and likeness to a teacher."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from assistant.albert.masking import IGNORED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transformers import AlbertForPreTraining


def masked_words(model: AlbertForPreTraining, states: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, float]:
    """Returns the cross entropy of the hidden pieces, and the share of them that is guessed right.

    Args:
        model: gives the head; logits are made for the hidden places alone, which is most of the saving.
        states: of the last layer. Shape: (batch, tokens, hidden).
        labels: ids where a piece is hidden, -100 elsewhere. Shape: (batch, tokens) int64.
    """
    places = labels != IGNORED
    wanted = labels[places]
    logits = model.predictions(states[places]).float()  # (hidden places, vocabulary)
    right = (logits.argmax(-1) == wanted).float().mean()
    return functional.cross_entropy(logits, wanted), float(right)


def segment_order(model: AlbertForPreTraining, states: torch.Tensor, is_swapped: torch.Tensor) -> tuple[torch.Tensor, float]:
    """Returns the cross entropy of the segments' order, and the share that is told right.

    Args:
        model: gives pooler and head.
        states: of the last layer. Shape: (batch, tokens, hidden).
        is_swapped: Shape: (batch,) int64.
    """
    encoder = model.albert
    pooled = encoder.pooler_activation(encoder.pooler(states[:, 0]))
    logits = model.sop_classifier(pooled).float()  # (batch, 2)
    right = (logits.argmax(-1) == is_swapped).float().mean()
    return functional.cross_entropy(logits, is_swapped), float(right)


def state_distance(
    student: Sequence[torch.Tensor],
    teacher: Sequence[torch.Tensor],
    attention_mask: torch.Tensor,
    weights: Sequence[float],
) -> torch.Tensor:
    """Returns the mean squared distance of the token states, layer by layer, weighted.

    Args:
        student: embeddings and the states of every layer. Shape: (batch, tokens, hidden) each.
        teacher: likewise.
        attention_mask: 1 for tokens, 0 for padding. Shape: (batch, tokens).
        weights: of each layer; a layer of weight 0 is left free.
    """
    places = attention_mask.bool()
    total = torch.zeros((), device=attention_mask.device)
    for ours, theirs, weight in zip(student, teacher, weights, strict=True):
        if weight:
            total = total + weight * functional.mse_loss(ours[places].float(), theirs[places].float())
    return total / sum(weights)


def mean_pool(states: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
    """Returns the normalised mean of the token states. Shape: (batch, hidden) float32."""
    mask = attention_mask.unsqueeze(-1).float()  # (batch, tokens, 1)
    mean = (states.float() * mask).sum(1) / mask.sum(1).clamp(min=1)
    return functional.normalize(mean, dim=-1)


def vector_distance(student: torch.Tensor, teacher: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Returns 1 minus the mean cosine, and the mean squared error of the similarities within the batch.

    Args:
        student: normalised sentence vectors. Shape: (batch, hidden) float32.
        teacher: likewise.
    """
    cosine = 1 - (student * teacher).sum(-1).mean()
    similarities = functional.mse_loss(student @ student.T, teacher @ teacher.T)
    return cosine, similarities
