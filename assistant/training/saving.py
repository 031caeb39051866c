"""Writes a trained model as a folder, whole or not at all."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from assistant.albert.checkpoint import replacing_folder
from assistant.albert.export import export_onnx
from assistant.albert.manifest import MANIFEST, write_manifest
from assistant.errors import NotAModelFolder
from assistant.nlu.model_folder import (
    ENCODER_CONFIG,
    ENCODER_WEIGHTS,
    GRAPH,
    HEAD_WEIGHTS,
    INPUTS,
    OUTPUTS,
    TOKENIZER,
    ModelSettings,
    save_settings,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tokenizers import Tokenizer

    from assistant.albert.joint import JointAlbert
    from assistant.nlu.extractors import Extractors
    from assistant.nlu.novelty import Novelty


def check_output(path: Path) -> None:
    """Checks that a model may be written there, before anything is trained.

    Raises:
        NotAModelFolder: something stands there that is neither a model folder nor empty.
    """
    if path.exists() and not (path / MANIFEST).is_file() and (not path.is_dir() or any(path.iterdir())):
        raise NotAModelFolder(path=path)


def save_model(
    output: Path,
    model: JointAlbert,
    tokenizer: Tokenizer,
    parts: tuple[ModelSettings, Extractors, Novelty],
    metadata: dict[str, Any],
) -> float:
    """Writes the model folder; the one that stood there is replaced when the new one is complete.

    Args:
        output: the folder.
        model: exported, and stored for torch.
        tokenizer: cuts texts for the model.
        parts: what the answering side needs beside the graph.
        metadata: what the manifest says besides hashes.

    Returns:
        How far the exported graph is off at most.

    Raises:
        ExportDiffers: the exported graph computes something else than the model.
        CannotWrite: the disk refused; nothing is left behind.
    """
    from safetensors.torch import save_file

    with replacing_folder(output) as folder:
        difference = export_onnx(model, folder / GRAPH, INPUTS, OUTPUTS)
        tokenizer.save(str(folder / TOKENIZER))
        (folder / ENCODER_CONFIG).write_text(model.encoder.config.to_json_string(), encoding="utf-8")
        save_file(_stored(model.encoder), folder / ENCODER_WEIGHTS)
        save_file(_stored(model.heads), folder / HEAD_WEIGHTS)
        save_settings(folder, *parts)
        write_manifest(folder, metadata)
    return difference


def fingerprint(model: JointAlbert, tokenizer: Tokenizer) -> str:
    """Returns a name for the encoder: the same weights and the same tokenizer have the same."""
    digest = hashlib.sha256(tokenizer.to_str().encode())
    for name, value in sorted(_stored(model.encoder).items()):
        digest.update(name.encode())
        digest.update(value.numpy().tobytes())
    return digest.hexdigest()[:16]


def _stored(module: Any) -> dict[str, Any]:
    return {name: value.detach().contiguous() for name, value in module.state_dict().items() if not name.startswith("pooler.")}
