"""The network of the learned policy, on plain arrays: one transformer layer over the latest states, with its slopes.

The last state alone is asked what to do, so it alone looks at the others: its query, its mixture and all that follows are computed
for one state instead of for all. The slopes are worked out by hand; tests hold them against torch's.

Source: Vaswani et al. 2017, section 3, with norms before each part (Xiong et al. 2020).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.albert.activations import gelu_and_slope, softmax
from assistant.albert.graph import CONTRIB, GraphBuilder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

HEADS = 4
NORMED = 1e-5
"""Added to a variance before its root is taken."""
NEVER = np.float32(-1e9)
"""Score of a state that is none."""


@dataclass(frozen=True, slots=True)
class PolicyNetwork:
    """Weights by name, all as products take them: (in, out).

    Attributes:
        weights: ``embed``, ``position``, ``query``, ``past`` (keys beside values), ``mixed``, ``inner``, ``outer``, ``out``, each
            with its ``_bias``, and ``first``, ``second`` and ``last``, the norms, each with its ``_bias``.
    """

    weights: Mapping[str, Floats]

    @classmethod
    def random(cls, n_features: int, n_actions: int, max_history: int, width: int, generator: np.random.Generator) -> PolicyNetwork:
        """Returns a network that knows nothing.

        Args:
            n_features: of a state.
            n_actions: that are scored.
            max_history: states, older ones first.
            width: of the layer.
            generator: of small random numbers.
        """
        sizes = {
            "embed": (n_features, width),
            "query": (width, width),
            "past": (width, 2 * width),
            "mixed": (width, width),
            "inner": (width, 2 * width),
            "outer": (2 * width, width),
            "out": (width, n_actions),
        }
        weights: dict[str, Floats] = {"position": np.zeros((max_history, width), np.float32)}
        for name, (n_in, n_out) in sizes.items():
            most = (6 / (4 * width)) ** 0.5 if name in {"query", "past"} else n_in**-0.5
            weights[name] = generator.uniform(-most, most, (n_in, n_out)).astype(np.float32)
            weights[f"{name}_bias"] = np.zeros(n_out, np.float32)
        for name in ("first", "second", "last"):
            weights |= {name: np.ones(width, np.float32), f"{name}_bias": np.zeros(width, np.float32)}
        return cls(weights)

    def logits(self, states: Floats) -> Floats:
        """Returns logits of the actions.

        Args:
            states: rows of zeros are no states. Shape: (batch, max_history, feature).

        Returns:
            Shape: (batch, action).
        """
        return _Pass(self.weights, states, 0.0, None).logits

    def graph(self, name_in: str, name_out: str) -> bytes:
        """Returns the network as an ONNX graph.

        Args:
            name_in: of the states.
            name_out: of the logits.
        """
        return _graph(self.weights, name_in, name_out)


class _Pass:
    """One way through the network, which remembers what the way back needs.

    Args:
        weights: of the network.
        states: Shape: (batch, max_history, feature).
        dropout: share of what each part makes that is hidden.
        generator: of what is hidden; None: nothing is.
    """

    def __init__(
        self, weights: Mapping[str, Floats], states: Floats, dropout: float, generator: np.random.Generator | None
    ) -> None:
        self._w, self._states, self._dropout, self._generator = weights, states, dropout, generator
        self._shown: dict[str, Floats] = {}
        w, (n, history, n_features) = weights, states.shape
        width = len(w["mixed"])
        is_state = np.abs(states).max(axis=2) > 0  # (batch, max_history)
        embedded = (states.reshape(-1, n_features) @ w["embed"]).reshape(n, history, width) + (w["embed_bias"] + w["position"])
        self._first = _Normed(embedded, w["first"], w["first_bias"])
        normed = self._first.values  # (batch, max_history, width)
        self._query = (normed[:, -1] @ w["query"] + w["query_bias"]).reshape(n, HEADS, 1, -1)
        past = normed.reshape(-1, width) @ w["past"] + w["past_bias"]
        past = past.reshape(n, history, 2, HEADS, -1).transpose(2, 0, 3, 1, 4)  # (2, batch, head, max_history, width of a head)
        self._keys, self._values = np.ascontiguousarray(past[0]), np.ascontiguousarray(past[1])
        scores = (self._query * self._keys).sum(axis=3) * self._scale  # (batch, head, max_history)
        self._shares = softmax(np.where(is_state[:, None], scores, NEVER))
        self._looked = self._hide("shares", self._shares)
        self._context = (self._looked[..., None] * self._values).sum(axis=2).reshape(n, width)
        now = embedded[:, -1] + self._hide("mixed", self._context @ w["mixed"] + w["mixed_bias"])
        self._second = _Normed(now, w["second"], w["second_bias"])
        wide, self._bend = gelu_and_slope(self._second.values @ w["inner"] + w["inner_bias"])
        self._wide = self._hide("wide", wide)
        now = now + self._hide("outer", self._wide @ w["outer"] + w["outer_bias"])
        self._last = _Normed(now, w["last"], w["last_bias"])
        self.logits: Floats = self._last.values @ w["out"] + w["out_bias"]

    @property
    def _scale(self) -> np.float32:
        return np.float32((len(self._w["mixed"]) / HEADS) ** -0.5)

    def _hide(self, part: str, values: Floats) -> Floats:
        """Returns what a part makes with a share of it hidden, and the rest larger in return."""
        if self._generator is None or not self._dropout:
            return values
        hidden = round(self._dropout * 256)
        drawn = self._generator.integers(0, 256, values.shape, dtype=np.uint8)
        self._shown[part] = (drawn >= hidden) * np.float32(256 / (256 - hidden))
        made: Floats = values * self._shown[part]
        return made

    def _unhide(self, part: str, slope: Floats) -> Floats:
        shown = self._shown.get(part)
        return slope if shown is None else slope * shown

    def slopes(self, by_logits: Floats) -> dict[str, Floats]:
        """Returns the slope of the loss by each weight.

        Args:
            by_logits: by the logits. Shape: (batch, action).
        """
        w = self._w
        found: dict[str, Floats] = {}
        n, history, _ = self._states.shape
        by_now, found["last"], found["last_bias"] = self._last.back(
            _linear_back(found, "out", self._last.values, by_logits, w["out"])
        )
        by_outer = self._unhide("outer", by_now)
        by_wide = self._unhide("wide", _linear_back(found, "outer", self._wide, by_outer, w["outer"])) * self._bend
        by_second = _linear_back(found, "inner", self._second.values, by_wide, w["inner"])
        more, found["second"], found["second_bias"] = self._second.back(by_second)
        by_now = by_now + more
        by_mixed = self._unhide("mixed", by_now)
        by_context = _linear_back(found, "mixed", self._context, by_mixed, w["mixed"]).reshape(n, HEADS, 1, -1)
        by_shares = self._unhide("shares", (by_context * self._values).sum(axis=3))
        by_scores = self._shares * (by_shares - (self._shares * by_shares).sum(axis=2, keepdims=True)) * self._scale
        by_query = (by_scores[..., None] * self._keys).sum(axis=2).reshape(n, -1)
        by_past = np.stack([by_scores[..., None] * self._query, self._looked[..., None] * by_context])
        by_past = by_past.transpose(1, 3, 0, 2, 4).reshape(n * history, -1)  # (batch * max_history, 2 * width)
        normed = self._first.values
        by_normed = _linear_back(found, "past", normed.reshape(n * history, -1), by_past, w["past"]).reshape(normed.shape)
        by_normed[:, -1] += _linear_back(found, "query", normed[:, -1], by_query, w["query"])
        by_embedded, found["first"], found["first_bias"] = self._first.back(by_normed)
        by_embedded[:, -1] += by_now
        found["position"] = by_embedded.sum(axis=0)
        found["embed_bias"] = found["position"].sum(axis=0)
        found["embed"] = self._states.reshape(n * history, -1).T @ by_embedded.reshape(n * history, -1)
        return found


class _Normed:
    """A layer norm and its way back. Attributes: values."""

    def __init__(self, inputs: Floats, scale: Floats, shift: Floats) -> None:
        centred = inputs - inputs.mean(axis=-1, keepdims=True)
        self._inverse = 1 / np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + np.float32(NORMED))
        self._unit = centred * self._inverse
        self._scale = scale
        self.values: Floats = self._unit * scale + shift

    def back(self, slope: Floats) -> tuple[Floats, Floats, Floats]:
        """Returns the slopes by the inputs, by the scale and by the shift."""
        axes = tuple(range(slope.ndim - 1))
        by_unit = slope * self._scale
        along = (by_unit * self._unit).mean(axis=-1, keepdims=True)
        by_inputs = (by_unit - by_unit.mean(axis=-1, keepdims=True) - self._unit * along) * self._inverse
        return by_inputs, (slope * self._unit).sum(axis=axes), slope.sum(axis=axes)


def loss_and_slopes(
    network: PolicyNetwork,
    states: Floats,
    wanted: Floats,
    *,
    dropout: float = 0.0,
    generator: np.random.Generator | None = None,
) -> tuple[float, dict[str, Floats]]:
    """Returns the loss of a batch, and its slope by each weight of the network.

    Args:
        network: as it is now.
        states: Shape: (batch, max_history, feature).
        wanted: what each action's log-probability counts in the loss. Shape: (batch, action).
        dropout: share of what each part makes that is hidden.
        generator: of what is hidden; None: nothing is.
    """
    through = _Pass(network.weights, states, dropout, generator)
    probabilities = softmax(through.logits)
    loss = -float((wanted * np.log(np.maximum(probabilities, 1e-30))).sum())
    return loss, through.slopes(probabilities * wanted.sum(axis=1, keepdims=True) - wanted)


def _linear_back(found: dict[str, Floats], name: str, inputs: Floats, slope: Floats, weights: Floats) -> Floats:
    """Adds the slopes by a layer's weights and bias, and returns the slope by its inputs."""
    found[name], found[f"{name}_bias"] = inputs.T @ slope, slope.sum(axis=0)
    by_inputs: Floats = slope @ weights.T
    return by_inputs


