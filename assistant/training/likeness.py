"""Fits what likeness to examples says of intents, by the vectors of texts and by their letters: one ridge regression for both.

Two texts are alike as their vectors are, and as their runs of letters are. Up to some thousand examples every one has a say, and
what is said of each without it needs no second fit (Allen 1974, PRESS). Of more, some have a say for all (Williams, Seeger 2001).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.lapack import spotri

from assistant.nlu.likeness import Likeness, alike
from assistant.training.shares import best_share
from assistant.training.spelling import MOST_EXAMPLES, run_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from assistant.nlu.spelling import Spelling
    from assistant.training.scoring import HeldOut

    Floats = NDArray[np.float32]


class Parts(NamedTuple):
    """How much likeness of vectors counts, and that of letters."""

    vectors: float
    letters: float


BOTH = Parts(1.0, 0.3)
FOREIGN = Parts(0.05, 0.4)
"""For languages that the encoder never read: all of their texts are alike to it."""
MOST_TRIED = 1_000
"""Up to so many examples these parts are tried as well; more take their time."""
PENALTY = 0.2
LEAST_GAIN = 0.002
"""By so much the loss on held-out examples must fall, or likeness is left out. Unit: nats an example."""
MOST_HEARD = 1_000
"""Of many examples so many have a say."""
PENALTY_OF_MANY = 0.1
_LEAST = 1e-3
_ROWS = 4_096
"""Examples whose likeness is held in memory at a time."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Examples that are held out.

    Attributes:
        places: which of the examples each is, or its own text where it is none of them.
        vectors: of them. Shape: (held-out example, hidden).
    """

    places: Sequence[int | str]
    vectors: Floats


class BesideHead(NamedTuple):
    """What is heard beside the head, each None where it helps nothing."""

    likeness: Likeness | None = None
    spelling: Spelling | None = None


def fit_likeness(
    texts: Sequence[str], vectors: Floats, intents: Sequence[int], n_intents: int, held: HeldOut, measured: Measured
) -> tuple[BesideHead, HeldOut]:
    """Returns what likeness says, and what it and the head together say of held-out examples.

    Args:
        texts: to fit to.
        vectors: of the texts. Shape: (text, hidden).
        intents: the right ones.
        n_intents: of the model.
        held: what the head says of held-out examples.
        measured: these.
    """
    if not held.intents:
        return BesideHead(), held
    right = np.array(intents)
    rows = spread(right, MOST_EXAMPLES)
    chosen = _Examples([texts[row] for row in rows], vectors[rows], right[rows], n_intents)
    place = {int(row): index for index, row in enumerate(rows)}

    def answer(fit: _Fit, example: int | str, vector: Floats) -> Floats:
        if isinstance(example, int) and example in place:
            known: Floats = fit.left_out[place[example]]
            return known
        text = example if isinstance(example, str) else texts[example]
        return fit.likeness.logits(vector) + fit.spelling.logits(text)

    trials: list[tuple[_Fit, float, HeldOut]] = []
    for fit in chosen.fitted():
        answers = [answer(fit, example, vector) for example, vector in zip(measured.places, measured.vectors, strict=True)]
        trials.append((fit, *best_share(held, answers, LEAST_GAIN)))
    fit, share, together = min(trials, key=lambda trial: trial[2].loss())
    if not share:
        return BesideHead(), held
    factor = np.float32(share)
    likeness = replace(fit.likeness, weights=fit.likeness.weights * factor)
    return BesideHead(likeness, replace(fit.spelling, weights=fit.spelling.weights * factor)), together


class OfMany(NamedTuple):
    """What likeness says where examples are many: fitted without those that are held out, and to all."""

    trial: Likeness
    whole: Likeness


def fit_likeness_of_many(
    vectors: Floats, intents: Sequence[int], n_intents: int, held: HeldOut, measured: Measured
) -> tuple[OfMany | None, HeldOut]:
    """Returns what likeness says, None where it helps nothing, and what it and the head together say of held-out examples.

    Args:
        vectors: of the texts to fit to. Shape: (text, hidden).
        intents: the right ones.
        n_intents: of the model.
        held: what the head says of held-out examples.
        measured: these.
    """
    right, inside = np.array(intents), np.ones(len(vectors), dtype=bool)
    inside[[example for example in measured.places if isinstance(example, int)]] = False
    heard = vectors[np.flatnonzero(inside)[spread(right[inside], MOST_HEARD)]]
    within, outside = (_sums(heard, vectors[rows], right[rows], n_intents) for rows in (inside, ~inside))
    bare = alike(heard, heard).astype(np.float64)
    trial = Likeness(heard, _solved(bare, *within))
    share, together = best_share(held, list(trial.logits(measured.vectors)), LEAST_GAIN)
    if not share:
        return None, held
    whole = _solved(bare, within[0] + outside[0], within[1] + outside[1])
    found = (Likeness(heard, weights * np.float32(share)) for weights in (trial.weights, whole))
    return OfMany(*found), together


def spread(intents: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Returns which examples are taken: all, or every so-manyth of each intent, so many in all."""
    by_intent = np.argsort(intents, kind="stable")
    if len(intents) <= most:
        return np.sort(by_intent)
    return np.sort(by_intent[np.linspace(0, len(intents) - 1, most).astype(np.int64)])


