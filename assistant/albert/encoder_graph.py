"""Writes ALBERT as an ONNX graph, for equally long texts without padding, with its products in floats or in eight bits.

The graph is written by hand and not traced: it has a third of the nodes, each weight once however often its layer is applied, and
operators that ONNX Runtime would otherwise have to find by pattern. Add and LayerNormalization stay apart on purpose: the runtime's
fused operator is four times slower than the two. In eight bits the whole attention is one operator, a fifth faster than its parts,
which give the same numbers; in floats the one operator that there is takes as long as the parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from assistant.albert.graph import CONTRIB, GraphBuilder
from assistant.albert.quantization import Site, round_weights, scale_and_zero

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.albert.quantization import EightBits, Extent, Floats
    from assistant.albert.weights import EncoderWeights

ACTIVATIONS = {"gelu": ("Gelu", CONTRIB), "gelu_new": ("FastGelu", CONTRIB), "relu": ("Relu", "")}
"""Activations of ALBERT's published models, as ONNX Runtime names them."""


class EncoderTensors(NamedTuple):
    """Names of what the encoder's part of a graph computes.

    Attributes:
        vector: the sentence vector, of length one. Shape: (batch, hidden).
        states: the embeddings and each layer's output. Shape of each: (batch, piece, hidden).
        sites: what flows into each product. Shape of each: (batch, piece, channel).
        length: pieces of each text. Shape: (1,) int64.
    """

    vector: str
    states: list[str]
    sites: dict[Site, str]
    length: str


class _Layer(NamedTuple):
    """The weights of one shared layer, as graphs multiply by them: (in, out)."""

    attend: tuple[Floats, Floats]
    output: tuple[Floats, Floats]
    attend_norm: tuple[Floats, Floats]
    inner: tuple[Floats, Floats]
    outer: tuple[Floats, Floats]
    outer_norm: tuple[Floats, Floats]


class _Rounded(NamedTuple):
    """Names of what a product in eight bits is made of.

    Attributes:
        states: rounded. Shape: (batch, piece, in) uint8.
        step: between two values of the states.
        origin: the value of the states that stands for 0.
        weights: rounded. Shape: (in, out) int8.
        scales: of the weights' columns. Shape: (out,).
        bias: Shape: (out,).
    """

    states: str
    step: str
    origin: str
    weights: str
    scales: str
    bias: str


