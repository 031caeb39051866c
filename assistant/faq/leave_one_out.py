"""Measures an FAQ on itself: each question, left out, is asked of the rest, once with its entry there and once without.

What comes out are the rows that the calibration is fitted to. With its entry there a left-out question stands for what people ask
in words of their own; with its entry gone, for what nobody wrote an answer to, in the hardest form: from the midst of the subject.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np

from assistant.faq.features import Hidden, Query

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.faq.calibration import Floats
    from assistant.faq.entry import FaqEntry
    from assistant.faq.features import Features

MAX_QUESTIONS = 400
"""More questions say no more of eight weights, and cost time at every start."""

UNANSWERABLE_SHARE = 0.25
"""How much of what people ask has no entry: an assumption that each FAQ outgrows with its unanswered queue."""

N_RIVALS = 3


def rows(
    entries: Sequence[FaqEntry], features: Features, candidates: Callable[[str, Floats], Sequence[int]]
) -> tuple[Floats, Floats, Floats]:
    """Returns features, rightness and share of each row; see ``calibration.fitted``.

    Args:
        entries: the entries.
        features: of the same entries.
        candidates: the entries worth a look for a question, as in a search.
    """
    tables: list[Floats] = []
    right: list[float] = []
    shares: list[float] = []
    for entry, text in _sample(entries):
        question = entries[entry].questions[text]
        row = features.starts[entry] + text
        query = Query(features.questions[row], features.vocabulary.weigh(question))
        for hidden, share in ((Hidden(entry, text), 1.0 - UNANSWERABLE_SHARE), (Hidden(entry), UNANSWERABLE_SHARE)):
            cosines = features.cosines(query, hidden)
            found = [candidate for candidate in candidates(question, cosines) if candidate != entry]
            if hidden.text is not None:
                found.append(entry)
            if not found:
                continue
            table = features.table(query, cosines, found, hidden)
            is_right = np.array([candidate == entry for candidate in found], dtype=np.float64)
            kept = np.flatnonzero(is_right).tolist() + _rivals(table, is_right)
            tables.append(table[kept])
            right += is_right[kept].tolist()
            shares += [share] * len(kept)
    if not tables:
        return np.zeros((0, 8)), np.zeros(0), np.zeros(0)
    return np.concatenate(tables), np.array(right), np.array(shares)


def _sample(entries: Sequence[FaqEntry]) -> list[tuple[int, int]]:
    askable = [
        (position, text) for position, entry in enumerate(entries) if entry.alternatives for text in range(len(entry.questions))
    ]
    if len(askable) > MAX_QUESTIONS:
        askable = random.Random(0).sample(askable, MAX_QUESTIONS)
    return askable


def _rivals(table: Floats, is_right: Floats) -> list[int]:
    likeness = table[:, 0] + table[:, 3] + table[:, 5]
    wrong = [position for position in np.argsort(-likeness).tolist() if not is_right[position]]
    return wrong[:N_RIVALS]
