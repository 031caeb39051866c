"""The two heads of a joint model as plain arrays: fitted on what a frozen encoder made, measured, and written into graphs.

They are the same heads as `assistant.albert.joint.JointHeads`, under the same names in files.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from assistant.albert.activations import gelu, softmax

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

T = TypeVar("T")

HEAD_WIDTH = 256
"""Between the two layers of the tag head."""
SHARE = math.sqrt(0.5)
"""What either vector is multiplied by where two of length one are joined into one."""
_ROWS = 4096
"""Words whose states are mixed at once: all at once would take seven times the room of what comes out."""


class Linear(NamedTuple):
    """A linear layer.

    Attributes:
        weights: Shape: (in, out).
        bias: Shape: (out,).
    """

    weights: Floats
    bias: Floats

    def __call__(self, inputs: Floats) -> Floats:
        """Returns what the layer makes of its inputs. Shape: (..., out)."""
        made: Floats = inputs @ self.weights + self.bias
        return made


@dataclass(frozen=True, slots=True)
class PlainHeads:
    """The heads for the intent of a text and for the tag of a word.

    Attributes:
        intent: its inputs are joined vectors, scaled to components of unit variance.
        mix: what the softmax of makes the shares of the encoder's layers under the tag head. Shape: (layer + 1,).
        tag_inner, tag_outer: of the tag head; the outer one has a single output where there is nothing to tag.
    """

    intent: Linear
    mix: Floats
    tag_inner: Linear
    tag_outer: Linear

    @property
    def scale(self) -> float:
        """What joined vectors of length one are multiplied by."""
        return math.sqrt(len(self.intent.weights))

    @property
    def shares(self) -> Floats:
        """The share of each layer. Shape: (layer + 1,)."""
        return softmax(self.mix)

    @property
    def has_tags(self) -> bool:
        """Whether there is anything to tag."""
        return len(self.tag_outer.bias) > 1

    def intent_logits(self, vectors: Floats) -> Floats:
        """Returns a logit for each intent.

        Args:
            vectors: joined ones, see `joined`. Shape: (text, 2 * hidden).

        Returns:
            Shape: (text, intent).
        """
        return self.intent(vectors * np.float32(self.scale))

    def mixed(self, states: NDArray[np.float16] | Floats) -> Floats:
        """Returns the states under the tag head.

        Args:
            states: of all layers at each word. Shape: (word, layer + 1, hidden).

        Returns:
            Shape: (word, hidden).
        """
        return mixed(states, self.shares)

    def tag_logits(self, states: NDArray[np.float16] | Floats) -> Floats:
        """Returns a logit for each tag at each word. Shapes: (word, layer + 1, hidden) and (word, tag)."""
        return self.tag_logits_of(self.mixed(states))

    def tag_logits_of(self, mixed: Floats) -> Floats:
        """Returns a logit for each tag at each word, of states that are mixed already. Shapes: (word, hidden) and (word, tag)."""
        return self.tag_outer(gelu(self.tag_inner(mixed)))

    def stored(self) -> dict[str, Floats]:
        """Returns the weights by the names, and in the layout, of torch's module."""
        found = {"mix": self.mix}
        for name in ("intent", "tag_inner", "tag_outer"):
            layer: Linear = getattr(self, name)
            found |= {f"{name}.weight": np.ascontiguousarray(layer.weights.T), f"{name}.bias": layer.bias}
        return found

    @classmethod
    def of(cls, stored: Mapping[str, Floats]) -> PlainHeads:
        """Returns the heads that were stored."""

        def layer(name: str) -> Linear:
            return Linear(np.ascontiguousarray(stored[f"{name}.weight"].T), stored[f"{name}.bias"])

        return cls(layer("intent"), stored["mix"], layer("tag_inner"), layer("tag_outer"))


def middle_of(states: Sequence[T]) -> T:
    """Returns those of an encoder's states, the embeddings among them, that the intent head reads beside the last."""
    return states[(len(states) - 1) // 2]


def joined(vectors: Floats, middles: Floats) -> Floats:
    """Returns the vectors that the intent head reads, of length one.

    The last layer was made to tell whole texts apart; beside it the middle one brings a point of accuracy where examples are few.

    Args:
        vectors: of the last layer, of length one. Shape: (text, hidden).
        middles: of the layer in the middle, likewise. Shape: (text, hidden).

    Returns:
        Shape: (text, 2 * hidden).
    """
    return np.concatenate([vectors, middles], axis=1) * np.float32(SHARE)


def mixed(states: NDArray[np.float16] | Floats, shares: Floats) -> Floats:
    """Returns the sum of the layers, each times its share. Shapes: (word, layer + 1, hidden), (layer + 1,) and (word, hidden)."""
    found = np.zeros((len(states), states.shape[2]), dtype=np.float32)
    for first in range(0, len(states), _ROWS):
        rows = slice(first, first + _ROWS)
        for number, share in enumerate(shares):
            found[rows] += share * states[rows, number].astype(np.float32)
    return found