class EncoderGraph:
    """The encoder's part of a graph.

    Args:
        builder: nodes are added to it.
        weights: of the encoder.
        extents: of what flows into each product, to compute in eight bits; None computes in floats.
    """

    def __init__(self, builder: GraphBuilder, weights: EncoderWeights, extents: Mapping[Site, Extent] | None = None) -> None:
        self._builder = builder
        self._weights = weights
        self._config = weights.config
        self._extents = extents
        self._eight_bits: dict[str, EightBits] = {}
        self._sites: dict[Site, str] = {}

    def add(self, input_ids: str, token_types: str = "") -> EncoderTensors:
        """Adds the encoder.

        Args:
            input_ids: name of the pieces. Shape: (batch, piece) int64.
            token_types: name of which text each piece belongs to, 0 or 1; empty: there is one text. Shape: (batch, piece) int64.
        """
        length = self._builder.node("Shape", input_ids, start=1, end=2)  # (1,)
        states = [self._embedded(input_ids, length, token_types)]
        application = 0
        for number in range(self._config.num_hidden_layers):
            hidden = states[-1]
            group = number * self._config.num_hidden_groups // self._config.num_hidden_layers
            for inner in range(self._config.inner_group_num):
                hidden = self._applied(hidden, application, group, inner)
                application += 1
            states.append(hidden)
        return EncoderTensors(self.vector(states[-1], length), states, self._sites, length)

    def _embedded(self, input_ids: str, length: str, token_types: str) -> str:
        build = self._builder
        words = build.constant("words", self._embeddings("word"))
        types = self._embeddings("token_type")
        places = self._embeddings("position") + types[0]
        zero = build.integers(0)
        place = build.node("Slice", build.constant("places", places), zero, length, zero)  # (piece, embedding)
        narrow = build.node("Add", build.node("Gather", words, input_ids), place)  # (batch, piece, embedding)
        if token_types:  # the first type is in the places already
            offsets = build.constant("types", types - types[0])
            narrow = build.node("Add", narrow, build.node("Gather", offsets, token_types))
        narrow = self._normed(narrow, "embedding_norm", self._weights.pair("embeddings.LayerNorm"))
        return self._plain(narrow, "widen", *self._weights.linear("encoder.embedding_hidden_mapping_in"))

    def _embeddings(self, kind: str) -> Floats:
        return self._weights.named[f"embeddings.{kind}_embeddings.weight"]

    def _applied(self, hidden: str, application: int, group: int, inner: int) -> str:
        """Adds one application of a layer."""
        layer, name = self._layer(group, inner), f"layer{group}_{inner}"

        def product(states: str, kind: str, weights: tuple[Floats, Floats]) -> str:
            self._sites[application, kind] = states
            return self._product(states, (application, kind), f"{name}_{kind}", weights)

        self._sites[application, "attend"] = hidden
        mixed = self._attention(hidden, (application, "attend"), f"{name}_attend", layer.attend)
        mixed = self._builder.node("Add", product(mixed, "output", layer.output), hidden)
        mixed = self._normed(mixed, f"{name}_attend_norm", layer.attend_norm)
        operator, domain = ACTIVATIONS[self._config.hidden_act]
        wide = self._builder.node(operator, product(mixed, "inner", layer.inner), domain=domain)  # (batch, piece, inner)
        narrow = self._builder.node("Add", product(wide, "outer", layer.outer), mixed)
        return self._normed(narrow, f"{name}_outer_norm", layer.outer_norm)

    def _attention(self, states: str, site: Site, name: str, weights: tuple[Floats, Floats]) -> str:
        """Adds the attention of each head, the product that makes queries, keys and values side by side included."""
        if self._extents is None:
            return self._mixed(self._plain(states, name, *weights))
        rounded = self._rounded_inputs(states, site, name, weights)
        inputs = (rounded.states, rounded.weights, rounded.bias, rounded.step, rounded.scales, "", rounded.origin)  # no mask
        return self._builder.node("QAttention", *inputs, domain=CONTRIB, num_heads=self._config.num_attention_heads)

    def _mixed(self, attended: str) -> str:
        """Adds what each head does: from queries, keys and values side by side to the mixed values."""
        build, heads, hidden = self._builder, self._config.num_attention_heads, self._config.hidden_size
        width = hidden // heads
        parts = build.node("Reshape", attended, build.integers(0, 0, 3 * heads, width))
        parts = build.node("Transpose", parts, perm=[0, 2, 1, 3])  # (batch, 3 * head, piece, width)
        query, key, value = build.nodes("Split", parts, n_outputs=3, axis=1, num_outputs=3)
        scores = build.node("FusedMatMul", query, key, domain=CONTRIB, transB=1, alpha=width**-0.5)  # (batch, head, piece, piece)
        mixed = build.node("MatMul", build.node("Softmax", scores, axis=-1), value)
        mixed = build.node("Transpose", mixed, perm=[0, 2, 1, 3])
        return build.node("Reshape", mixed, build.integers(0, 0, hidden))  # (batch, piece, hidden)

    def _product(self, states: str, site: Site, name: str, weights: tuple[Floats, Floats]) -> str:
        if self._extents is None:
            return self._plain(states, name, *weights)
        rounded = self._rounded_inputs(states, site, name, weights)
        # Weights are rounded around 0, which is what an input that is left out means.
        inputs = (rounded.states, rounded.weights, rounded.step, rounded.scales, rounded.origin, "", rounded.bias)
        return self._builder.node("MatMulIntegerToFloat", *inputs, domain=CONTRIB)

    def _rounded_inputs(self, states: str, site: Site, name: str, weights: tuple[Floats, Floats]) -> _Rounded:
        assert self._extents is not None  # noqa: S101 (for the type checker)
        rounded = self._rounded(name, weights[0], site)
        build = self._builder
        if rounded.shrink is not None:
            states = build.node("Mul", states, build.constant(f"{name}_shrink", rounded.shrink))
        scale, zero = scale_and_zero(self._extents[site], rounded.shrink)
        step = build.constant(f"{name}_step{site[0]}", np.array(scale))
        origin = build.constant(f"{name}_origin{site[0]}", np.array(zero))
        return _Rounded(
            states=build.node("QuantizeLinear", states, step, origin),
            step=step,
            origin=origin,
            weights=build.constant(f"{name}_values", rounded.values),
            scales=build.constant(f"{name}_scales", rounded.scales),
            bias=build.constant(f"{name}_bias", weights[1]),
        )

    def _rounded(self, name: str, weights: Floats, site: Site) -> EightBits:
        assert self._extents is not None  # noqa: S101 (for the type checker)
        if name not in self._eight_bits:
            extents = [extent for (_, kind), extent in self._extents.items() if kind == site[1]]
            self._eight_bits[name] = round_weights(weights, site[1], extents)
        return self._eight_bits[name]

    def _plain(self, states: str, name: str, weights: Floats, bias: Floats) -> str:
        build = self._builder
        product = build.node("MatMul", states, build.constant(f"{name}_weights", weights))
        return build.node("Add", product, build.constant(f"{name}_bias", bias))

    def _normed(self, states: str, name: str, weights: tuple[Floats, Floats]) -> str:
        scale, shift = (
            self._builder.constant(f"{name}_{part}", value) for part, value in zip(("scale", "shift"), weights, strict=True)
        )
        return self._builder.node("LayerNormalization", states, scale, shift, axis=-1, epsilon=self._config.layer_norm_eps)

    def vector(self, states: str, length: str) -> str:
        """Adds the mean over pieces, divided by its norm.

        The mean is a product: the runtime's sums over an axis add up in another order in a batch of one.
        """
        build = self._builder
        ones = build.constant("ones", np.ones((1, self._config.max_position_embeddings), dtype=np.float32))
        row = build.node("Slice", ones, build.integers(0), length, build.integers(1))  # (1, piece)
        total = build.node("Squeeze", build.node("MatMul", row, states), build.integers(1))  # (batch, hidden)
        mean = build.node("Div", total, build.node("Cast", length, to=1))
        return build.node("LpNormalization", mean, axis=-1, p=2)

    def _layer(self, group: int, inner: int) -> _Layer:
        weights, layer = self._weights, f"encoder.albert_layer_groups.{group}.albert_layers.{inner}"
        three = [weights.linear(f"{layer}.attention.{part}") for part in ("query", "key", "value")]
        return _Layer(
            attend=(np.concatenate([part for part, _ in three], axis=1), np.concatenate([bias for _, bias in three])),
            output=weights.linear(f"{layer}.attention.dense"),
            attend_norm=weights.pair(f"{layer}.attention.LayerNorm"),
            inner=weights.linear(f"{layer}.ffn"),
            outer=weights.linear(f"{layer}.ffn_output"),
            outer_norm=weights.pair(f"{layer}.full_layer_layer_norm"),
        )
