"""From a model that was trained back to a checkpoint that can be saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from assistant.albert.checkpoint import ENCODER_PREFIX, Checkpoint
from assistant.albert.progress import LOG

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import AlbertForPreTraining

    from assistant.albert.training_state import Position


def trained_checkpoint(
    model: AlbertForPreTraining, tokenizer: Tokenizer, position: Position, method: str, recipe: str
) -> Checkpoint:
    """Returns the encoder and its heads, float32 on the processor, with how they were made.

    Args:
        model: trained; moved to the processor.
        tokenizer: its own.
        position: how far the run came.
        method: in words, for the manifest.
        recipe: fingerprint of the recipe.
    """
    move(model, "cpu", torch.float32)
    model.eval()  # type: ignore[no-untyped-call]
    heads = {name: p.detach() for name, p in model.named_parameters() if not name.startswith(ENCODER_PREFIX)}
    minutes = round(position.elapsed_s / 60, 1)
    n_parameters = sum(parameter.numel() for parameter in model.albert.parameters())
    manifest = {"method": method, "steps": position.step, "minutes": minutes, "recipe": recipe, "log": LOG}
    manifest["parameters"] = n_parameters
    return Checkpoint(model.albert, tokenizer, model.albert.config, manifest, heads)


def move(model: torch.nn.Module, device: str, dtype: torch.dtype = torch.float32) -> None:
    """Moves a model to a device and a type of number, in place."""
    model.to(device=device, dtype=dtype)
