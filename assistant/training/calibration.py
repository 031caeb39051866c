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
    losses = [-log_softmax(logits, temperature)[rows, intents].mean() for temperature in _TEMPERATURES]
    return round(float(_TEMPERATURES[int(np.argmin(losses))]), 4)


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
