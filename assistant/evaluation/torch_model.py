"""Rebuilds a trained model on torch from its folder, for what needs gradients."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from assistant.albert.joint import JointAlbert, JointHeads
from assistant.albert.manifest import verify_manifest
from assistant.errors import BadModel
from assistant.messages import JOINT
from assistant.nlu.likeness import SHARPNESS
from assistant.nlu.model_folder import ENCODER_CONFIG, ENCODER_WEIGHTS, HEAD_WEIGHTS, TOKENIZER, ModelSettings, load_settings
from assistant.nlu.several import simple_intents
from assistant.nlu.tags import TagScheme

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer
    from torch import Tensor

    from assistant.nlu.likeness import Likeness
    from assistant.nlu.several import Several
    from assistant.nlu.spelling import Spelling


@dataclass(frozen=True, slots=True)
class TorchModel:
    """A trained model as torch has it.

    Attributes:
        model: in eval mode, float32.
        tokenizer: truncates as in training, does not pad.
        settings: what its numbers mean.
        several: tells several intents at once; None where no example joins any.
        spelling: what letters add to the intents' logits; None: nothing.
        likeness: what likeness to examples adds to them; None likewise.
    """

    model: JointAlbert
    tokenizer: Tokenizer
    settings: ModelSettings
    several: Several | None = None
    spelling: Spelling | None = None
    likeness: Likeness | None = None

    @property
    def intents(self) -> tuple[str, ...]:
        """The intents of the examples, and those that they join, sorted."""
        joined = simple_intents(self.settings.intents) if self.several else ()
        return tuple(sorted({*self.settings.intents, *joined}))

    def knows(self, intent: str) -> bool:
        """Says whether the model gives this intent a probability; intents that it tells apart may be joined in any way."""
        if self.several is None:
            return intent in self.settings.intents
        return set(intent.split(JOINT)) <= set(simple_intents(self.settings.intents))

    def log_probability(self, ids: Tensor, intent: str) -> Tensor:
        """Returns the log-probability of an intent: that it is meant; of joined ones, that they and no others are.

        It is what the encoder says of it under the model's temperature, without what letters add. The odds of the intent that comes
        first are not calibrated further: that would leap where another one comes first. Where several intents are told at once, it
        is the mean of what tells them and of what the logits say, if they say anything; see `assistant.nlu.intents`.

        Args:
            ids: pieces, special tokens included, none of them padding. Shape: (batch, piece).
            intent: one that the model knows.

        Returns:
            Shape: (batch,).
        """
        logits, _, vector = self.model(ids, torch.ones_like(ids))  # (batch, intent), (batch, hidden)
        share, found = self.share_of_logits(intent), torch.zeros(len(ids))
        if share:
            said = ((logits + self._alike(vector)) / self.settings.calibration.temperature).log_softmax(-1)
            found = found + share * said[:, self.place(intent)]
        if self.several is not None:
            found = found + (1 - share) * self._told(self.several, vector, intent)
        return found

    def share_of_logits(self, intent: str) -> float:
        """Returns how much the logits count for an intent that the model knows, beside what tells several intents at once."""
        if self.several is None:
            return 1.0
        return 0.5 if self._places(intent) else 0.0

    def place(self, intent: str) -> int:
        """Returns which of the logits are those of an intent; one that is joined may be written in any order."""
        return self._places(intent)[0]

    def _places(self, intent: str) -> list[int]:
        meant = set(intent.split(JOINT))
        return [place for place, label in enumerate(self.settings.intents) if set(label.split(JOINT)) == meant]

    def _told(self, several: Several, vector: Tensor, intent: str) -> Tensor:
        meant = set(intent.split(JOINT))
        signs = torch.tensor([1.0 if name in meant else -1.0 for name in simple_intents(self.settings.intents)])
        odds = vector @ torch.from_numpy(several.weights) + torch.from_numpy(several.bias)
        found: Tensor = functional.logsigmoid(signs * odds / several.temperature).sum(-1)
        return found

    def intent_logits(self, ids: Tensor) -> NDArray[np.float32]:
        """Returns the logits of one text by the encoder, without what letters add. Shape: (intent,)."""
        with torch.inference_mode():
            logits, _, vector = self.model(ids, torch.ones_like(ids))
            found: NDArray[np.float32] = (logits + self._alike(vector))[0].numpy()
        return found

    def _alike(self, vector: Tensor) -> Tensor | float:
        """Returns what likeness to examples adds to logits. Shape: (batch, intent)."""
        if self.likeness is None:
            return 0.0
        cosines = vector @ torch.from_numpy(self.likeness.examples).T
        found: Tensor = (SHARPNESS * (cosines - 1.0)).exp() @ torch.from_numpy(self.likeness.weights)
        return found


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
    parts = load_settings(folder)
    settings = parts.settings
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
    model = JointAlbert(encoder, heads).float().eval()
    return TorchModel(model, tokenizer, settings, parts.several, parts.spelling, parts.likeness)


def _heads(tensors: dict[str, Tensor], settings: ModelSettings) -> JointHeads:
    """Returns heads with the tensors in them, whose number of layers they say themselves."""
    n_tags = len(TagScheme(settings.kinds).labels)
    heads = JointHeads(settings.hidden, len(tensors["mix"]), len(settings.intents), n_tags)
    heads.load_state_dict(tensors)
    return heads
