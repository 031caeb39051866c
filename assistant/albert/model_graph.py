"""Writes models as ONNX graphs from plain weights: the encoder alone, or with the two heads. Knows no torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assistant.albert.encoder_graph import EncoderGraph
from assistant.albert.graph import CONTRIB, GraphBuilder
from assistant.albert.plain_heads import SHARE, middle_of
from assistant.albert.quantization import measure, random_texts
from assistant.albert.session import open_session

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from assistant.albert.plain_heads import Linear, PlainHeads
    from assistant.albert.quantization import Extent, Site
    from assistant.albert.weights import EncoderWeights

INPUT = "input_ids"
VECTOR = "sentence_vector"
MIDDLE = "middle_vector"

_AXES = {INPUT: ("batch", "piece")}


def joint_graph(
    weights: EncoderWeights, heads: PlainHeads, outputs: Sequence[str], extents: Mapping[Site, Extent] | None = None
) -> bytes:
    """Returns the graph of a model, for batches of equally long texts.

    Args:
        weights: of the encoder.
        heads: for its states.
        outputs: names for the intent logits, the tag logits of every piece, and the sentence vectors.
        extents: of what flows into the encoder's products, to compute these in eight bits; None computes in floats.
    """
    build = GraphBuilder()
    encoder = EncoderGraph(build, weights, extents)
    encoded = encoder.add(INPUT)
    middle = encoder.vector(middle_of(encoded.states), encoded.length)
    build.named(_intent_head(build, heads, encoded.vector, middle), outputs[0])
    build.named(_tag_head(build, heads, encoded.states), outputs[1])
    build.named(encoded.vector, outputs[2])
    n_tags, n_intents = len(heads.tag_outer.bias), len(heads.intent.bias)
    axes = (("batch", n_intents), ("batch", "piece", n_tags), ("batch", weights.config.hidden_size))
    return build.finished(_AXES, dict(zip(outputs, axes, strict=True)))


def states_graph(weights: EncoderWeights, extents: Mapping[Site, Extent] | None = None) -> bytes:
    """Returns the graph of an encoder; its outputs are the vectors of the last layer and of the middle one, then all states.

    They are bit for bit what flows into the heads of `joint_graph`: no state is an output itself but a copy of it is, since the
    runtime joins nodes where what is between them is no output, and sums would be rounded another way.

    Args:
        weights: of the encoder.
        extents: to compute in eight bits; None computes in floats.
    """
    build = GraphBuilder()
    encoder = EncoderGraph(build, weights, extents)
    encoded = encoder.add(INPUT)
    build.named(encoded.vector, VECTOR)
    build.named(encoder.vector(middle_of(encoded.states), encoded.length), MIDDLE)
    hidden, names = weights.config.hidden_size, [f"states{number}" for number in range(len(encoded.states))]
    for name, states in zip(names, encoded.states, strict=True):
        build.named(states, name)
    return build.finished(
        _AXES, dict.fromkeys((VECTOR, MIDDLE), ("batch", hidden)) | dict.fromkeys(names, ("batch", "piece", hidden))
    )


def measure_extents(weights: EncoderWeights, ends: tuple[int, int]) -> dict[Site, Extent]:
    """Returns how far the states go that flow into each product of an encoder; the same encoder always has the same.

    Args:
        weights: of the encoder.
        ends: the pieces that the tokenizer opens and closes a text with.
    """
    build = GraphBuilder()
    encoded = EncoderGraph(build, weights).add(INPUT)
    names = dict.fromkeys(encoded.sites.values())
    session = open_session(build.finished(_AXES, dict.fromkeys(names, ("batch", "piece", "channel"))))
    sites = list(encoded.sites)

    def run(input_ids: NDArray[np.int64]) -> Sequence[NDArray[np.float32]]:
        found = dict(zip(names, session.run(list(names), {INPUT: input_ids}), strict=True))
        return [found[encoded.sites[site]] for site in sites]

    return measure(run, sites, random_texts(weights.config.vocab_size, ends))


def _intent_head(build: GraphBuilder, heads: PlainHeads, vector: str, middle: str) -> str:
    both = build.node("Concat", vector, middle, axis=-1)
    scaled = build.constant("intent_weights", heads.intent.weights * np.float32(heads.scale * SHARE))
    return build.node("Add", build.node("MatMul", both, scaled), build.constant("intent_bias", heads.intent.bias))


def _tag_head(build: GraphBuilder, heads: PlainHeads, states: Sequence[str]) -> str:
    if not heads.has_tags:
        first = build.node("Slice", states[0], build.integers(0), build.integers(1), build.integers(2))
        return build.node("Mul", first, build.constant("nothing", np.zeros(1, dtype=np.float32)))
    shares = heads.shares
    parts = [
        build.node("Mul", state, build.constant(f"share{number}", shares[number : number + 1]))
        for number, state in enumerate(states)
    ]
    mixed = build.node("Sum", *parts)  # (batch, piece, hidden)
    inner = _linear(build, "tag_inner", heads.tag_inner, mixed)
    return _linear(build, "tag_outer", heads.tag_outer, build.node("Gelu", inner, domain=CONTRIB))


def _linear(build: GraphBuilder, name: str, layer: Linear, states: str) -> str:
    product = build.node("MatMul", states, build.constant(f"{name}_weights", layer.weights))
    return build.node("Add", product, build.constant(f"{name}_bias", layer.bias))
