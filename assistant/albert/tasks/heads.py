"""What stands on the encoder for texts and for choices, with its loss; for spans and tags see `piece_heads`.

A head also says how far it is from a teacher's (Hinton et al. 2015), and what of an earlier task's head it can start from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import nn
from torch.nn import functional

from assistant.albert.plain_heads import HEAD_WIDTH
from assistant.albert.tasks.matching import N_VALUES, missing_values
from assistant.albert.tasks.pooling import PiecePooling

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from assistant.albert.tasks.task import Setup, Unit

COSINE_SCALE = 10.0
"""Brings cosines to the size of the other values that a head is given."""


class States(NamedTuple):
    """What the encoder made of a batch of sequences.

    Attributes:
        last: of the last layer. Shape: (batch, piece, hidden).
        mask: 1 where a piece stands. Shape: (batch, piece).
        layers: the embeddings and each layer's output; empty unless the head needs them. Shape of each: (batch, piece, hidden).
    """

    last: Tensor
    mask: Tensor
    layers: tuple[Tensor, ...] = ()


class TextHead(nn.Module):
    """Labels or a number for one text or two.

    Each sequence is read by the mean of its states and by the state of its first piece; two texts read on their own by their means,
    the distance and product of these, and their cosine (Reimers and Gurevych 2019). All are brought to unit variance. Where the
    setup's pooling is ``layers``, a sequence is read by its pieces in all layers as well. Where it is ``match``, two texts read on
    their own are compared piece by piece instead, and of their means the cosine is left.

    Args:
        hidden: width of the encoder's states.
        n_layers: of the encoder.
        setup: of the task.
        dropout: share of the input that is hidden in training.
        label_smoothing: share of probability that is spread over all labels.
    """

    def __init__(self, hidden: int, n_layers: int, setup: Setup, dropout: float, label_smoothing: float = 0.0) -> None:
        super().__init__()
        self.form = setup.form
        self.n_texts = setup.n_texts
        self.has_joint = setup.n_texts == 1 or setup.reading != "twin"
        self.has_twins = setup.n_texts > 1 and setup.reading != "joint"
        self.has_match = setup.pooling == "match" and self.has_twins
        self.needs_layers = setup.pooling == "layers" and self.has_joint
        self.pieces = PiecePooling(hidden, n_layers, dropout) if self.needs_layers else None
        self.label_smoothing = label_smoothing
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(self.width(hidden), setup.n_outputs)
        self._start()

    def _start(self) -> None:
        """Starts from nothing said, so that first guesses do not disturb the encoder; two texts' number starts as their cosine."""
        nn.init.zeros_(self.output.weight)
        nn.init.zeros_(self.output.bias)
        if self.form == "number" and self.has_twins:
            nn.init.constant_(self.output.weight[:, -1:], 1 / COSINE_SCALE)

    def width(self, hidden: int) -> int:
        """Returns how many values the output is computed from."""
        joint, twins = 2 * hidden if self.has_joint else 0, 4 * hidden if self.has_twins and not self.has_match else 0
        return joint + (HEAD_WIDTH if self.pieces else 0) + twins + self.n_cosines

    @property
    def n_cosines(self) -> int:
        """How many values at the end of the features are cosines, or made of them."""
        return int(self.has_twins) + (N_VALUES if self.has_match else 0)

    def sequences(self, units: Sequence[Unit]) -> list[list[tuple[int, int]]]:
        """Returns the calls of the encoder, each as (unit, sequence) pairs."""
        return [[(number, slot) for number in range(len(units))] for slot in range(len(units[0].sequences))]

    def features(self, slots: Sequence[States]) -> Tensor:
        """Returns what the output is computed from. Shape: (batch, width)."""
        parts: list[Tensor] = []
        scale = slots[0].last.shape[-1] ** 0.5
        if self.has_joint:
            parts += [mean_vector(slots[0]) * scale, functional.normalize(slots[0].last[:, 0], dim=-1) * scale]
        if self.pieces:
            parts.append(self.pieces(slots[0].layers, slots[0].mask))
        if self.has_twins:
            one, other = (mean_vector(states) for states in slots[-2:])
            if self.has_match:
                parts.append(missing_values(*slots[-2][:2], *slots[-1][:2]) * COSINE_SCALE)
            else:
                parts += [one * scale, other * scale, (one - other).abs() * scale, one * other * scale**2]
            parts.append((one * other).sum(-1, keepdim=True) * COSINE_SCALE)  # (batch, 1)
        return torch.cat(parts, dim=-1)

    def forward(self, slots: Sequence[States], units: Sequence[Unit]) -> Tensor:  # noqa: ARG002
        """Returns logits. Shape: (batch, output)."""
        logits: Tensor = self.output(self.hidden_in_part(self.features(slots)))
        return logits

    def hidden_in_part(self, features: Tensor) -> Tensor:
        """Returns the features with some of them hidden in training, never cosines: few values that say so much."""
        n_hidden = features.shape[-1] - self.n_cosines
        return torch.cat([self.dropout(features[:, :n_hidden]), features[:, n_hidden:]], dim=-1)

    def losses(self, logits: Tensor, units: Sequence[Unit]) -> Tensor:
        """Returns the loss of each unit. Shape: (batch,)."""
        if self.form == "number":
            return (logits[:, 0] - _targets(units, logits)) ** 2
        if self.form == "many_labels":
            wanted = torch.stack([torch.from_numpy(unit.target) for unit in units]).to(logits)
            return functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none").sum(-1)
        wanted = torch.tensor([unit.target for unit in units], device=logits.device)
        return functional.cross_entropy(logits, wanted, reduction="none", label_smoothing=self.label_smoothing)

    def match(self, logits: Tensor, theirs: Sequence[Tensor], units: Sequence[Unit], temperature: float) -> Tensor:  # noqa: ARG002
        """Returns how far each unit's logits are from a teacher's, given as `rows` gives them. Shape: (batch,)."""
        wanted = side_by_side(theirs)
        if self.form == "number":
            return ((logits - wanted) ** 2).sum(-1)
        if self.form == "many_labels":
            return functional.binary_cross_entropy_with_logits(logits, wanted.sigmoid(), reduction="none").sum(-1)
        return soft_loss(logits, wanted, temperature)

    def rows(self, logits: Tensor, units: Sequence[Unit]) -> list[NDArray[np.float32]]:
        """Returns each unit's logits on its own."""
        return list(logits[: len(units)].float().cpu().numpy())


