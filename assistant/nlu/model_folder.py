"""The files of a trained model, and the settings among them: what the answering side must know beside the graph.

- model.onnx: the graph, from pieces to intent logits, tag logits and sentence vector
- tokenizer.json: cuts text into pieces
- model.json: ModelSettings
- extractors.json: synonyms, regexes, lookup lists
- novelty.safetensors: what is familiar
- config.json, encoder.safetensors, heads.safetensors: the same weights for torch
- manifest.json: hashes of all of them, and metrics
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.errors import BadModel
from assistant.nlu.extractors import Extractors
from assistant.nlu.novelty import Novelty

if TYPE_CHECKING:
    from pathlib import Path

GRAPH = "model.onnx"
TOKENIZER = "tokenizer.json"
SETTINGS = "model.json"
EXTRACTORS = "extractors.json"
NOVELTY = "novelty.safetensors"
ENCODER_CONFIG = "config.json"
ENCODER_WEIGHTS = "encoder.safetensors"
HEAD_WEIGHTS = "heads.safetensors"

INPUTS = ("input_ids",)
OUTPUTS = ("intent_logits", "tag_logits", "sentence_vector")


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """What a model's numbers mean.

    Attributes:
        intents: by index of the intent logits.
        kinds: of entities; they make the tags, see `tags.TagScheme`.
        temperature: divides the intent logits, so that confidences are probabilities.
        max_pieces: longer texts are cut, special tokens included.
        hidden: width of a sentence vector.
        fingerprint: the same for models whose sentence vectors are the same.
        mode: how the model was trained, ``fast`` or ``full``.
    """

    intents: tuple[str, ...]
    kinds: tuple[str, ...]
    temperature: float
    max_pieces: int
    hidden: int
    fingerprint: str
    mode: str


def save_settings(folder: Path, settings: ModelSettings, extractors: Extractors, novelty: Novelty) -> None:
    """Writes the three files that need no torch."""
    from safetensors.numpy import save_file

    _write(folder / SETTINGS, asdict(settings))
    _write(folder / EXTRACTORS, extractors.as_json())
    save_file({"mean": novelty.mean, "familiar": novelty.familiar.astype(np.float16)}, folder / NOVELTY)


def load_settings(folder: Path) -> tuple[ModelSettings, Extractors, Novelty]:
    """Returns what `save_settings` wrote.

    Raises:
        BadModel: a file is missing or does not hold what it should.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        data = _read(folder / SETTINGS)
        settings = ModelSettings(**data | {"intents": tuple(data["intents"]), "kinds": tuple(data["kinds"])})
        extractors = Extractors.from_json(_read(folder / EXTRACTORS))
        tensors = load_file(folder / NOVELTY)
        return settings, extractors, Novelty(tensors["mean"], tensors["familiar"].astype(np.float32))
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise BadModel(folder=folder, why=f"{type(error).__name__}: {error}") from error


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def _read(path: Path) -> dict[str, Any]:
    data = json.loads(path.read_bytes())
    if not isinstance(data, dict):
        raise TypeError(f"{path.name} is no mapping")
    return data
