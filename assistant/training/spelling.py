"""Fits what the letters of many texts say of their intents, beside what the vectors do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from assistant.nlu.spelling import Spelling, buckets
from assistant.training.shares import best_share
from assistant.training.spelling_steps import fit_steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from assistant.training.scoring import HeldOut

MOST_EXAMPLES = 2_000
"""Up to so many examples letters and vectors are fitted together, by `assistant.training.likeness`: the time of that grows with the
third power of their number."""
MOST_KNOWN = 20_000
"""Where there are more runs of letters, those that one example alone has are left out."""
LEAST_GAIN = 0.01
"""By so much the loss on held-out examples must fall, or the map is left out. Unit: nats an example."""


def fit_spelling_of_many(
    texts: Sequence[str],
    intents: Sequence[int],
    held: HeldOut,
    measured: Sequence[int | str],
    said: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> tuple[Spelling | None, HeldOut]:
    """Returns the map fitted in small steps to any number of examples, None where it helps nothing, and what both together say.

    Args:
        texts: to fit to.
        intents: the right ones.
        held: what is said of held-out examples by vectors.
        measured: for each of these, which of ``texts`` it is, or its own text where it is none of them.
        said: the logits of all texts by what was not fitted to the held-out ones, and by what is to be used.
            Shape of each: (text, intent).
    """
    right = np.array(intents)
    bare, matrix = run_table(texts, said[0].shape[1])
    inside = _is_inside(len(texts), measured)
    trial = replace(bare, weights=fit_steps(matrix[inside], said[0][inside], right[inside]))
    answers = [trial.logits(texts[example] if isinstance(example, int) else example) for example in measured]
    share, together = best_share(held, answers, LEAST_GAIN)
    return (replace(bare, weights=fit_steps(matrix, said[1], right) * np.float32(share)) if share else None), together


def are_many(n_texts: int, measured: Sequence[int | str]) -> bool:
    """Says whether there are more texts than all have a say of, most of them not held out."""
    return n_texts > MOST_EXAMPLES and float(_is_inside(n_texts, measured).mean()) > 0.5  # noqa: PLR2004 (half)


def _is_inside(n_texts: int, measured: Sequence[int | str]) -> NDArray[np.bool_]:
    inside = np.ones(n_texts, dtype=bool)
    inside[[example for example in measured if isinstance(example, int)]] = False
    return inside


def run_table(texts: Sequence[str], n_intents: int) -> tuple[Spelling, csr_matrix]:
    """Returns a map that says nothing yet, and how much each of its runs counts in each text. Shape: (text, run)."""
    from scipy.sparse import csr_matrix

    found = [buckets(text) for text in texts]
    known, counts = np.unique(np.concatenate(found), return_counts=True)
    if len(known) > MOST_KNOWN:
        known, counts = known[counts > 1], counts[counts > 1]
    rarity = _rarity(counts, len(texts))
    bare = Spelling(known, rarity, float(_rarity(np.array([1]), len(texts))[0]), np.zeros((len(known), n_intents), np.float32))
    values = [bare.values_of(codes) for codes in found]
    borders = np.cumsum([0, *(len(places) for places, _ in values)])
    places = np.concatenate([places for places, _ in values])
    return bare, csr_matrix((np.concatenate([row for _, row in values]), places, borders), shape=(len(texts), len(known)))


def _rarity(counts: NDArray[np.int64], n_examples: int) -> NDArray[np.float32]:
    """How much a bucket counts that so many examples have (inverse document frequency, smoothed)."""
    return (np.log((1 + n_examples) / (1 + counts)) + 1).astype(np.float32)
