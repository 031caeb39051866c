"""Chooses the numbers that a model answers with: eight bits where held-out examples show no loss, else floats.

bfloat16 is no candidate: ONNX Runtime has products of it for Arm only, and elsewhere computes them in floats after converting.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from assistant.albert import quantization
from assistant.albert.batches import equal_lengths
from assistant.albert.export import INPUT, joint_graph, measure_extents
from assistant.albert.quantization import Extent
from assistant.albert.session import open_session
from assistant.nlu.model_folder import OUTPUTS
from assistant.training.kept_tensors import keep, key_of_parts, read_kept

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from transformers import AlbertModel

    from assistant.albert.joint import JointAlbert
    from assistant.albert.quantization import Site
    from assistant.training.encoding import Frozen
    from assistant.training.features import Features

    Flags = NDArray[np.bool_]

KEPT = "extents.safetensors"
"""The file in a cache that holds what was measured of the encoder that was used last."""

Precision: TypeAlias = Literal["int8", "float32"]

MAX_EXAMPLES = 400
TOLERATED = 0.002
"""Share of intents or tags that may be lost whatever chance says: less than any data set here can tell apart."""
LARGEST = 0.01
"""Share that may be lost where chance could have done it."""
SURE = 1.645
"""Standard deviations beyond which a loss is no chance (one-sided 5 %; McNemar 1947)."""
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
        figures: of the check: ``n_examples``, ``intents_lost``, ``tags_lost`` (shares that were right in floats and are wrong in
            eight bits, less those the other way round), ``cosine`` of the sentence vectors; empty when nothing was held out.
    """

    precision: Precision
    extents: Mapping[Site, Extent] | None
    figures: Mapping[str, float]

    def as_json(self) -> dict[str, Any]:
        """Returns what the manifest says of it."""
        return {"precision": self.precision, "check": dict(self.figures)}


def choose_precision(model: JointAlbert, held: Held, cache: Path | None = None, key: str = "") -> PrecisionChoice:
    """Returns eight bits if they lose nothing that can be measured on held-out examples, else floats.

    Args:
        model: with heads that were not fitted to the held-out examples.
        held: the examples; the first MAX_EXAMPLES, evenly spread, are looked at.
        cache: a folder that keeps what was measured of the encoder for the next training; None keeps nothing.
        key: names the encoder.
    """
    rows = _spread(len(held.features))
    if not len(rows):
        return PrecisionChoice("float32", None, {})
    first = held.features[0].input_ids
    extents = _extents(model.encoder, (first[0], first[-1]), cache, key)
    intents, tags, cosine = _compare(model, held, rows, joint_graph(model, OUTPUTS, extents))
    figures = {
        "n_examples": len(rows),
        "intents_lost": round(_lost(*intents), 6),
        "tags_lost": round(_lost(*tags), 6),
        "cosine": round(cosine, 6),
    }
    if is_measurable(*intents) or is_measurable(*tags) or cosine < LEAST_COSINE:
        return PrecisionChoice("float32", None, figures)
    return PrecisionChoice("int8", extents, figures)


def _extents(encoder: AlbertModel, ends: tuple[int, int], cache: Path | None, key: str) -> dict[Site, Extent]:
    if cache is None:
        return measure_extents(encoder, ends)
    key = key_of_parts([key.encode(), repr(ends).encode(), Path(quantization.__file__).read_bytes()])
    kept = read_kept(cache / KEPT, key)
    if kept is None:
        extents = measure_extents(encoder, ends)
        sides = {f"{at} {kind}": {"low": seen.low, "high": seen.high} for (at, kind), seen in extents.items()}
        keep(cache / KEPT, key, {f"{name} {side}": values for name, found in sides.items() for side, values in found.items()})
        return extents
    names = dict.fromkeys(name.rsplit(" ", 1)[0] for name in kept)
    sites = {(int(name.split()[0]), name.split()[1]): name for name in names}
    return {site: Extent(kept[f"{name} low"], kept[f"{name} high"]) for site, name in sorted(sites.items())}


def is_measurable(before: Flags, after: Flags) -> bool:
    """Says whether more is wrong than before, by more than chance or by more than may be left to chance.

    Args:
        before: what was right. Shape: (n,).
        after: what is right now. Shape: (n,).
    """
    lost, won = int((before & ~after).sum()), int((~before & after).sum())
    share = _lost(before, after)
    return share > TOLERATED and (share > LARGEST or lost - won > SURE * math.sqrt(lost + won))


def _lost(before: Flags, after: Flags) -> float:
    return float(before.mean() - after.mean()) if len(before) else 0.0


def _spread(n: int) -> list[int]:
    return np.unique(np.linspace(0, n - 1, min(n, MAX_EXAMPLES)).astype(int)).tolist() if n else []


def _compare(
    model: JointAlbert, held: Held, rows: Sequence[int], graph: bytes
) -> tuple[tuple[Flags, Flags], tuple[Flags, Flags], float]:
    """Returns what is right in floats and by the graph, of intents and of tags, and the mean cosine of the sentence vectors."""
    import torch

    features, frozen = [held.features[row] for row in rows], held.frozen
    with torch.inference_mode():
        logits = model.heads.intent_logits(frozen.vectors[list(rows)]).numpy()
        tag_logits = model.heads.word_tag_logits(frozen.layers.float()).numpy() if len(frozen.tags) else None
    right = np.array([feature.intent for feature in features])
    found, cosines = np.zeros_like(right), np.zeros(len(rows))
    found_tags: dict[int, NDArray[np.int64]] = {}
    session = open_session(graph)
    for places in equal_lengths([len(feature.input_ids) for feature in features]):
        feed = {INPUT: np.array([features[place].input_ids for place in places], dtype=np.int64)}
        intents, tags, vectors = session.run(list(OUTPUTS), feed)
        found[places] = intents.argmax(1)
        cosines[places] = (vectors * frozen.vectors[[rows[place] for place in places]].numpy()).sum(1)
        found_tags |= {place: tags[row, list(features[place].pieces)].argmax(1) for row, place in enumerate(places)}
    pairs = (logits.argmax(1) == right, found == right), (np.zeros(0, bool), np.zeros(0, bool))
    if tag_logits is None:
        return *pairs, float(cosines.mean())
    words = np.concatenate([np.flatnonzero(frozen.owners.numpy() == row) for row in rows])
    gold = frozen.tags.numpy()[words]
    quantised = np.concatenate([found_tags[place] for place in range(len(rows))])
    return pairs[0], (tag_logits.argmax(1)[words] == gold, quantised == gold), float(cosines.mean())
