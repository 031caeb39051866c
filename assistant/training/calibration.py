"""Makes confidences mean what they say: one temperature, chosen on examples that the model was not trained on.

Source: Guo et al. 2017, section 4.2, and section 2 for the calibration error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assistant.nlu.tags import log_softmax

if TYPE_CHECKING:
    from numpy.typing import NDArray

BINS = 15
_TEMPERATURES = np.exp(np.linspace(np.log(0.05), np.log(20.0), 241))


def best_temperature(logits: NDArray[np.floating], intents: NDArray[np.integer]) -> float:
    """Returns the temperature under which held-out examples are most probable; 1.0 when there are none.

    Args:
        logits: Shape: (example, intent).
        intents: the right ones. Shape: (example,).
    """
    if not len(intents):
        return 1.0
    rows = np.arange(len(intents))

    def loss(index: int) -> float:
        return float(-log_softmax(logits, _TEMPERATURES[index])[rows, intents].mean())

    # The loss is convex in the inverse of the temperature: it falls, and then it rises.
    low, high = 0, len(_TEMPERATURES) - 1
    while low < high:
        middle = (low + high) // 2
        if loss(middle) <= loss(middle + 1):
            high = middle
        else:
            low = middle + 1
    return round(float(_TEMPERATURES[low]), 4)


def calibration_error(confidences: NDArray[np.floating], is_right: NDArray[np.bool_]) -> float:
    """Returns the expected calibration error: how far confidence is from accuracy, over bins of like confidence.

    Args:
        confidences: of the chosen intents, in [0, 1]. Shape: (example,).
        is_right: whether they were right. Shape: (example,).
    """
    if not len(confidences):
        return 0.0
    bins = np.minimum((confidences * BINS).astype(int), BINS - 1)
    gaps = [abs(confidences[bins == b].mean() - is_right[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)]
    return float(sum(gaps))