def _graph(w: Mapping[str, Floats], name_in: str, name_out: str) -> bytes:
    build = GraphBuilder()
    history, width = w["position"].shape
    n_features, n_actions = w["embed"].shape[0], w["out"].shape[1]

    def named(name: str) -> str:
        return build.constant(name, w[name])

    def linear(inputs: str, name: str) -> str:
        return build.node("Add", build.node("MatMul", inputs, named(name)), named(f"{name}_bias"))

    def normed(inputs: str, name: str) -> str:
        return build.node("LayerNormalization", inputs, named(name), named(f"{name}_bias"), axis=-1, epsilon=NORMED)

    def present(states: str) -> str:
        return build.node("Squeeze", build.node("Slice", states, build.integers(-1), build.integers(history), one), one)

    def heads(states: str, *order: int, at: int = 0) -> str:
        split = build.node("Reshape", states, build.integers(*([0] * at), HEADS, width // HEADS))
        return build.node("Transpose", split, perm=list(order))

    one = build.integers(1)
    size = build.node("ReduceMax", build.node("Abs", name_in), build.integers(2), keepdims=0)  # (batch, max_history)
    is_none = build.node("Equal", size, build.constant("zero", np.zeros((), np.float32)))
    embedded = build.node("Add", linear(name_in, "embed"), named("position"))
    first = normed(embedded, "first")  # (batch, max_history, width)
    query = heads(build.node("Unsqueeze", linear(present(first), "query"), one), 0, 2, 1, 3, at=2)
    keys, values = build.nodes("Split", linear(first, "past"), n_outputs=2, axis=2, num_outputs=2)
    keys, values = heads(keys, 0, 2, 3, 1, at=2), heads(values, 0, 2, 1, 3, at=2)
    scale = build.constant("scale", np.array((width / HEADS) ** -0.5, np.float32))
    scores = build.node("Mul", build.node("MatMul", query, keys), scale)  # (batch, head, 1, max_history)
    hidden = build.node("Unsqueeze", is_none, build.integers(1, 2))
    scores = build.node("Where", hidden, build.constant("never", np.array(NEVER)), scores)
    context = build.node("MatMul", build.node("Softmax", scores, axis=-1), values)  # (batch, head, 1, width of a head)
    context = build.node("Reshape", context, build.integers(0, width))
    now = build.node("Add", present(embedded), linear(context, "mixed"))
    wide = build.node("Gelu", linear(normed(now, "second"), "inner"), domain=CONTRIB)
    now = build.node("Add", now, linear(wide, "outer"))
    build.named(linear(normed(now, "last"), "out"), name_out)
    shapes: Any = {name_in: ("batch", history, n_features)}, {name_out: ("batch", n_actions)}
    return build.finished(*shapes, takes_floats=True)