class _Fit(NamedTuple):
    likeness: Likeness
    spelling: Spelling
    left_out: Floats
    """What both would say together of each example, had they not been fitted to it. Shape: (example, intent)."""


@dataclass(frozen=True, slots=True)
class _Examples:
    """What is fitted to."""

    texts: Sequence[str]
    vectors: Floats
    intents: NDArray[np.int64]
    n_intents: int

    def fitted(self) -> Iterator[_Fit]:
        """Yields fits with all parts that are tried."""
        bare, matrix = run_table(self.texts, self.n_intents)
        right = np.zeros((len(self.texts), self.n_intents), dtype=np.float32)
        right[np.arange(len(self.texts)), self.intents] = 1.0
        for parts in (BOTH, FOREIGN) if len(self.texts) <= MOST_TRIED else (BOTH,):
            both: Floats = (matrix @ matrix.T).toarray().T  # (example, example); in the order that is factorised in place
            both *= np.float32(parts.letters)
            both += np.float32(parts.vectors) * alike(self.vectors, self.vectors).T
            both[np.diag_indices(len(right))] += np.float32(PENALTY)
            factor = cho_factor(both, lower=True, overwrite_a=True, check_finite=False)
            duals = np.ascontiguousarray(cho_solve(factor, right, check_finite=False))  # (example, intent)
            inverse, _ = spotri(factor[0], lower=True, overwrite_c=True)  # one half of it
            left_out: Floats = (right - duals / np.diag(inverse)[:, None]).astype(np.float32)
            runs = np.asarray(matrix.T @ duals, dtype=np.float32) * np.float32(parts.letters)
            yield _Fit(Likeness(self.vectors, duals * np.float32(parts.vectors)), replace(bare, weights=runs), left_out)


def _sums(
    heard: Floats, vectors: Floats, intents: NDArray[np.int64], n_intents: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns the products of the likenesses, and their sums by intent. Shapes: (heard, heard) and (heard, intent)."""
    products, by_intent = np.zeros((len(heard), len(heard))), np.zeros((len(heard), n_intents))
    for first in range(0, len(vectors), _ROWS):
        rows = slice(first, first + _ROWS)
        likeness = alike(vectors[rows], heard).astype(np.float64)  # (example, heard); in single ones sums would not be solvable
        right = np.zeros((len(likeness), n_intents))
        right[np.arange(len(likeness)), intents[rows]] = 1.0
        products += likeness.T @ likeness
        by_intent += likeness.T @ right
    return products, by_intent


def _solved(bare: NDArray[np.float64], products: NDArray[np.float64], by_intent: NDArray[np.float64]) -> Floats:
    """Returns what likeness to each says for each intent. Shape: (heard, intent)."""
    system = products + PENALTY_OF_MANY * bare
    system[np.diag_indices(len(system))] += _LEAST
    weights: Floats = cho_solve(cho_factor(system, lower=True), by_intent).astype(np.float32)
    return np.ascontiguousarray(weights)
