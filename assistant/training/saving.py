"""Writes a trained model as a folder, whole or not at all."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from assistant.albert.folders import replacing_folder
from assistant.albert.manifest import MANIFEST, write_manifest
from assistant.albert.model_graph import INPUT, joint_graph
from assistant.albert.session import open_session
from assistant.errors import ExportDiffers, NotAModelFolder
from assistant.nlu.model_folder import (
    ENCODER_CONFIG,
    ENCODER_WEIGHTS,
    GRAPH,
    HEAD_WEIGHTS,
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

    from assistant.albert.plain_checkpoint import PlainCheckpoint
    from assistant.albert.plain_heads import PlainHeads
    from assistant.albert.weights import EncoderWeights
    from assistant.training.precision import Held, PrecisionChoice


N_CHECKED = 8
MAX_DIFFERENCE = 5e-3
"""Between a graph and what it was written from, as a share of the largest value: the states of words are kept in half precision."""

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
    encoder: PlainCheckpoint,
    heads: PlainHeads,
    parts: ModelParts,
    metadata: dict[str, Any],
    choice: PrecisionChoice,
    companion: Companion | None = None,
) -> None:
    """Writes the model folder; the one that stood there is replaced when the new one is complete.

    Args:
        output: the folder.
        encoder: as it is now, with the tokenizer that cuts texts for it.
        heads: of the model.
        parts: what the answering side needs beside the graph.
        metadata: what the manifest says besides hashes.
        choice: the numbers that the graph computes in.
        companion: writes more files beside the model's; None: there are none.

    Raises:
        ExportDiffers: the graph computes something else than the heads.
        CannotWrite: the disk refused; nothing is left behind.
    """
    from safetensors.numpy import save_file

    with replacing_folder(output) as folder:
        graph = joint_graph(encoder.weights, heads, OUTPUTS, choice.extents)
        (folder / GRAPH).write_bytes(graph)
        encoder.tokenizer.save(str(folder / TOKENIZER))
        (folder / ENCODER_CONFIG).write_text(encoder.settings, encoding="utf-8")
        save_file(encoder.weights.stored(), folder / ENCODER_WEIGHTS)
        save_file(heads.stored(), folder / HEAD_WEIGHTS)
        save_settings(folder, parts)
        more = companion(folder) if companion else {}
        session = open_session(graph)
        check_heads(session, heads, choice.looked_at)
        runtime = choice.as_json() | ({} if choice.extents is None else {"probe": _probe(session, encoder.tokenizer)})
        write_manifest(folder, metadata | more | {"runtime": runtime, "model_form": MODEL_FORM})


def check_heads(session: Any, heads: PlainHeads, examples: Held) -> None:
    """Checks that a graph says of some examples what the heads say of what the encoder made of them.

    Args:
        session: of the graph.
        heads: that it was written from.
        examples: as the encoder reads them in the graph's precision; the first N_CHECKED are looked at.

    Raises:
        ExportDiffers: the difference is more than rounding.
    """
    frozen = examples.frozen
    joined = frozen.joined
    for row, feature in enumerate(examples.features[:N_CHECKED]):
        found = session.run(list(OUTPUTS), {INPUT: np.array([feature.input_ids], dtype=np.int64)})
        pairs = [(found[0][0], heads.intent_logits(joined[row : row + 1])[0]), (found[2][0], frozen.vectors[row])]
        if len(frozen.tags):
            pairs.append((found[1][0, list(feature.pieces)], heads.tag_logits(frozen.layers[frozen.owners == row])))
        for name, (theirs, ours) in zip((OUTPUTS[0], OUTPUTS[2], OUTPUTS[1]), pairs, strict=False):
            difference = float(np.abs(theirs - ours).max(initial=0.0))
            allowed = MAX_DIFFERENCE * max(1.0, float(np.abs(ours).max(initial=0.0)))
            if not difference <= allowed:
                raise ExportDiffers(output=name, difference=difference, allowed=allowed)


def _probe(session: Any, tokenizer: Tokenizer) -> list[float]:
    """Returns what the graph makes of PROBE on this machine."""
    feed = {INPUT: np.array([tokenizer.encode(PROBE).ids], dtype=np.int64)}
    return [round(float(value), 5) for value in session.run([OUTPUTS[2]], feed)[0][0]]


def fingerprint(weights: EncoderWeights, tokenizer: Tokenizer, precision: str) -> str:
    """Returns a name for an encoder's vectors: the same weights, tokenizer and precision have the same."""
    digest = hashlib.sha256(tokenizer.to_str().encode())
    digest.update(precision.encode())
    for name, value in sorted(weights.stored().items()):
        digest.update(name.encode())
        digest.update(value.data)
    return digest.hexdigest()[:16]
