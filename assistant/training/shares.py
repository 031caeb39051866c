"""Weighs what is said beside a head against what the head says, by examples that neither was fitted to.

Weighted sums of two logits make a logistic regression with two weights: its loss has one least value, which L-BFGS finds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from assistant.training.minimising import minimise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from assistant.training.scoring import HeldOut

MOST = 64.0
"""Factor above which the head would hardly be heard any more."""
_STEPS = 40
_ENOUGH = 1e-5
_LEAST = 1e-9


def best_share(held: HeldOut, answers: Sequence[NDArray[np.float32]], least_gain: float) -> tuple[float, HeldOut]:
    """Returns the factor on the answers that held-out examples speak for, and what is said of these with it; 0: none does.

    Args:
        held: what is said without the answers; of one example at least.
        answers: to the held-out examples, logits of each.
        least_gain: by so much the loss must fall, or the answers are left out. Unit: nats an example.
    """
    own, other = np.stack(held.logits), np.stack(answers)
    share = round(_factor(own, other, np.array(held.intents)), 4)
    if not share:
        return 0.0, held
    together = replace(held, logits=list(own + np.float32(share) * other))
    return (share, together) if together.loss() <= held.loss() - least_gain else (0.0, held)


def _factor(own: NDArray[np.float32], other: NDArray[np.float32], intents: NDArray[np.int64]) -> float:
    """Returns the weight of other logits beside one's own under which the right intents are most probable, at least 0."""
    scales = [float(logits.std()) or 1.0 for logits in (own, other)]
    rows, parts = np.arange(len(intents)), [logits / np.float32(scale) for logits, scale in zip((own, other), scales, strict=True)]

    def value_and_slope(weights: NDArray[np.floating]) -> tuple[float, NDArray[np.floating]]:
        logits = parts[0] * np.float32(weights[0]) + parts[1] * np.float32(weights[1])
        logits -= logits.max(axis=1, keepdims=True)
        right = logits[rows, intents]
        odds = np.exp(logits)
        totals = odds.sum(axis=1, keepdims=True)
        odds /= totals
        odds[rows, intents] -= 1.0
        slope = [float(np.vdot(odds, part)) / len(rows) for part in parts]
        return float((np.log(totals[:, 0]) - right).mean(dtype=np.float64)), np.array(slope)

    head, beside = minimise(value_and_slope, np.array([1.0, 0.0]), steps=_STEPS, enough=_ENOUGH).tolist()
    if beside <= 0.0:
        return 0.0
    return float(min(beside / scales[1] / max(head / scales[0], _LEAST), MOST))
