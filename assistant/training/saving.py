"""Writes a trained model as a folder, whole or not at all."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from assistant.albert.checkpoint import replacing_folder
from assistant.albert.export import check_graph, joint_graph
from assistant.albert.manifest import MANIFEST, write_manifest
from assistant.albert.session import open_session
from assistant.errors import NotAModelFolder
from assistant.nlu.model_folder import (
    ENCODER_CONFIG,
    ENCODER_WEIGHTS,
    GRAPH,
    HEAD_WEIGHTS,
    INPUTS,
    MODEL_FORM,
    OUTPUTS,
    PROBE,
    TOKENIZER,
    ModelParts,
    save_settings,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tokenizers import Tokenizer
    from transformers import AlbertModel

    from assistant.albert.joint import JointAlbert
    from assistant.training.precision import PrecisionChoice


Companion: TypeAlias = "Callable[[Path], dict[str, Any]]"
"""Writes more files into a model folder before it is sealed, and returns what the manifest shall say of them."""


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
    parts: ModelParts,
    metadata: dict[str, Any],
    choice: PrecisionChoice,
    companion: Companion | None = None,
) -> float:
    """Writes the model folder; the one that stood there is replaced when the new one is complete.

    Args:
        output: the folder.
        model: exported, and stored for torch.
        tokenizer: cuts texts for the model.
        parts: what the answering side needs beside the graph.
        metadata: what the manifest says besides hashes.
        choice: the numbers that the graph computes in.
        companion: writes more files beside the model's; None: there are none.

    Returns:
        How far the graph in floats is off at most.

    Raises:
        ExportDiffers: the exported graph computes something else than the model.
        CannotWrite: the disk refused; nothing is left behind.
    """
    from safetensors.torch import save_file

    with replacing_folder(output) as folder:
        floats = joint_graph(model, OUTPUTS)
        difference = check_graph(model, floats, OUTPUTS)
        graph = floats if choice.extents is None else joint_graph(model, OUTPUTS, choice.extents)
        (folder / GRAPH).write_bytes(graph)
        tokenizer.save(str(folder / TOKENIZER))
        (folder / ENCODER_CONFIG).write_text(model.encoder.config.to_json_string(), encoding="utf-8")
        save_file(_stored(model.encoder), folder / ENCODER_WEIGHTS)
        save_file(_stored(model.heads), folder / HEAD_WEIGHTS)
        save_settings(folder, parts)
        more = companion(folder) if companion else {}
        runtime = choice.as_json() | ({} if choice.extents is None else {"probe": _probe(graph, tokenizer)})
        write_manifest(folder, metadata | more | {"runtime": runtime, "model_form": MODEL_FORM})
    return difference


def _probe(graph: bytes, tokenizer: Tokenizer) -> list[float]:
    """Returns what the graph makes of PROBE on this machine."""
    feed = {INPUTS[0]: np.array([tokenizer.encode(PROBE).ids], dtype=np.int64)}
    return [round(float(value), 5) for value in open_session(graph).run([OUTPUTS[2]], feed)[0][0]]


def fingerprint(encoder: AlbertModel, tokenizer: Tokenizer, precision: str) -> str:
    """Returns a name for an encoder's vectors: the same weights, tokenizer and precision have the same."""
    digest = hashlib.sha256(tokenizer.to_str().encode())
    digest.update(precision.encode())
    for name, value in sorted(_stored(encoder).items()):
        digest.update(name.encode())
        digest.update(value.numpy().tobytes())
    return digest.hexdigest()[:16]


def _stored(module: Any) -> dict[str, Any]:
    return {name: value.detach().contiguous() for name, value in module.state_dict().items() if not name.startswith("pooler.")}
