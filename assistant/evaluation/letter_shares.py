"""Shares of words in what letters say of an intent beside the encoder (`assistant.nlu.spelling`).

The way from no letters to all of them, with the encoder's logits as they are, is walked in small steps. What letters add to the
logits is a sum over runs of letters, so is each gain; a run counts to the words without which the text would not have it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assistant.nlu.spelling import buckets
from assistant.nlu.tags import log_softmax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from assistant.nlu.spelling import Spelling

STEPS = 256


def letter_shares(
    spelling: Spelling, text: str, words: Sequence[tuple[int, int]], logits: NDArray[np.floating], intent: int, temperature: float
) -> list[float]:
    """Returns by how much the letters of each word raise the log-probability of an intent; they add up to all that letters do.

    Args:
        spelling: of the model.
        text: with one word at least.
        words: start and end of each, by position.
        logits: of the encoder's head. Shape: (intent,).
        intent: index of the one that is explained.
        temperature: divides the logits.
    """
    places, values = spelling.values(text)
    added = values[:, None] * spelling.weights[places]  # (run, intent)
    total = added.sum(axis=0)
    ways = (np.arange(STEPS) + 0.5) / STEPS
    slopes = -np.exp(log_softmax(logits + ways[:, None] * total, temperature)).mean(axis=0)
    slopes[intent] += 1.0
    gains = added @ slopes / temperature  # (run,)
    return list(_by_word(spelling.known[places], gains, text, words))


def _by_word(
    runs: NDArray[np.int64], gains: NDArray[np.floating], text: str, words: Sequence[tuple[int, int]]
) -> NDArray[np.float64]:
    """Returns the sum of the gains of each word; what belongs to no word alone, as it comes twice, belongs to all alike."""
    owned = np.array([~np.isin(runs, buckets(text[:start] + text[end:])) for start, end in words], dtype=np.float64)
    owned[:, owned.sum(axis=0) == 0] = 1.0
    shares: NDArray[np.float64] = (owned / owned.sum(axis=0)) @ gains
    return shares
