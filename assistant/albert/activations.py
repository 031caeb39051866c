"""The Gaussian error linear unit, its slope and the softmax on plain arrays, for parts that work without torch.

Source: Hendrycks and Gimpel 2016; the error function by Abramowitz and Stegun 1964, 7.1.26, off by at most 1.5e-7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    AnyFloat = TypeVar("AnyFloat", np.float32, np.float64)

_STEP = np.float32(0.3275911 / 2**0.5)
_TAIL = tuple(np.float32(value) for value in (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429))
_DENSITY = np.float32((2 * np.pi) ** -0.5)
_HALF, _ONE = np.float32(0.5), np.float32(1)


def gelu(inputs: Floats) -> Floats:
    """Returns each input times the probability that a standard normal variable is below it."""
    below, _ = _normal(inputs)
    found: Floats = inputs * below
    return found


def gelu_and_slope(inputs: Floats) -> tuple[Floats, Floats]:
    """Returns the activation of each input and its derivative there."""
    below, bell = _normal(inputs)
    return inputs * below, below + inputs * bell * _DENSITY


def softmax(logits: NDArray[AnyFloat], axis: int = -1) -> NDArray[AnyFloat]:
    """Returns probabilities along an axis."""
    shares: NDArray[AnyFloat] = logits - logits.max(axis=axis, keepdims=True)
    np.exp(shares, out=shares)
    shares /= shares.sum(axis=axis, keepdims=True)
    return shares


def _normal(inputs: Floats) -> tuple[Floats, Floats]:
    """Returns the normal distribution at each input, and the bell exp(-x²/2)."""
    bell = np.exp(-_HALF * np.square(inputs))
    t = _ONE / (_ONE + _STEP * np.abs(inputs))
    above = np.full_like(t, _TAIL[-1])
    for value in _TAIL[-2::-1]:
        above *= t
        above += value
    above *= t * bell * _HALF  # of the absolute value
    return np.where(inputs >= 0, _ONE - above, above), bell