class ChoiceHead(TextHead):
    """One logit a choice; the units of a batch may have different numbers of choices.

    Args:
        hidden: width of the encoder's states.
        n_layers: of the encoder.
        setup: of the task.
        dropout: share of the input that is hidden in training.
        label_smoothing: not used: which choices there are differs from example to example.
    """

    def sequences(self, units: Sequence[Unit]) -> list[list[tuple[int, int]]]:
        """Returns one call of the encoder with all choices of all units."""
        return [[(number, place) for number, unit in enumerate(units) for place in range(len(unit.sequences))]]

    def forward(self, slots: Sequence[States], units: Sequence[Unit]) -> Tensor:
        """Returns logits; where a unit has fewer choices than others, minus a great number. Shape: (batch, choice)."""
        flat = self.output(self.hidden_in_part(self.features(slots))).squeeze(-1)  # (all choices,)
        counts = [len(unit.sequences) for unit in units]
        return side_by_side(flat.split(counts))

    def losses(self, logits: Tensor, units: Sequence[Unit]) -> Tensor:
        """Returns the loss of each unit. Shape: (batch,)."""
        return functional.cross_entropy(
            logits, torch.tensor([unit.target for unit in units], device=logits.device), reduction="none"
        )

    def rows(self, logits: Tensor, units: Sequence[Unit]) -> list[NDArray[np.float32]]:
        """Returns each unit's logits on its own, as many as it has choices."""
        values = logits.float().cpu().numpy()
        return [values[number, : len(unit.sequences)] for number, unit in enumerate(units)]


def mean_vector(states: States) -> Tensor:
    """Returns the mean of the states over all pieces, divided by its length. Shape: (batch, hidden)."""
    mask = states.mask.unsqueeze(1).to(states.last.dtype)  # (batch, 1, piece)
    return functional.normalize(torch.matmul(mask, states.last).squeeze(1), dim=-1)


def side_by_side(rows: Sequence[Tensor]) -> Tensor:
    """Returns logits of several units as one tensor, minus a great number where one has fewer than others."""
    return nn.utils.rnn.pad_sequence(list(rows), batch_first=True, padding_value=-1e4)


def soft_loss(logits: Tensor, theirs: Tensor, temperature: float) -> Tensor:
    """Returns the divergence of a teacher's probabilities from ours, over the last axis, both softened."""
    wanted = functional.softmax(theirs / temperature, dim=-1)
    found = functional.log_softmax(logits / temperature, dim=-1)
    return functional.kl_div(found, wanted, reduction="none").sum(-1) * temperature**2


def _targets(units: Sequence[Unit], like: Tensor) -> Tensor:
    return torch.tensor([unit.target for unit in units], dtype=like.dtype, device=like.device)
