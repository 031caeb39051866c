"""The sentences beside the shipped heads: what their part that reads vectors says of each, for whoever has others or none."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from assistant.albert.manifest import verify_manifest
from assistant.errors import BadModel
from assistant.nlu.signals.heads import OUTPUTS, load_heads

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from assistant.nlu.signals.heads import SignalHeads

    Floats = NDArray[np.float32]

ANCHORS = "anchors.json"
ANCHOR_LOGITS = "anchors.safetensors"


def save_anchors(folder: Path, texts: Sequence[str], logits: Floats) -> None:
    """Writes the sentences, and what the heads' part that reads vectors says of them. Shape of the logits: (sentence, output)."""
    from safetensors.numpy import save_file

    (folder / ANCHORS).write_text(json.dumps(list(texts), indent=0, ensure_ascii=False) + "\n", encoding="utf-8")
    save_file({"logits": logits.astype(np.float16)}, folder / ANCHOR_LOGITS)


def load_shipped(folder: Path) -> tuple[SignalHeads, list[str], Floats]:
    """Returns the heads of a folder, its sentences and what the part that reads vectors says of them.

    Raises:
        MissingError: the folder is not as its manifest says, or holds no heads.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    verify_manifest(folder)
    heads = load_heads(folder)
    if heads is None:
        raise BadModel(folder=folder, why="it holds no heads")
    try:
        texts = [str(text) for text in json.loads((folder / ANCHORS).read_bytes())]
        logits = load_file(folder / ANCHOR_LOGITS)["logits"].astype(np.float32)
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise BadModel(folder=folder, why=f"{ANCHORS}: {type(error).__name__}: {error}") from error
    if logits.shape != (len(texts), len(OUTPUTS)):
        raise BadModel(folder=folder, why=f"{ANCHORS} and {ANCHOR_LOGITS} belong to different heads")
    return heads, texts, logits


def words_alone(folder: Path) -> SignalHeads:
    """Returns heads for texts that nothing has made vectors of: for their part stands what it says of most sentences.

    Raises:
        MissingError: the folder is not as its manifest says, or holds no heads.
    """
    heads, _, logits = load_shipped(folder)
    typical = np.median(logits, axis=0).astype(np.float32)
    return replace(heads, by_vector=np.zeros((0, len(OUTPUTS)), np.float32), bias=heads.bias + typical)


NO_VECTOR: Floats = np.zeros(0, np.float32)
"""What such heads take for a vector."""
