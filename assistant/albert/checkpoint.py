"""Loads and saves a checkpoint folder: config.json, model.safetensors, the tokenizer's files and manifest.json.

A folder of ours is verified against its manifest before anything else of it is read. A folder in transformers' layout that has no
manifest (somebody's copy of a published ALBERT) loads too: only JSON, safetensors and tokenizer files are read from it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from transformers import AlbertConfig, AlbertModel

from assistant.albert.bert import albert_settings, albert_tensors
from assistant.albert.export import weights_of
from assistant.albert.folders import replacing_folder
from assistant.albert.manifest import MANIFEST, verify_manifest, write_manifest
from assistant.albert.plain_checkpoint import ENCODER_PREFIX, PlainCheckpoint
from assistant.albert.presets import Preset, make_config
from assistant.albert.tokenizer import special_ids, tokenizer_config, train_tokenizer
from assistant.errors import BadCheckpoint

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["Checkpoint", "load_checkpoint", "random_checkpoint", "replacing_folder", "save_checkpoint", "split_heads"]

BERT = "bert"
CONFIG = "config.json"
WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.json"
TOKENIZER_CONFIG = "tokenizer_config.json"


@dataclass(slots=True)
class Checkpoint:
    """An encoder with its tokenizer.

    Attributes:
        model: transformers' encoder, float32, in eval mode.
        tokenizer: the fast tokenizer; adds the special tokens itself.
        config: the encoder's configuration.
        manifest: what the folder's manifest says; empty for a folder without one.
        heads: weights beside the encoder, by transformers' names (``predictions.dense.weight``); empty when there are none.
    """

    model: AlbertModel
    tokenizer: Tokenizer
    config: AlbertConfig
    manifest: dict[str, Any] = field(default_factory=dict)
    heads: dict[str, torch.Tensor] = field(default_factory=dict)

    def plain(self) -> PlainCheckpoint:
        """Returns the same in plain arrays, which share the memory of this one."""
        heads = {name: value.detach().float().numpy() for name, value in self.heads.items()}
        return PlainCheckpoint(weights_of(self.model), self.tokenizer, self.config.to_json_string(), self.manifest, heads)


def load_checkpoint(path: Path) -> Checkpoint:
    """Returns the checkpoint in a folder, ready to use.

    Args:
        path: a folder that `save_checkpoint` wrote, or any ALBERT folder in transformers' layout with safetensors weights.

    Raises:
        BadCheckpoint: a file is missing, cannot be parsed, or does not fit the others.
        DamagedFile, ForbiddenFile, ManifestMissing: the folder has a manifest and is not as it says.
    """
    manifest = verify_manifest(path) if (path / MANIFEST).exists() else {}
    settings = _read_settings(path)
    config, tensors = _config(path, settings), _read_weights(path)
    if settings["model_type"] == BERT:
        tensors = albert_tensors(tensors, config.hidden_size)
    tokenizer = _read_tokenizer(path)
    tokenizer.no_padding()  # a published tokenizer may be set to pad each text to the longest that its model reads
    tokenizer.no_truncation()
    if tokenizer.get_vocab_size() > config.vocab_size:
        raise BadCheckpoint(folder=path, why="the tokenizer has more entries than the encoder has embeddings")
    encoder, heads = split_heads(tensors)
    model = AlbertModel(config)
    _fill(model, encoder, path)
    model.float().eval()  # type: ignore[no-untyped-call]
    return Checkpoint(model, tokenizer, config, manifest, heads)


def save_checkpoint(checkpoint: Checkpoint, path: Path, *, is_half: bool = False, extra: dict[str, bytes] | None = None) -> None:
    """Writes a checkpoint folder whole, or not at all; a folder that stood there before is replaced at the end.

    Args:
        checkpoint: what to write; its manifest's metadata is kept, its hashes are made anew.
        path: the folder; its parent is made when it is not there.
        is_half: store the weights as float16; they are loaded as float32 again.
        extra: further files by name, such as the recipe and the model card.

    Raises:
        CannotWrite: the disk refused.
        ForbiddenFile: ``extra`` has a kind of file that is never loaded.
    """
    dtype = torch.float16 if is_half else torch.float32
    tensors = {f"{ENCODER_PREFIX}{name}": value for name, value in checkpoint.model.state_dict().items()}
    tensors |= checkpoint.heads
    stored = {name: value.detach().to("cpu", dtype).contiguous().clone() for name, value in tensors.items()}
    metadata = {key: value for key, value in checkpoint.manifest.items() if key not in {"format", "files"}}
    # Half precision is how the weights are stored, not how they are meant to be computed with: transformers reads this too.
    settings = checkpoint.config.to_dict() | {"dtype": "float32"}
    settings["architectures"] = ["AlbertForPreTraining" if checkpoint.heads else "AlbertModel"]
    with replacing_folder(path) as folder:
        _write_json(folder / CONFIG, settings)
        save_file(stored, folder / WEIGHTS, metadata={"format": "pt"})
        checkpoint.tokenizer.save(str(folder / TOKENIZER))
        _write_json(folder / TOKENIZER_CONFIG, tokenizer_config(checkpoint.tokenizer))
        for name, content in (extra or {}).items():
            (folder / name).write_bytes(content)
        write_manifest(folder, {"pooling": "mean", "normalised": True} | metadata)


def random_checkpoint(preset: Preset, texts: Iterable[str], seed: int, *, vocab_size: int = 8000) -> Checkpoint:
    """Returns an encoder that has learned nothing, with a tokenizer trained on the given texts.

    Args:
        preset: the size of encoder.
        texts: what the vocabulary is made from.
        seed: of the weights; the same seed and texts give the same checkpoint.
        vocab_size: most entries of the vocabulary; few texts make fewer.
    """
    tokenizer = train_tokenizer(texts, vocab_size=vocab_size)
    config = make_config(preset, tokenizer.get_vocab_size(), pad_token_id=special_ids(tokenizer).pad)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = AlbertModel(config)
    model.eval()  # type: ignore[no-untyped-call]
    return Checkpoint(model, tokenizer, config, {"method": "random initialisation", "seed": seed})


def split_heads(tensors: dict[str, torch.Tensor]) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    """Returns the encoder's weights without their prefix, and all other weights.

    A folder saved from a bare `AlbertModel` has no prefix; one saved from a model with heads has.
    """
    if not any(name.startswith(ENCODER_PREFIX) for name in tensors):
        return tensors, {}
    encoder = {name.removeprefix(ENCODER_PREFIX): v for name, v in tensors.items() if name.startswith(ENCODER_PREFIX)}
    heads = {name: value for name, value in tensors.items() if not name.startswith(ENCODER_PREFIX)}
    return encoder, heads


def _read_settings(path: Path) -> dict[str, Any]:
    try:
        settings = json.loads((path / CONFIG).read_bytes())
    except OSError as error:
        raise BadCheckpoint(folder=path, why=f"config.json: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise BadCheckpoint(folder=path, why="config.json is not JSON") from error
    if not isinstance(settings, dict) or settings.get("model_type") not in {"albert", BERT}:
        raise BadCheckpoint(folder=path, why='config.json does not say "model_type": "albert", nor "bert"')
    return settings


def _config(path: Path, settings: dict[str, Any]) -> AlbertConfig:
    try:
        return AlbertConfig.from_dict(albert_settings(settings) if settings["model_type"] == BERT else settings)
    except Exception as error:  # transformers raises many kinds over one wrong value
        raise BadCheckpoint(folder=path, why=f"config.json: {error}") from error


def _read_weights(path: Path) -> dict[str, torch.Tensor]:
    try:
        return {name: tensor.float() for name, tensor in load_file(path / WEIGHTS).items()}
    except (OSError, SafetensorError) as error:
        raise BadCheckpoint(folder=path, why=f"model.safetensors: {error}") from error


def _read_tokenizer(path: Path) -> Tokenizer:
    file = path / TOKENIZER
    if not file.exists():
        return _convert_tokenizer(path)
    try:
        return Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises bare Exception
        raise BadCheckpoint(folder=path, why=f"tokenizer.json: {error}") from error


def _convert_tokenizer(path: Path) -> Tokenizer:
    from transformers import AutoTokenizer

    try:
        slow = AutoTokenizer.from_pretrained(str(path), local_files_only=True, use_fast=True, trust_remote_code=False)
        tokenizer: Tokenizer = slow.backend_tokenizer
    except Exception as error:  # a missing file, a missing library or a damaged vocabulary, each another kind
        raise BadCheckpoint(folder=path, why=f"no tokenizer.json, and none can be made: {error}") from error
    return tokenizer


def _fill(model: AlbertModel, tensors: dict[str, torch.Tensor], path: Path) -> None:
    # A folder saved without a pooler is whole for every use here: vectors are means over tokens.
    try:
        missing, _ = model.load_state_dict(tensors, strict=False)
    except RuntimeError as error:
        raise BadCheckpoint(folder=path, why=f"the weights do not fit config.json: {error}") from error
    absent = [name for name in missing if not name.startswith("pooler.")]
    if absent:
        raise BadCheckpoint(folder=path, why=f"weights are missing, the first is {absent[0]}")


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
