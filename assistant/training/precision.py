"""Chooses the numbers that a model answers with: eight bits where held-out examples show no loss, else floats.

bfloat16 is no candidate: ONNX Runtime has products of it for Arm only, and elsewhere computes them in floats after converting.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

import numpy as np

from assistant.albert import quantization
from assistant.albert.activations import softmax
from assistant.albert.model_graph import measure_extents
from assistant.albert.quantization import Extent
from assistant.training.encoding import encode_frozen
from assistant.training.kept_tensors import keep, key_of_parts, read_kept
from assistant.training.vector_cache import EIGHT_BITS, VectorCache, key_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from assistant.albert.plain_heads import PlainHeads
    from assistant.albert.quantization import Site
    from assistant.albert.weights import EncoderWeights
    from assistant.training.encoding import Frozen
    from assistant.training.features import Features

    Flags = NDArray[np.bool_]

KEPT = "extents.safetensors"
"""The file in a cache that holds what was measured of the encoder that was used last."""

Precision: TypeAlias = Literal["int8", "float32"]

MAX_EXAMPLES = 400
TOLERATED = 0.002
"""Share of intents or tags that may be lost whatever chance says: less than any data set here can tell apart."""
CHANCE = 0.05
"""Probability below which a loss is no chance (McNemar 1947, exact and one-sided)."""
LESS_SURE = 0.005
"""What the mean probability of what is right may fall by. Which label comes first flips at the borders between two, in either
direction; in a few hundred examples that hides what this shows with a tenth of the noise."""
LEAST_COSINE = 0.98
"""Mean likeness of sentence vectors below which FAQ scores would move."""


@dataclass(frozen=True, slots=True)
class Held:
    """Examples that the heads were not fitted to.

    Attributes:
        features: of the examples.
        frozen: what the encoder made of them in floats; states of words too where there are tags.
    """

    features: Sequence[Features]
    frozen: Frozen


@dataclass(frozen=True, slots=True)
class PrecisionChoice:
    """What a model answers with, and why.

    Attributes:
        precision: of the products of the encoder's layers.
        extents: what eight-bit scales are made from; None in floats.
        looked_at: the examples of the check, as the encoder reads them in this precision.
        figures: of the check: ``n_examples``, ``intents_lost``, ``tags_lost`` (shares that were right in floats and are wrong in
            eight bits, less those the other way round), ``intents_less_sure``, ``tags_less_sure`` (fall of the mean probability of
            what is right), ``cosine`` of the sentence vectors; empty when nothing was held out.
    """

    precision: Precision
    extents: Mapping[Site, Extent] | None
    looked_at: Held
    figures: Mapping[str, float]

    def as_json(self) -> dict[str, Any]:
        """Returns what the manifest says of it."""
        return {"precision": self.precision, "check": dict(self.figures)}


def choose_precision(
    weights: EncoderWeights, heads: PlainHeads, held: Held, *, cache: Path | None = None, key: str = "", threads: int = 1
) -> PrecisionChoice:
    """Returns eight bits if they lose nothing that can be measured on held-out examples, else floats.

    Args:
        weights: of the encoder.
        heads: that were not fitted to the held-out examples.
        held: the examples; at most MAX_EXAMPLES of them are looked at.
        cache: a folder that keeps what was measured of the encoder for the next training; None keeps nothing.
        key: names the encoder.
        threads: see `encode_frozen`.
    """
    held = _looked_at(held)
    if not held.features:
        return PrecisionChoice("float32", None, held, {})
    first = held.features[0].input_ids
    extents = _extents(weights, (first[0], first[-1]), cache, key)
    kept = (
        None if cache is None else VectorCache(cache, key_of_parts([key.encode(), quantization.as_text(extents)]), file=EIGHT_BITS)
    )
    has_tags = bool(len(held.frozen.tags))
    rounded = encode_frozen(
        weights, held.features, has_tags=has_tags, on_progress=lambda _: None, extents=extents, cache=kept, threads=threads
    )
    cosine = float((held.frozen.vectors * rounded.vectors).sum(axis=1).mean())
    before, after = _readings(heads, held.frozen), _readings(heads, rounded)
    figures = {"n_examples": len(held.features), "cosine": round(cosine, 6)}
    for name, floats, eight_bits in zip(("intents", "tags"), before, after, strict=True):
        figures[f"{name}_lost"] = round(_fall(floats.is_right, eight_bits.is_right), 6)
        figures[f"{name}_less_sure"] = round(_fall(floats.probability, eight_bits.probability), 6)
    if cosine < LEAST_COSINE or any(map(_loses, before, after)):
        return PrecisionChoice("float32", None, held, figures)
    return PrecisionChoice("int8", extents, Held(held.features, rounded), figures)


def _looked_at(held: Held) -> Held:
    """Returns at most MAX_EXAMPLES: those whose hashes come first, so that the next training, of little more, looks at the same."""
    order = sorted(range(len(held.features)), key=lambda row: key_of(held.features[row], has_states=False))
    chosen = sorted(order[:MAX_EXAMPLES])
    is_chosen = np.zeros(len(held.frozen.vectors), dtype=bool)
    is_chosen[chosen] = True
    return Held([held.features[row] for row in chosen], held.frozen.only(is_chosen))


def _extents(weights: EncoderWeights, ends: tuple[int, int], cache: Path | None, key: str) -> dict[Site, Extent]:
    if cache is None:
        return measure_extents(weights, ends)
    key = key_of_parts([key.encode(), repr(ends).encode(), Path(quantization.__file__).read_bytes()])
    kept = read_kept(cache / KEPT, key)
    if kept is None:
        extents = measure_extents(weights, ends)
        sides = {f"{at} {kind}": {"low": seen.low, "high": seen.high} for (at, kind), seen in extents.items()}
        keep(cache / KEPT, key, {f"{name} {side}": values for name, found in sides.items() for side, values in found.items()})
        return extents
    names = dict.fromkeys(name.rsplit(" ", 1)[0] for name in kept)
    sites = {(int(name.split()[0]), name.split()[1]): name for name in names}
    return {site: Extent(kept[f"{name} low"], kept[f"{name} high"]) for site, name in sorted(sites.items())}


class _Reading(NamedTuple):
    """What heads say of labels that are known.

    Attributes:
        is_right: whether the right label comes first. Shape: (n,) bool.
        probability: of the right label. Shape: (n,).
    """

    is_right: Flags
    probability: NDArray[np.float32]

    @classmethod
    def of(cls, logits: NDArray[np.float32], labels: NDArray[np.int64]) -> _Reading:
        """Returns what logits say. Shapes: (n, label) and (n,)."""
        return cls(logits.argmax(axis=1) == labels, softmax(logits)[np.arange(len(labels)), labels])


def _readings(heads: PlainHeads, frozen: Frozen) -> tuple[_Reading, _Reading]:
    """Returns what is said of intents and of tags."""
    intents = _Reading.of(heads.intent_logits(frozen.joined), frozen.intents)
    if not len(frozen.tags):
        return intents, _Reading(np.zeros(0, bool), np.zeros(0, np.float32))
    return intents, _Reading.of(heads.tag_logits(frozen.layers), frozen.tags)


def _loses(before: _Reading, after: _Reading) -> bool:
    return is_measurable(before.is_right, after.is_right) or _fall(before.probability, after.probability) > LESS_SURE


def is_measurable(before: Flags, after: Flags) -> bool:
    """Says whether more is wrong than before, by more than is tolerated and more than chance explains.

    Args:
        before: what was right. Shape: (n,).
        after: what is right now. Shape: (n,).
    """
    lost, won = int((before & ~after).sum()), int((~before & after).sum())
    return _fall(before, after) > TOLERATED and _at_least(lost, lost + won) < CHANCE


def _at_least(successes: int, throws: int) -> float:
    """Returns the probability of so many heads, or more, when a fair coin is thrown."""
    return float(sum(math.comb(throws, number) for number in range(successes, throws + 1)) / 2**throws)


def _fall(before: NDArray[Any], after: NDArray[Any]) -> float:
    return float(before.mean() - after.mean()) if len(before) else 0.0
