"""An encoder with a task's head on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from assistant.albert.precision import autocast
from assistant.albert.sentences import pad
from assistant.albert.tasks.heads import States

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor
    from transformers import AlbertModel

    from assistant.albert.tasks.task import Pieces, Unit

PIECES_A_BATCH = 512
"""Measured at once on a processor, so that states stay in its second cache; padding included."""


class TaskModel(nn.Module):
    """Says what a task asks of a batch of units.

    Args:
        encoder: transformers' model; used as it is, not copied.
        head: of the task.
        pad_id: of the tokenizer.
        precision: of the encoder's products: auto, float32 or bfloat16.
    """

    def __init__(self, encoder: AlbertModel, head: Any, pad_id: int, precision: str = "auto") -> None:
        super().__init__()
        self.encoder = encoder
        self.head = head
        self.pad_id = pad_id
        self.precision = precision

    def forward(self, units: Sequence[Unit]) -> Tensor:
        """Returns logits; their shape is the head's."""
        calls = self.head.sequences(units)
        slots = [self._states([units[number].sequences[place] for number, place in call]) for call in calls]
        logits: Tensor = self.head(slots, units)
        return logits

    def measure(self, units: Sequence[Unit]) -> list[NDArray[np.float32]]:
        """Returns the logits of each unit, in their order; longest units first keeps surprises early."""
        found: dict[int, NDArray[np.float32]] = {}
        was_training = self.training
        self.eval()
        for chosen in _by_length(units):
            batch = [units[number] for number in chosen]
            with torch.inference_mode():
                rows = self.head.rows(self(batch), batch)
            found.update(zip(chosen, rows, strict=True))
        self.train(was_training)
        return [found[number] for number in range(len(units))]

    def _states(self, sequences: Sequence[Pieces]) -> States:
        ids, mask = pad([sequence.ids for sequence in sequences], self.pad_id)  # type: ignore[misc]
        types, _ = pad([sequence.types for sequence in sequences], 0)  # type: ignore[misc]
        device = self.encoder.device
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        tensors = {name: torch.from_numpy(value).to(device) for name, value in inputs.items()}
        with autocast(device, self.precision):
            output = self.encoder(**tensors, output_hidden_states=self.head.needs_layers)
        layers = tuple(layer.float() for layer in output.hidden_states) if self.head.needs_layers else ()
        return States(output.last_hidden_state.float(), tensors["attention_mask"], layers)


def _by_length(units: Sequence[Unit]) -> list[list[int]]:
    """Returns batches of units alike in length, each of about as many pieces."""
    ordered = sorted(range(len(units)), key=lambda number: -units[number].n_pieces)
    batches: list[list[int]] = []
    for number in ordered:
        longest = units[batches[-1][0]].n_pieces if batches else 0
        if not batches or longest * (len(batches[-1]) + 1) > PIECES_A_BATCH:
            batches.append([])
        batches[-1].append(number)
    return batches
