"""The files of a trained model, and the settings among them: what the answering side must know beside the graph.

- model.onnx: the graph, from pieces to intent logits, tag logits and sentence vector
- tokenizer.json: cuts text into pieces
- model.json: ModelSettings
- extractors.json: synonyms, regexes, lookup lists
- novelty.safetensors: what is familiar
- several.safetensors: what tells several intents in one message, where examples join intents
- spelling.safetensors: what the letters of a text say of its intent, where that helps
- likeness.safetensors: what likeness to examples says of intents, where that helps
- chain.safetensors: what reads tags as one sequence, where that does better
- signals.json, signals.safetensors: how messages sound, and what moderation finds in them; not in models of earlier releases
- config.json, encoder.safetensors, heads.safetensors: the same weights for torch
- manifest.json: hashes of all of them, and metrics
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from assistant.albert.manifest import MANIFEST
from assistant.errors import BadModel, ModelOfOtherRelease
from assistant.nlu.calibration import Calibration
from assistant.nlu.chain import TagChain, load_chain, save_chain
from assistant.nlu.extractors import Extractors
from assistant.nlu.likeness import Likeness
from assistant.nlu.novelty import Novelty
from assistant.nlu.several import Several, has_several
from assistant.nlu.signals.heads import SignalHeads, load_heads, save_heads
from assistant.nlu.spelling import Spelling

if TYPE_CHECKING:
    from pathlib import Path

GRAPH = "model.onnx"
TOKENIZER = "tokenizer.json"
SETTINGS = "model.json"
EXTRACTORS = "extractors.json"
NOVELTY = "novelty.safetensors"
SEVERAL = "several.safetensors"
SPELLING = "spelling.safetensors"
CHAIN = "chain.safetensors"
LIKENESS = "likeness.safetensors"
ENCODER_CONFIG = "config.json"
ENCODER_WEIGHTS = "encoder.safetensors"
HEAD_WEIGHTS = "heads.safetensors"

MODEL_FORM: Final = 5
"""Of the files; the manifest has it as ``model_form``. It rises with every change that makes older folders unreadable."""
_FORM_WITHOUT_NUMBER: Final = 1

INPUTS = ("input_ids",)
PROBE = "is this understood here as it was where the model was trained?"
"""A text whose sentence vector the manifest of a model in eight bits holds."""
OUTPUTS = ("intent_logits", "tag_logits", "sentence_vector")


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """What a model's numbers mean.

    Attributes:
        intents: by index of the intent logits.
        kinds: of entities; they make the tags, see `tags.TagScheme`.
        calibration: makes probabilities of the intent logits.
        max_pieces: longer texts are cut, special tokens included.
        hidden: width of a sentence vector.
        fingerprint: the same for models whose sentence vectors are the same.
        mode: how the model was trained, ``fast`` or ``full``.
    """

    intents: tuple[str, ...]
    kinds: tuple[str, ...]
    calibration: Calibration
    max_pieces: int
    hidden: int
    fingerprint: str
    mode: str


class ModelParts(NamedTuple):
    """What the answering side needs beside the graph and the tokenizer.

    Attributes:
        settings: what the numbers mean.
        extractors: what finds entities without the graph.
        novelty: what is familiar.
        several: what tells several intents at once; None where no example joins any.
        signals: what weighs messages; None: nothing does.
        spelling: what letters say of intents; None where they add nothing to the vector.
        chain: reads tags as one sequence; None: each word's tags are taken as the tag head gives them.
        likeness: what likeness to examples says of intents; None where it adds nothing to the head.
    """

    settings: ModelSettings
    extractors: Extractors
    novelty: Novelty
    several: Several | None = None
    signals: SignalHeads | None = None
    spelling: Spelling | None = None
    chain: TagChain | None = None
    likeness: Likeness | None = None


def save_settings(folder: Path, parts: ModelParts) -> None:
    """Writes the files that need no torch."""
    from safetensors.numpy import save_file

    _write(folder / SETTINGS, asdict(parts.settings))
    _write(folder / EXTRACTORS, parts.extractors.as_json())
    scale = np.array([parts.novelty.scale], dtype=np.float32)
    save_file({"whitening": parts.novelty.whitening, "centres": parts.novelty.centres, "scale": scale}, folder / NOVELTY)
    if parts.several is not None:
        temperature = np.array([parts.several.temperature], dtype=np.float32)
        save_file({"weights": parts.several.weights, "bias": parts.several.bias, "temperature": temperature}, folder / SEVERAL)
    if parts.spelling is not None:
        _save_spelling(folder / SPELLING, parts.spelling)
    if parts.likeness is not None:
        _save_likeness(folder / LIKENESS, parts.likeness)
    if parts.signals is not None:
        save_heads(folder, parts.signals)
    if parts.chain is not None:
        save_chain(folder / CHAIN, parts.chain)


def _save_spelling(path: Path, spelling: Spelling) -> None:
    from safetensors.numpy import save_file

    unseen = np.array([spelling.unseen], dtype=np.float32)
    weights = spelling.weights.astype(np.float16)  # scores need no more, and the file is half as large
    save_file({"known": spelling.known, "rarity": spelling.rarity, "unseen": unseen, "weights": weights}, path)


def _save_likeness(path: Path, likeness: Likeness) -> None:
    from safetensors.numpy import save_file

    # Vectors need no more than half a float; weights of thousands of examples do, whose errors would add up.
    save_file({"examples": likeness.examples.astype(np.float16), "weights": likeness.weights}, path)


def load_settings(folder: Path) -> ModelParts:
    """Returns what `save_settings` wrote.

    Raises:
        ModelOfOtherRelease: the folder is in a form that is not read.
        BadModel: a file is missing or does not hold what it should.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    form = _form(folder)
    if form not in {None, MODEL_FORM}:
        raise ModelOfOtherRelease(folder=folder, form=form, reads=MODEL_FORM)
    try:
        data = _read(folder / SETTINGS)
        names = {"intents": tuple(data["intents"]), "kinds": tuple(data["kinds"])}
        settings = ModelSettings(**data | names | {"calibration": Calibration(**data["calibration"])})
        extractors = Extractors.from_json(_read(folder / EXTRACTORS))
        tensors = load_file(folder / NOVELTY)
        novelty = Novelty(tensors["whitening"], tensors["centres"], float(tensors["scale"][0]))
        several = _load_several(folder, settings.intents)
        spelling, chain = _load_spelling(folder / SPELLING), load_chain(folder / CHAIN)
        likeness = _load_likeness(folder / LIKENESS)
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise BadModel(folder=folder, why=f"{type(error).__name__}: {error}") from error
    return ModelParts(settings, extractors, novelty, several, load_heads(folder), spelling, chain, likeness)


