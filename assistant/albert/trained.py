"""From a model that was trained to a checkpoint that can be saved, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import torch
from transformers import AlbertForPreTraining

from assistant.albert.checkpoint import Checkpoint
from assistant.albert.plain_checkpoint import ENCODER_PREFIX
from assistant.albert.progress import LOG
from assistant.errors import BadCheckpoint

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from assistant.albert.training_state import Position

HEAD_NAMES = ("predictions.dense.weight", "sop_classifier.classifier.weight")


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


def restore_heads(checkpoint: Checkpoint, folder: Path | None = None) -> AlbertForPreTraining:
    """Returns transformers' pretraining model with the checkpoint's encoder and heads.

    Args:
        checkpoint: loaded from a folder with heads.
        folder: named in the error.

    Raises:
        BadCheckpoint: the checkpoint is a bare encoder.
    """
    if not all(name in checkpoint.heads for name in HEAD_NAMES):
        raise BadCheckpoint(folder=folder or Path(), why="it has no heads for hidden words and order")
    model: AlbertForPreTraining = AlbertForPreTraining(checkpoint.config)
    encoder = {f"{ENCODER_PREFIX}{name}": value for name, value in checkpoint.model.state_dict().items()}
    model.load_state_dict(encoder | checkpoint.heads, strict=False)
    model.tie_weights()
    model.eval()  # type: ignore[no-untyped-call]
    return model


def move(model: torch.nn.Module, device: str, dtype: torch.dtype = torch.float32) -> None:
    """Moves a model to a device and a type of number, in place."""
    model.to(device=device, dtype=dtype)
