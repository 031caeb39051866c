"""Fits the calibration to the FAQ itself: each question, left out, is asked of the rest.

With its entry there, a left-out question stands for what people ask in words of their own. What nobody wrote an answer to comes in
two forms: left-out questions whose whole entry is gone, near the subject and hard to tell, and off-topic sentences.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np

from assistant.faq.calibration import (
    HIGHEST,
    HIGHEST_THRESHOLD,
    LOWEST_THRESHOLD,
    USUAL,
    Calibration,
    fit_odds,
    fit_weights,
    lifted,
    sigmoid,
)
from assistant.faq.features import FEATURES, Hidden, Query
from assistant.faq.off_topic import OFF_TOPIC

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.faq.entry import FaqEntry
    from assistant.faq.features import Features, Floats, Vectors

MAX_QUESTIONS = 400
"""Left-out questions; more of them say no more of half a dozen numbers, and take time."""

N_RIVALS = 16
"""Wrong entries that a question is weighed against: those that come nearest."""

OFF_TOPIC_SHARE, NO_ENTRY_SHARE = 0.15, 0.05
"""How much of what people ask is off-topic, or has no entry yet: an assumption that a team can check in its unanswered queue."""

SMALL_FAQ = 256
"""Up to so many entries a question is compared with all of them; in larger ones with those that a search would consider."""

_QUANTILE = 95
_ABSENT = -10.0
"""A feature of a rival that is not there: farther off than any that is."""


def fit(
    entries: Sequence[FaqEntry],
    features: Features,
    off_topic: Vectors,
    candidates: Callable[[str, Floats], Sequence[int]],
) -> Calibration:
    """Returns the calibration that suits the entries and the encoder; the usual one when no entry has an alternative question.

    Args:
        entries: the entries.
        features: of the same entries.
        off_topic: vectors of OFF_TOPIC. Shape: (sentence, dimension).
        candidates: the entries worth a look for a question, as in a search.
    """
    strangers = [_compared(features, Query(v, features.vocabulary.weigh(text)), text, candidates) for text, v in _pairs(off_topic)]
    levels = np.array([*np.percentile(np.concatenate(strangers)[:, :3], _QUANTILE, axis=0), 0.0])
    asked = [_asked(entries, features, entry, text, candidates) for entry, text in _sample(entries)]
    weights = fit_weights(lifted(np.stack(asked), levels)) if asked else np.array(USUAL.weights)

    found = np.array([lifted(table, levels) @ weights for table in asked]).reshape(-1, 1 + N_RIVALS)
    without = found[:, 1:].max(axis=1)
    strange = np.array([float((lifted(table, levels) @ weights).max()) for table in strangers])
    slope, bias = fit_odds(
        np.concatenate([found.max(axis=1), without, strange]),
        np.concatenate([found[:, 0] >= without, np.zeros(len(without) + len(strange))]),
        _shares(len(found), len(strange)),
    )
    threshold = float(np.percentile(HIGHEST * sigmoid(slope * strange + bias), _QUANTILE))
    return Calibration(
        tuple(levels.tolist()), tuple(weights.tolist()), slope, bias, float(np.clip(threshold, LOWEST_THRESHOLD, HIGHEST_THRESHOLD))
    )


def _pairs(off_topic: Vectors) -> list[tuple[str, Vectors]]:
    return list(zip(OFF_TOPIC, off_topic, strict=True))


def _shares(n_asked: int, n_strange: int) -> Floats:
    """Returns how much each question counts: together as much as there were left-out questions, in the shares assumed."""
    with_entry, without = np.full(n_asked, 1.0 - OFF_TOPIC_SHARE - NO_ENTRY_SHARE), np.full(n_asked, NO_ENTRY_SHARE)
    return np.concatenate([with_entry, without, np.full(n_strange, OFF_TOPIC_SHARE * n_asked / n_strange)])


def _sample(entries: Sequence[FaqEntry]) -> list[tuple[int, int]]:
    """Returns which question of which entry is left out."""
    pairs = [
        (position, text) for position, entry in enumerate(entries) if entry.alternatives for text in range(len(entry.questions))
    ]
    return pairs if len(pairs) <= MAX_QUESTIONS else random.Random(0).sample(pairs, MAX_QUESTIONS)


def _asked(
    entries: Sequence[FaqEntry], features: Features, entry: int, text: int, candidates: Callable[[str, Floats], Sequence[int]]
) -> Floats:
    """Returns the features of the right entry and then of its rivals. Shape: (1 + N_RIVALS, feature)."""
    question = entries[entry].questions[text]
    query = Query(features.questions[features.starts[entry] + text], features.vocabulary.weigh(question))
    return _compared(features, query, question, candidates, Hidden(entry, text))


def _compared(
    features: Features,
    query: Query,
    question: str,
    candidates: Callable[[str, Floats], Sequence[int]],
    hidden: Hidden | None = None,
) -> Floats:
    cosines = features.cosines(query, hidden)
    found = range(len(cosines)) if len(cosines) <= SMALL_FAQ else candidates(question, cosines)
    if hidden is None:
        return features.table(query, cosines, list(found))
    table = features.table(query, cosines, [hidden.entry, *(other for other in found if other != hidden.entry)], hidden)
    rivals = np.argsort(-(table[1:] @ np.array(USUAL.weights)))[:N_RIVALS]
    result = np.full((1 + N_RIVALS, len(FEATURES)), _ABSENT)
    result[0] = table[0]
    result[1 : 1 + len(rivals)] = table[1:][rivals]
    return result
