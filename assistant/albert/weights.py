"""The weights of an encoder as plain arrays: what graphs are written from and models are saved from, without torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

POOLER = "pooler."
"""Weights that no vector or state depends on here; a folder may or may not have them."""


@dataclass(frozen=True, slots=True)
class EncoderWeights:
    """An ALBERT in numbers.

    Attributes:
        named: float32, by the names that transformers' AlbertModel gives them.
        config: the encoder's configuration: transformers' own, or anything with the same attributes.
    """

    named: Mapping[str, Floats]
    config: Any

    def pair(self, name: str) -> tuple[Floats, Floats]:
        """Returns weight and bias of a norm or another layer, as they are stored.

        Raises:
            KeyError: there is no such layer.
        """
        return self.named[f"{name}.weight"], self.named[f"{name}.bias"]

    def linear(self, name: str) -> tuple[Floats, Floats]:
        """Returns the weights of a linear layer as graphs multiply by them, (in, out), and its bias, (out,)."""
        weight, bias = self.pair(name)
        return np.ascontiguousarray(weight.T), bias

    def stored(self) -> dict[str, Floats]:
        """Returns the weights that a model folder holds."""
        return {name: np.ascontiguousarray(value) for name, value in self.named.items() if not name.startswith(POOLER)}
