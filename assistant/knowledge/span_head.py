"""The small network that finds an answer in a passage, in numpy: it reads the frozen encoder's states.

Question and passage are projected alike; each piece of the passage looks at the pieces of the question that are like it; two
convolutions look around; what comes out says for each piece how well an answer starts or ends there, and for the passage how well
it has none. Source of the aligned question: Chen et al. 2017, section 3.2.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.albert.activations import softmax
from assistant.knowledge.features import FEATURES, N_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.knowledge.features import Asked, Floats

WIDTH = 96
_SCALE: Any = np.float32(WIDTH**-0.5)  # of single precision, so that what it scales stays so
KERNELS = (3, 5)
"""Pieces that each convolution looks over."""

JOINED = 4 * WIDTH + len(FEATURES) + N_KINDS
SUMMED = WIDTH + N_KINDS + 2


@dataclass(frozen=True, slots=True)
class Scores:
    """What the head says of a question and a passage.

    Attributes:
        start, end: of each piece, higher is likelier. Shape: (piece,).
        none: that the passage has no answer, on the same scale.
    """

    start: Floats
    end: Floats
    none: float


@dataclass(frozen=True, slots=True)
class SpanHead:
    """The head's weights, by the names that the training side gives them; all float32."""

    weights: Mapping[str, Floats]

    def __call__(self, asked: Asked) -> Scores:
        """Returns the scores of a question and a passage that has at least one piece."""
        w = self.weights
        passage = asked.passage @ w["project.weight"].T + w["project.bias"]  # (piece, width)
        question = asked.question @ w["project.weight"].T + w["project.bias"]
        aligned = softmax(passage @ question.T * _SCALE) @ question
        meant = softmax((question @ w["attend.weight"].T)[:, 0]) @ question  # (width,)
        kind = np.zeros(N_KINDS, dtype=np.float32)
        kind[asked.kind] = 1.0
        kinds = np.broadcast_to(kind, (len(passage), N_KINDS))
        joined = np.concatenate([passage, aligned, passage * aligned, passage * meant, asked.features, kinds], axis=1)
        inner = _gelu(_convolved(joined, w["inner.weight"], w["inner.bias"]))
        outer = inner + _gelu(_convolved(inner, w["outer.weight"], w["outer.bias"]))
        ends = outer @ w["ends.weight"].T + w["ends.bias"]  # (piece, 2)
        ends = ends + passage @ (w["meant.weight"] @ meant + w["meant.bias"]).reshape(2, WIDTH).T * _SCALE
        best = asked.likeness.max(axis=0)
        summed = np.concatenate([outer.max(axis=0), kind, best])
        return Scores(ends[:, 0], ends[:, 1], float((w["none.weight"] @ summed + w["none.bias"])[0]))


def _convolved(states: Floats, weights: Floats, bias: Floats) -> Floats:
    """Returns a convolution over pieces, zeros around them.

    Args:
        states: Shape: (piece, in).
        weights: Shape: (out, in, kernel).
        bias: Shape: (out,).
    """
    reach = weights.shape[2] // 2
    padded = np.pad(states, ((reach, reach), (0, 0)))
    total: Floats = bias + sum(padded[n : n + len(states)] @ weights[:, :, n].T for n in range(weights.shape[2]))
    return total


def _gelu(values: Floats) -> Floats:
    """Returns the activation in its tanh form, as the training side computes it."""
    cubic = np.float32(np.sqrt(2 / np.pi)) * (values + np.float32(0.044715) * values**3)
    result: Floats = np.float32(0.5) * values * (1 + np.tanh(cubic))
    return result
