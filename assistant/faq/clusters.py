"""Puts questions that mean the same together, so that a curator sees one row for them and not fifty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.faq.grouped import Vectors

LIKENESS = 0.5
"""How far between unrelated (0) and equal (1) the mean likeness to a cluster must lie for a question to join it."""


def clusters(vectors: Vectors, unrelated: float, counts: Sequence[int] | None = None) -> list[list[int]]:
    """Returns groups of questions, the one asked most first; within a group, too.

    Each question, those asked most often first, joins the group it is most like on average, or begins one.

    Args:
        vectors: normalised sentence vectors of the questions. Shape: (question, dimension).
        unrelated: the cosine that unrelated texts rarely come above; an encoder's own.
        counts: how often each was asked; None: once each.
    """
    weights = np.ones(len(vectors)) if counts is None else np.asarray(counts, dtype=np.float64)
    wanted = unrelated + LIKENESS * (1.0 - unrelated)
    sums = np.zeros_like(vectors)
    groups: list[list[int]] = []
    for question in np.argsort(-weights, kind="stable").tolist():
        place = _place(vectors[question], sums[: len(groups)], groups, wanted)
        if place == len(groups):
            groups.append([])
        groups[place].append(question)
        sums[place] += vectors[question]
    return sorted(groups, key=lambda group: (-weights[group].sum(), group))


def _place(vector: Any, sums: Any, groups: list[list[int]], wanted: float) -> int:
    """Returns the group that a question joins; one past the last where it begins a new one."""
    if not groups:
        return 0
    # The mean of cosines to the members is the cosine to their sum, divided by how many there are.
    means = (sums @ vector) / np.array([len(group) for group in groups])
    best = int(np.argmax(means))
    return best if means[best] >= wanted else len(groups)
