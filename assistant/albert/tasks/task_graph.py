"""Writes a task's model as an ONNX graph for equally long sequences without padding, and holds it against torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.albert.encoder_graph import EncoderGraph, EncoderTensors
from assistant.albert.export import MAX_DIFFERENCE, weights_of
from assistant.albert.graph import CONTRIB, GraphBuilder
from assistant.albert.tasks.heads import COSINE_SCALE
from assistant.albert.tasks.runtime import LOGITS, TaskSession, input_names
from assistant.errors import ExportDiffers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.albert.tasks.model import TaskModel
    from assistant.albert.tasks.pooling import PiecePooling
    from assistant.albert.tasks.task import Setup, Unit


def task_graph(model: TaskModel, setup: Setup) -> bytes:
    """Returns the graph of a finished model: one pair of inputs for each sequence of a unit, one output.

    Args:
        model: in eval mode, on the processor.
        setup: of the task.
    """
    build = GraphBuilder()
    names = input_names(setup)
    weights = weights_of(model.encoder)
    encoded = [EncoderGraph(build, weights).add(ids, types) for ids, types in names]
    is_by_piece = setup.form in {"span", "tags"}
    build.named(_piece_head(build, model, encoded[0]) if is_by_piece else _text_head(build, model, encoded), LOGITS)
    inputs = {name: (f"batch{number}", f"piece{number}") for number, pair in enumerate(names) for name in pair}
    return build.finished(inputs, {LOGITS: ("batch0", "piece0", "output") if is_by_piece else ("batch0", "output")})


def check_task_graph(model: TaskModel, setup: Setup, graph: bytes, units: Sequence[Unit]) -> float:
    """Returns the largest absolute difference between torch and ONNX Runtime over some units.

    Raises:
        ExportDiffers: the difference is more than rounding.
    """
    session = TaskSession(graph, setup)
    largest = 0.0
    for ours, theirs in zip(model.measure(units), session.logits(units), strict=True):
        difference = float(np.abs(ours - theirs).max())
        if not difference <= MAX_DIFFERENCE * max(1.0, float(np.abs(ours).max())):
            raise ExportDiffers(output=LOGITS, difference=difference, allowed=MAX_DIFFERENCE)
        largest = max(largest, difference)
    return largest


def _text_head(build: GraphBuilder, model: TaskModel, encoded: Sequence[EncoderTensors]) -> str:
    """Adds the head for texts and choices: see `TextHead.features`."""
    head, hidden = model.head, model.encoder.config.hidden_size
    scale = _number(build, "scale", hidden**0.5)
    parts: list[str] = []
    if head.has_joint:
        parts += [build.node("Mul", encoded[0].vector, scale), build.node("Mul", _first(build, encoded[0]), scale)]
    if head.pieces:
        parts.append(_strongest(build, head.pieces, encoded[0]))
    if head.has_twins:
        one, other = encoded[-2].vector, encoded[-1].vector
        product, cosine_scale = build.node("Mul", one, other), _number(build, "cosine_scale", COSINE_SCALE)
        column = build.constant("column", np.ones((hidden, 1), dtype=np.float32))
        if head.has_match:
            parts += [build.node("Mul", missing, cosine_scale) for missing in _missing_values(build, *encoded[-2:])]
        else:
            parts += [
                build.node("Mul", one, scale),
                build.node("Mul", other, scale),
                build.node("Mul", build.node("Abs", build.node("Sub", one, other)), scale),
                build.node("Mul", product, _number(build, "square", float(hidden))),
            ]
        parts.append(build.node("Mul", build.node("MatMul", product, column), cosine_scale))
    features = build.node("Concat", *parts, axis=-1) if len(parts) > 1 else parts[0]
    return linear(build, "output", head.output, features)


def _missing_values(build: GraphBuilder, one: EncoderTensors, other: EncoderTensors) -> list[str]:
    """Adds what each of two texts has that the other lacks: see `missing_values`. Shape of each: (batch, 1)."""
    first, second = (build.node("LpNormalization", encoded.states[-1], axis=-1, p=2) for encoded in (one, other))
    alike = build.node("MatMul", first, build.node("Transpose", second, perm=[0, 2, 1]))  # (batch, piece, other piece)
    found, unit = [], _number(build, "one", 1.0)
    for others in (2, 1):
        best = build.node("ReduceMax", alike, build.integers(others), keepdims=1)
        missing = build.node("Squeeze", build.node("Sub", unit, best), build.integers(others))  # (batch, own piece)
        found += [build.node(pooled, missing, build.integers(1), keepdims=1) for pooled in ("ReduceMean", "ReduceMax")]
    return found


def _piece_head(build: GraphBuilder, model: TaskModel, encoded: EncoderTensors) -> str:
    """Adds the head for pieces: see `PieceHead.forward`."""
    return linear(build, "outer", model.head.outer, _found(build, model.head, encoded))


def _strongest(build: GraphBuilder, pooling: PiecePooling, encoded: EncoderTensors) -> str:
    """Adds the maxima over pieces: see `PiecePooling.forward`. Shape: (batch, HEAD_WIDTH)."""
    return build.node("ReduceMax", _found(build, pooling, encoded), build.integers(1), keepdims=0)


def _found(build: GraphBuilder, head: Any, encoded: EncoderTensors) -> str:
    """Adds the inner layer over the mix of the encoder's layers. Shape: (batch, piece, HEAD_WIDTH)."""
    shares = head.mix.detach().softmax(0).numpy()
    parts = [
        build.node("Mul", state, build.constant(f"share{number}", shares[number : number + 1]))
        for number, state in enumerate(encoded.states)
    ]
    return build.node("Gelu", linear(build, "inner", head.inner, build.node("Sum", *parts)), domain=CONTRIB)


def linear(build: GraphBuilder, name: str, layer: Any, values: str) -> str:
    """Adds a torch layer's product and bias."""
    weights = build.constant(f"{name}_weights", layer.weight.detach().float().T.numpy())
    return build.node("Add", build.node("MatMul", values, weights), build.constant(f"{name}_bias", layer.bias.detach().numpy()))


def _first(build: GraphBuilder, encoded: EncoderTensors) -> str:
    """Adds the state of the first piece, divided by its length. Shape: (batch, hidden)."""
    first = build.node("Slice", encoded.states[-1], build.integers(0), build.integers(1), build.integers(1))
    return build.node("LpNormalization", build.node("Squeeze", first, build.integers(1)), axis=-1, p=2)


def _number(build: GraphBuilder, name: str, value: float) -> str:
    return build.constant(name, np.array([value], dtype=np.float32))
