"""The heads that weigh a message: linear in its n-grams and in the sentence vector that the interpreter has made anyway."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.errors import BadModel
from assistant.messages import Flag, Sentiment
from assistant.nlu.signals.gram_weights import GramWeights
from assistant.nlu.signals.ngrams import N_BUCKETS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

LABELS = ("negative", "neutral", "positive")
EMOTIONS = ("anger", "confusion", "fear", "joy", "neutral", "sadness")
MANNERS = ("harmless", "abuse", "hate")
CATEGORIES = ("hate", "abuse", "sexual", "self_harm", "spam")
"""What moderation may find; each is told by itself, a message may be several."""
PUBLISHED = MappingProxyType({"polarity": ("positive",), "manner": MANNERS})
"""Heads for what film reviews and tweets were labelled with; they read n-grams alone, and the others build upon them."""
GROUPS = MappingProxyType({**PUBLISHED, "sentiment": LABELS, "emotion": EMOTIONS} | {name: (name,) for name in CATEGORIES})
"""The heads, and the outputs of each, in the order of the columns: one output is a sigmoid's, several are a softmax's."""
OUTPUTS = tuple(f"{head}/{name}" for head, names in GROUPS.items() for name in names)

WEIGHTS = "signals.safetensors"
SETTINGS = "signals.json"


def columns(head: str) -> slice:
    """Returns the columns of a head's outputs."""
    first = next(number for number, name in enumerate(OUTPUTS) if name.startswith(f"{head}/"))
    return slice(first, first + len(GROUPS[head]))


_LEAST_LOGIT = -700.0
"""The exponential of what is further below is too large for a number."""
_SENTIMENT, _EMOTION = columns("sentiment"), columns("emotion")
_CATEGORIES = slice(columns(CATEGORIES[0]).start, len(OUTPUTS))


@dataclass(frozen=True, slots=True)
class SignalHeads:
    """Weights of all heads side by side.

    Attributes:
        by_gram: rounded to eight bits, see `rounded`. Shape: (N_BUCKETS, output) int8.
        scales: what the square of one step of a column of ``by_gram`` is worth. Shape: (output,).
        by_vector: Shape: (hidden, output).
        bias: Shape: (output,).
        thresholds: by category: a flag below it is none.
        encoder: fingerprint of the encoder whose vectors are meant.
        figures: what was measured when they were made.
    """

    by_gram: NDArray[np.int8]
    scales: Floats
    by_vector: Floats
    bias: Floats
    thresholds: Mapping[str, float]
    encoder: str
    figures: Mapping[str, Any] = field(default_factory=dict)
    _grams: GramWeights = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Makes room for the words that were read."""
        object.__setattr__(self, "_grams", GramWeights(self.by_gram))

    def with_thresholds(self, thresholds: Mapping[str, float]) -> SignalHeads:
        """Returns the heads with other thresholds for the categories named."""
        return replace(self, thresholds={**self.thresholds, **thresholds})

    def logits(self, text: str, vector: Floats) -> Floats:
        """Returns what each head says of a text, in the order of OUTPUTS.

        Args:
            text: as it was written.
            vector: of length one. Shape: (hidden,).
        """
        found = self._grams.of(text).astype(np.float32)
        found *= self.scales
        found += vector @ self.by_vector
        found += self.bias
        return found

    def weigh(self, text: str, vector: Floats) -> tuple[Sentiment, tuple[Flag, ...]]:
        """Returns how a text sounds, and what moderation finds in it, the most probable first."""
        logits = self.logits(text, vector).tolist()
        return _sentiment(logits), _flags(logits, self.thresholds)


def _sentiment(logits: list[float]) -> Sentiment:
    labels, emotions = logits[_SENTIMENT], logits[_EMOTION]
    best = max(labels)
    negative, neutral, positive = (math.exp(logit - best) for logit in labels)
    score = (positive - negative) / (negative + neutral + positive)
    return Sentiment(LABELS[labels.index(best)], round(score, 4), EMOTIONS[emotions.index(max(emotions))])


def _flags(logits: list[float], thresholds: Mapping[str, float]) -> tuple[Flag, ...]:
    scores = zip(CATEGORIES, map(_probability, logits[_CATEGORIES]), strict=True)
    found = [Flag(name, round(score, 4)) for name, score in scores if score >= thresholds[name]]
    if not found:
        return ()
    if any(flag.category == "hate" for flag in found):  # it says more than that the message is abusive
        found = [flag for flag in found if flag.category != "abuse"]
    return tuple(sorted(found, key=lambda flag: -flag.score))


def _probability(logit: float) -> float:
    return 1.0 / (1.0 + math.exp(-logit)) if logit > _LEAST_LOGIT else 0.0


def rounded(by_gram: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Returns weights in eight bits, and a scale for each column.

    It is their square roots that are rounded: a few weights are large, and steps fine enough for the many small ones are wanted.
    """
    scales = np.maximum(np.abs(by_gram).max(axis=0), 1e-12) / 127.0**2
    return np.round(np.sign(by_gram) * np.sqrt(np.abs(by_gram) / scales)).astype(np.int8), scales.astype(np.float32)


def save_heads(folder: Path, heads: SignalHeads) -> None:
    """Writes the heads into a folder, beside what stands there."""
    from safetensors.numpy import save_file

    tensors: dict[str, NDArray[Any]] = {
        "by_gram": heads.by_gram,
        "scales": heads.scales,
        "by_vector": heads.by_vector.astype(np.float16),
        "bias": heads.bias,
    }
    save_file(tensors, folder / WEIGHTS)
    said = {"outputs": OUTPUTS, "thresholds": dict(heads.thresholds), "encoder": heads.encoder, "figures": dict(heads.figures)}
    (folder / SETTINGS).write_text(json.dumps(said, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def load_heads(folder: Path) -> SignalHeads | None:
    """Returns the heads that `save_heads` wrote; None where there are none, as in models of earlier releases.

    Raises:
        BadModel: what is there does not hold together.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    if not (folder / SETTINGS).is_file():
        return None
    try:
        said = json.loads((folder / SETTINGS).read_bytes())
        tensors = load_file(folder / WEIGHTS)
        heads = SignalHeads(
            tensors["by_gram"],
            tensors["scales"],
            tensors["by_vector"].astype(np.float32),
            tensors["bias"],
            {str(name): float(value) for name, value in said["thresholds"].items()},
            str(said["encoder"]),
            said["figures"],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, SafetensorError) as error:
        raise BadModel(folder=folder, why=f"{SETTINGS}: {type(error).__name__}: {error}") from error
    if tuple(said["outputs"]) != OUTPUTS or heads.by_gram.shape != (N_BUCKETS, len(OUTPUTS)):
        raise BadModel(folder=folder, why=f"{SETTINGS}: another release wrote it")
    return heads
