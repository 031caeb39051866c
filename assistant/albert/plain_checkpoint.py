"""Loads a checkpoint folder as plain arrays, without torch; `assistant.albert.checkpoint` loads the same for transformers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from assistant.albert.manifest import verify_manifest
from assistant.albert.weights import EncoderWeights
from assistant.errors import BadCheckpoint

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from assistant.albert.weights import Floats

ENCODER_PREFIX = "albert."


@dataclass(frozen=True, slots=True)
class PlainCheckpoint:
    """An encoder with its tokenizer, in numbers.

    Attributes:
        weights: of the encoder.
        tokenizer: adds the special tokens itself.
        settings: the encoder's configuration as JSON text.
        manifest: what the folder's manifest says; empty for an encoder that comes from no such folder.
        heads: weights beside the encoder, by transformers' names; empty when there are none.
    """

    weights: EncoderWeights
    tokenizer: Tokenizer
    settings: str
    manifest: Mapping[str, Any] = field(default_factory=dict)
    heads: Mapping[str, Floats] = field(default_factory=dict)

    @property
    def config(self) -> Any:
        """The encoder's configuration."""
        return self.weights.config


def load_plain_checkpoint(folder: Path) -> PlainCheckpoint:
    """Returns the checkpoint in a folder that `save_checkpoint` wrote, every file checked first.

    Raises:
        ManifestMissing, DamagedFile, ForbiddenFile: the folder is not as its manifest says.
        BadCheckpoint: the files are whole but make no encoder.
    """
    manifest = verify_manifest(folder)
    try:
        settings = (folder / "config.json").read_text(encoding="utf-8")
        config = SimpleNamespace(**json.loads(settings))
        tensors = {name: value.astype(np.float32, copy=False) for name, value in load_file(folder / "model.safetensors").items()}
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # tokenizers raises bare Exception
        raise BadCheckpoint(folder=folder, why=_why(error)) from error
    own = {name.removeprefix(ENCODER_PREFIX): value for name, value in tensors.items() if name.startswith(ENCODER_PREFIX)}
    heads = {name: value for name, value in tensors.items() if not name.startswith(ENCODER_PREFIX)} if own else {}
    return PlainCheckpoint(EncoderWeights(own or tensors, config), tokenizer, settings, manifest, heads)


def _why(error: Exception) -> str:
    known = OSError | ValueError | TypeError | SafetensorError
    return f"{type(error).__name__}: {error}" if isinstance(error, known) else str(error)
