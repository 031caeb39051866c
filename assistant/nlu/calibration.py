"""Makes probabilities of a model's logits, in three numbers that were fitted on examples that it was not trained on.

A temperature makes probabilities of all logits (Guo et al. 2017, section 4.2). How often the first one is right is another matter
where logits are sums of what several parts say, which agree more often than they are right: its odds are taken to a power and
multiplied (Platt 1999). What is left is shared among the others as before, and none of them ever comes before the first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assistant.albert.activations import softmax

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LEAST = 1e-12


@dataclass(frozen=True, slots=True)
class Calibration:
    """How logits become probabilities.

    Attributes:
        temperature: divides the logits.
        slope: the power to which the odds of the first intent are taken; above 0.
        offset: the logarithm of what they are multiplied by then.
    """

    temperature: float = 1.0
    slope: float = 1.0
    offset: float = 0.0

    def probabilities(self, logits: NDArray[np.floating]) -> NDArray[np.float64]:
        """Returns a probability for each intent; the order of the logits is kept. Shape: (intent,)."""
        found: NDArray[np.float64] = softmax(logits.astype(np.float64) / self.temperature)
        place = int(found.argmax())
        first, found[place] = float(found[place]), 0.0
        rest, second = float(found.sum()), float(found.max())
        if rest < _LEAST:
            found[place] = first
            return found
        sure = 1.0 / (1.0 + math.exp(-self.slope * math.log(first / rest) - self.offset))
        sure = max(sure, second / (second + rest))
        found *= (1.0 - sure) / rest
        found[place] = sure
        return found