def _load_spelling(path: Path) -> Spelling | None:
    from safetensors.numpy import load_file

    if not path.is_file():
        return None
    tensors = load_file(path)
    return Spelling(tensors["known"], tensors["rarity"], float(tensors["unseen"][0]), tensors["weights"].astype(np.float32))


def _load_likeness(path: Path) -> Likeness | None:
    from safetensors.numpy import load_file

    if not path.is_file():
        return None
    tensors = load_file(path)
    # One component of all examples after another: a vector is multiplied with them twice as fast so.
    return Likeness(tensors["examples"].astype(np.float32, order="F"), tensors["weights"])


def is_of_other_release(folder: Path) -> bool:
    """Returns whether a model is in a form that is not read; nothing but its manifest is opened."""
    return _form(folder) not in {None, MODEL_FORM}


def _form(folder: Path) -> int | None:
    """The form of a model; None where there is no manifest that can be read."""
    try:
        form = _read(folder / MANIFEST).get("model_form")
    except (OSError, ValueError, TypeError):
        return None
    return form if isinstance(form, int) else _FORM_WITHOUT_NUMBER


def _load_several(folder: Path, labels: tuple[str, ...]) -> Several | None:
    from safetensors.numpy import load_file

    if not has_several(labels):
        return None
    tensors = load_file(folder / SEVERAL)
    return Several(labels, tensors["weights"], tensors["bias"], float(tensors["temperature"][0]))


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def _read(path: Path) -> dict[str, Any]:
    data = json.loads(path.read_bytes())
    if not isinstance(data, dict):
        raise TypeError(f"{path.name} is no mapping")
    return data
