"""What stands on the encoder for spans and for tags: logits for each piece, with their loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

from assistant.albert.plain_heads import HEAD_WIDTH
from assistant.albert.tasks.heads import side_by_side, soft_loss
from assistant.albert.tasks.pooling import mixed
from assistant.albert.tasks.task import IGNORED

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from assistant.albert.tasks.heads import States
    from assistant.albert.tasks.task import Setup, Unit


class PieceHead(nn.Module):
    """Logits for each piece, from a learned mix of all layers; what they mean is said by the heads made of it.

    Args:
        hidden: width of the encoder's states.
        n_layers: of the encoder.
        setup: of the task.
        dropout: share of the input that is hidden in training.
    """

    needs_layers = True

    def __init__(self, hidden: int, n_layers: int, setup: Setup, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.mix = nn.Parameter(torch.zeros(n_layers + 1))
        self.inner = nn.Linear(hidden, HEAD_WIDTH)
        self.outer = nn.Linear(HEAD_WIDTH, setup.n_outputs)

    def sequences(self, units: Sequence[Unit]) -> list[list[tuple[int, int]]]:
        """Returns one call of the encoder with the sequence of each unit."""
        return [[(number, 0) for number in range(len(units))]]

    def forward(self, slots: Sequence[States], units: Sequence[Unit]) -> Tensor:  # noqa: ARG002
        """Returns logits. Shape: (batch, piece, output)."""
        states = mixed(self.mix, slots[0].layers)
        inner = functional.gelu(self.inner(self.dropout(states)))  # (batch, piece, HEAD_WIDTH)
        logits: Tensor = self.outer(self.dropout(inner))
        return logits


class TagHead(PieceHead):
    """A tag for each word, said at the word's first piece; a unit's ``places`` are these pieces."""

    def losses(self, logits: Tensor, units: Sequence[Unit]) -> Tensor:
        """Returns the mean loss over each unit's words. Shape: (batch,)."""
        words, wanted, owner = self._words(logits, units)
        losses = functional.cross_entropy(words, wanted, reduction="none", ignore_index=IGNORED)
        return _mean_by_unit(losses, owner, len(units))

    def match(self, logits: Tensor, theirs: Sequence[Tensor], units: Sequence[Unit], temperature: float) -> Tensor:
        """Returns how far each unit's words are from a teacher's, given as `rows` gives them. Shape: (batch,)."""
        words, _, owner = self._words(logits, units)
        return _mean_by_unit(soft_loss(words, torch.cat(list(theirs)), temperature), owner, len(units))

    def rows(self, logits: Tensor, units: Sequence[Unit]) -> list[NDArray[np.float32]]:
        """Returns the logits of each unit's words. Shape of each: (word, tag)."""
        values = logits.float().cpu().numpy()
        return [values[number, unit.places] for number, unit in enumerate(units)]

    def _words(self, logits: Tensor, units: Sequence[Unit]) -> tuple[Tensor, Tensor, Tensor]:
        device = logits.device
        owner = torch.tensor([number for number, unit in enumerate(units) for _ in unit.places], device=device)
        places = torch.tensor([place for unit in units for place in unit.places.tolist()], device=device)
        tags = [tag for unit in units for tag in (unit.target if unit.target is not None else [IGNORED] * len(unit.places))]
        return logits[owner, places], torch.tensor(tags, device=device), owner


class SpanHead(PieceHead):
    """Where an answer begins and ends; both at the first piece where there is none.

    A unit's ``places`` hold for each piece where it stands in the text, and -1 for pieces of the question. Shape: (piece, 2).
    """

    def losses(self, logits: Tensor, units: Sequence[Unit]) -> Tensor:
        """Returns the loss of each unit. Shape: (batch,)."""
        open_logits = self._masked(logits, units)
        wanted = torch.tensor([unit.target for unit in units], device=logits.device)  # (batch, 2)
        return functional.cross_entropy(open_logits, wanted, reduction="none").mean(-1)

    def match(self, logits: Tensor, theirs: Sequence[Tensor], units: Sequence[Unit], temperature: float) -> Tensor:
        """Returns how far each unit's logits are from a teacher's, given as `rows` gives them. Shape: (batch,)."""
        ours, others = (self._masked(values, units).transpose(1, 2) for values in (logits, side_by_side(theirs)))
        return soft_loss(ours, others, temperature).mean(-1)

    def rows(self, logits: Tensor, units: Sequence[Unit]) -> list[NDArray[np.float32]]:
        """Returns the logits of each unit's pieces. Shape of each: (piece, 2)."""
        values = logits.float().cpu().numpy()
        return [values[number, : len(unit.places)] for number, unit in enumerate(units)]

    def _masked(self, logits: Tensor, units: Sequence[Unit]) -> Tensor:
        """Returns logits with a great number taken off where no answer can be."""
        closed = torch.ones(logits.shape[:2], dtype=torch.bool)
        for number, unit in enumerate(units):
            closed[number, : len(unit.places)] = torch.from_numpy(unit.places[:, 0] < 0)
        closed[:, 0] = False
        return logits.masked_fill(closed.to(logits.device).unsqueeze(-1), -1e4)


def _mean_by_unit(losses: Tensor, owner: Tensor, n_units: int) -> Tensor:
    total = losses.new_zeros(n_units).index_add(0, owner, losses)
    counts = losses.new_zeros(n_units).index_add(0, owner, torch.ones_like(losses))
    return total / counts.clamp(min=1)
