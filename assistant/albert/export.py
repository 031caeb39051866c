"""Writes a joint model as an ONNX graph, and checks that ONNX Runtime computes with it what torch computes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from assistant.albert.encoder_graph import EncoderGraph
from assistant.albert.graph import CONTRIB, GraphBuilder
from assistant.albert.quantization import measure, random_texts
from assistant.albert.session import open_session
from assistant.errors import ExportDiffers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray
    from torch import Tensor
    from transformers import AlbertModel

    from assistant.albert.joint import JointAlbert
    from assistant.albert.quantization import Extent, Site

INPUT = "input_ids"
VECTOR = "sentence_vector"
MAX_DIFFERENCE = 1e-3

_AXES = {INPUT: ("batch", "piece")}
_SHAPES = ((1, 3), (1, 16), (3, 9))


def joint_graph(model: JointAlbert, outputs: Sequence[str], extents: Mapping[Site, Extent] | None = None) -> bytes:
    """Returns the graph of a model, for batches of equally long texts.

    Args:
        model: to be written.
        outputs: names for the intent logits, the tag logits of every piece, and the sentence vectors.
        extents: of what flows into the encoder's products, to compute these in eight bits; None computes in floats.
    """
    build = GraphBuilder()
    encoded = EncoderGraph(build, model.encoder, extents).add(INPUT)
    _, n_intents, n_tags = sizes = (
        model.encoder.config.hidden_size,
        model.heads.intent.out_features,
        model.heads.tag_outer.out_features,
    )
    build.named(_intent_head(build, model, encoded.vector), outputs[0])
    build.named(_tag_head(build, model, encoded.states), outputs[1])
    build.named(encoded.vector, outputs[2])
    axes = (("batch", n_intents), ("batch", "piece", n_tags), ("batch", sizes[0]))
    return build.finished(_AXES, dict(zip(outputs, axes, strict=True)))


def states_graph(encoder: AlbertModel) -> bytes:
    """Returns the graph of an encoder in floats; its outputs are the sentence vector, then the states of all layers."""
    build = GraphBuilder()
    encoded = EncoderGraph(build, encoder).add(INPUT)
    build.named(encoded.vector, VECTOR)
    hidden = encoder.config.hidden_size
    return build.finished(_AXES, {VECTOR: ("batch", hidden)} | dict.fromkeys(encoded.states, ("batch", "piece", hidden)))


def measure_extents(encoder: AlbertModel, ends: tuple[int, int]) -> dict[Site, Extent]:
    """Returns how far the states go that flow into each product of an encoder; the same encoder always has the same.

    Args:
        encoder: as it is now.
        ends: the pieces that the tokenizer opens and closes a text with.
    """
    build = GraphBuilder()
    encoded = EncoderGraph(build, encoder).add(INPUT)
    names = dict.fromkeys(encoded.sites.values())
    session = open_session(build.finished(_AXES, dict.fromkeys(names, ("batch", "piece", "channel"))))
    sites = list(encoded.sites)

    def run(input_ids: NDArray[np.int64]) -> Sequence[NDArray[np.float32]]:
        found = dict(zip(names, session.run(list(names), {INPUT: input_ids}), strict=True))
        return [found[encoded.sites[site]] for site in sites]

    return measure(run, sites, random_texts(encoder.config.vocab_size, ends))


def check_graph(model: JointAlbert, graph: bytes, outputs: Sequence[str]) -> float:
    """Returns the largest absolute difference between torch and ONNX Runtime over all outputs of some random inputs.

    Args:
        model: in eval mode.
        graph: of the model, in floats.
        outputs: names of its outputs.

    Raises:
        ExportDiffers: the difference is more than rounding.
    """
    session = open_session(graph)
    largest = 0.0
    for input_ids in _samples(model):
        with torch.inference_mode():
            expected = model(input_ids, torch.ones_like(input_ids))
        found = session.run(list(outputs), {INPUT: input_ids.numpy()})
        for name, ours, theirs in zip(outputs, expected, found, strict=True):
            if theirs.shape[-1] == 1:
                continue  # the graph does not compute the logits of a single class
            difference = float((ours - torch.from_numpy(theirs)).abs().max())
            if not difference <= MAX_DIFFERENCE:
                raise ExportDiffers(output=name, difference=difference, allowed=MAX_DIFFERENCE)
            largest = max(largest, difference)
    return largest


def _intent_head(build: GraphBuilder, model: JointAlbert, vector: str) -> str:
    head = model.heads.intent
    weights = build.constant("intent_weights", (head.weight.detach().T * model.heads.scale).numpy())
    return build.node("Add", build.node("MatMul", vector, weights), build.constant("intent_bias", head.bias.detach().numpy()))


def _tag_head(build: GraphBuilder, model: JointAlbert, states: Sequence[str]) -> str:
    heads = model.heads
    if heads.tag_outer.out_features == 1:  # nothing to tell apart
        first = build.node("Slice", states[0], build.integers(0), build.integers(1), build.integers(2))
        return build.node("Mul", first, build.constant("nothing", np.zeros(1, dtype=np.float32)))
    shares = heads.mix.detach().softmax(0).numpy()
    parts = [
        build.node("Mul", state, build.constant(f"share{number}", shares[number : number + 1]))
        for number, state in enumerate(states)
    ]
    mixed = build.node("Sum", *parts)  # (batch, piece, hidden)
    inner = _linear(build, "tag_inner", heads.tag_inner, mixed)
    return _linear(build, "tag_outer", heads.tag_outer, build.node("Gelu", inner, domain=CONTRIB))


def _linear(build: GraphBuilder, name: str, layer: torch.nn.Linear, states: str) -> str:
    weights = build.constant(f"{name}_weights", layer.weight.detach().T.numpy())
    return build.node("Add", build.node("MatMul", states, weights), build.constant(f"{name}_bias", layer.bias.detach().numpy()))


def _samples(model: JointAlbert) -> Iterator[Tensor]:
    """Yields random pieces in some shapes."""
    generator = torch.Generator().manual_seed(0)
    for shape in _SHAPES:
        yield torch.randint(0, model.encoder.config.vocab_size, shape, generator=generator)
