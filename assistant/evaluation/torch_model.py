"""Rebuilds a trained model on torch from its folder, for what needs gradients."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.albert.joint import JointAlbert, JointHeads
from assistant.albert.manifest import verify_manifest
from assistant.errors import BadModel
from assistant.nlu.model_folder import ENCODER_CONFIG, ENCODER_WEIGHTS, HEAD_WEIGHTS, TOKENIZER, ModelSettings, load_settings
from assistant.nlu.tags import TagScheme

if TYPE_CHECKING:
    from pathlib import Path

    from tokenizers import Tokenizer
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class TorchModel:
    """A trained model as torch has it.

    Attributes:
        model: in eval mode, float32.
        tokenizer: truncates as in training, does not pad.
        settings: what its numbers mean.
    """

    model: JointAlbert
    tokenizer: Tokenizer
    settings: ModelSettings


def load_torch_model(folder: Path) -> TorchModel:
    """Returns the model of a folder, after every file was checked against the manifest.

    Raises:
        ManifestMissing, DamagedFile, ForbiddenFile: the folder is not as its manifest says.
        BadModel: the files are whole but do not make a model.
    """
    from safetensors.torch import load_file
    from tokenizers import Tokenizer
    from transformers import AlbertConfig, AlbertModel

    verify_manifest(folder)
    settings = load_settings(folder)[0]
    try:
        config = AlbertConfig.from_dict(json.loads((folder / ENCODER_CONFIG).read_bytes()))
        encoder = AlbertModel(config, add_pooling_layer=False)
        encoder.load_state_dict(load_file(folder / ENCODER_WEIGHTS))
        heads = _heads(load_file(folder / HEAD_WEIGHTS), settings)
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    except Exception as error:  # transformers, safetensors and tokenizers raise many kinds over one wrong value
        raise BadModel(folder=folder, why=f"{type(error).__name__}: {str(error).splitlines()[0]}") from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(settings.max_pieces)
    return TorchModel(JointAlbert(encoder, heads).float().eval(), tokenizer, settings)


def _heads(tensors: dict[str, Tensor], settings: ModelSettings) -> JointHeads:
    """Returns heads with the tensors in them, whose number of layers they say themselves."""
    n_tags = len(TagScheme(settings.kinds).labels)
    heads = JointHeads(settings.hidden, len(tensors["mix"]), len(settings.intents), n_tags)
    heads.load_state_dict(tensors)
    return heads
