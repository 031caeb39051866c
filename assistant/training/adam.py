"""AdamW on plain arrays, for parts that are trained without torch.

Source: Loshchilov and Hutter 2019, algorithm 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

BETAS = (0.9, 0.999)
EPSILON = 1e-8


class AdamW:
    """Changes parameters in place.

    Args:
        parameters: what is learned.
        decay: share of each parameter that is taken off a step, times the rate.
    """

    def __init__(self, parameters: Sequence[Floats], decay: float) -> None:
        self._parameters, self._decay = parameters, decay
        self._means = [np.zeros_like(parameter) for parameter in parameters]
        self._squares = [np.zeros_like(parameter) for parameter in parameters]
        self._n_steps = 0

    def step(self, slopes: Sequence[Floats], rate: float) -> None:
        """Takes one step.

        Args:
            slopes: of the loss, in the order of the parameters.
            rate: of learning.
        """
        self._n_steps += 1
        first, second = BETAS
        length = np.float32(rate / (1 - first**self._n_steps))
        unbias = np.float32(1 / (1 - second**self._n_steps))
        for number, slope in enumerate(slopes):
            mean, square, parameter = self._means[number], self._squares[number], self._parameters[number]
            mean *= np.float32(first)
            mean += np.float32(1 - first) * slope
            square *= np.float32(second)
            square += np.float32(1 - second) * np.square(slope)
            parameter *= np.float32(1 - rate * self._decay)
            parameter -= length * mean / (np.sqrt(square * unbias) + np.float32(EPSILON))
