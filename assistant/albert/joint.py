"""One encoder with two heads: the intent of the whole text, and a BIO tag for the first piece of each word.

Source: Chen et al. 2019, section 3, for the joint model; Peters et al. 2018, section 3.2, for the learned mix of layers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import nn
from torch.nn import functional

from assistant.albert.plain_heads import HEAD_WIDTH, SHARE, middle_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor
    from transformers import AlbertModel

IGNORED = -100


class Encoded(NamedTuple):
    """What the encoder makes of a batch.

    Attributes:
        vector: sentence vectors of length one. Shape: (batch, hidden).
        joined: these and those of the layer in the middle, of length one together. Shape: (batch, 2 * hidden).
        layers: the embeddings and each layer's output. Shape of each: (batch, piece, hidden).
    """

    vector: Tensor
    joined: Tensor
    layers: tuple[Tensor, ...]


class JointHeads(nn.Module):
    """The two heads; they can be trained alone on what a frozen encoder made.

    Args:
        hidden: width of the encoder's states.
        n_layers: states that the tag head may mix, the embeddings among them.
        n_intents: classes of texts.
        n_tags: classes of words; 1 means that there is nothing to tag.
        dropout: share of the heads' inputs that is hidden in training.
    """

    def __init__(self, hidden: int, n_layers: int, n_intents: int, n_tags: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.scale = (2 * hidden) ** 0.5
        self.intent = nn.Linear(2 * hidden, n_intents)
        self.mix = nn.Parameter(torch.zeros(n_layers))
        self.tag_inner = nn.Linear(hidden, HEAD_WIDTH)
        self.tag_outer = nn.Linear(HEAD_WIDTH, n_tags)

    def intent_logits(self, joined: Tensor) -> Tensor:
        """Returns a logit for each intent.

        Args:
            joined: of length one; it is scaled so that its components have unit variance. Shape: (batch, 2 * hidden).

        Returns:
            Shape: (batch, intent).
        """
        logits: Tensor = self.intent(self.dropout(joined * self.scale))
        return logits

    def tag_logits(self, layers: Sequence[Tensor]) -> Tensor:
        """Returns a logit for each tag at each place.

        Args:
            layers: the embeddings and each layer's output. Shape of each: (..., hidden).

        Returns:
            Shape: (..., tag).
        """
        shares = self.mix.softmax(0).unbind()
        mixed = shares[0] * layers[0]  # (..., hidden)
        for share, layer in zip(shares[1:], layers[1:], strict=True):
            mixed = mixed + share * layer
        inner = functional.gelu(self.tag_inner(self.dropout(mixed)))  # (..., HEAD_WIDTH)
        logits: Tensor = self.tag_outer(self.dropout(inner))
        return logits


class JointAlbert(nn.Module):
    """An ALBERT that says the intent and the tags of a text in one pass, and gives its sentence vector.

    Args:
        encoder: transformers' model; it is used as it is, not copied.
        heads: made for the encoder's sizes.
    """

    def __init__(self, encoder: AlbertModel, heads: JointHeads) -> None:
        super().__init__()
        self.encoder = encoder
        self.heads = heads

    def encode(self, input_ids: Tensor, attention_mask: Tensor) -> Encoded:
        """Returns the sentence vectors, means over all pieces that are not padding, joined ones, and the states of all layers.

        Args:
            input_ids: Shape: (batch, piece) int64.
            attention_mask: 1 where a piece stands, 0 where padding does. Shape: (batch, piece) int64.
        """
        output = self.encoder(input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=True)
        layers = tuple(output.hidden_states)
        vector, middle = (_mean(states, attention_mask) for states in (output.last_hidden_state, middle_of(layers)))
        return Encoded(vector, torch.cat([vector, middle], dim=-1) * SHARE, layers)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Returns intent logits, tag logits of every piece, and sentence vectors.

        Returns:
            Shapes: (batch, intent), (batch, piece, tag), (batch, hidden), all float32.
        """
        vector, joined, layers = self.encode(input_ids, attention_mask)
        return self.heads.intent_logits(joined), self.heads.tag_logits(layers), vector


def _mean(states: Tensor, attention_mask: Tensor) -> Tensor:
    """Returns the means over all pieces that are not padding, of length one. Shape: (batch, hidden)."""
    mask = attention_mask.unsqueeze(1).to(states.dtype)  # (batch, 1, piece)
    # A product, since the runtime's sums over an axis add up in another order in a batch of one.
    mean = torch.matmul(mask, states).squeeze(1) / mask.sum(2)
    return functional.normalize(mean, dim=-1)


class JointLoss(nn.Module):
    """The sum of the two heads' cross-entropies.

    Args:
        intent_weights: one a class, for classes of unlike size. Shape: (intent,).
        tag_weight: of the tags' loss beside the intent's.
        label_smoothing: share of probability spread over all intents.
    """

    def __init__(self, intent_weights: Tensor, tag_weight: float, label_smoothing: float) -> None:
        super().__init__()
        self.intent = nn.CrossEntropyLoss(weight=intent_weights, label_smoothing=label_smoothing)
        self.tag = nn.CrossEntropyLoss(ignore_index=IGNORED)
        self.tag_weight = tag_weight

    def forward(self, intent_logits: Tensor, intents: Tensor, tag_logits: Tensor, tags: Tensor) -> Tensor:
        """Returns the loss, a scalar.

        Args:
            intent_logits: Shape: (batch, intent).
            intents: Shape: (batch,).
            tag_logits: Shape: (..., tag).
            tags: IGNORED where there is nothing to learn. Shape: (...).
        """
        loss: Tensor = self.intent(intent_logits, intents)
        if tag_logits.shape[-1] > 1 and bool((tags != IGNORED).any()):
            loss = loss + self.tag_weight * self.tag(tag_logits.flatten(0, -2), tags.flatten())
        return loss
