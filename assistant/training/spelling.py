"""Fits what the letters of a text say of its intent: ridge regression, whose answers to left-out examples need no second fit.

Source: Allen 1974 for the left-out answers (PRESS).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.lapack import spotri

from assistant.nlu.spelling import Spelling, buckets
from assistant.training.spelling_steps import fit_steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from assistant.training.scoring import HeldOut

PENALTY = 0.5
MOST_EXAMPLES = 2_000
"""So many examples are fitted to at most: the time grows with the third power of their number."""
MOST_KNOWN = 20_000
"""Where there are more runs of letters, those that one example alone has are left out."""
SHARES = (0.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""Factors on the map's answers beside the encoder's logits that are tried; 0 leaves it out."""
SHARES_OF_MANY = (0.0, 0.5, 0.75, 1.0)
"""The same for the map that is fitted in small steps, to logits beside the encoder's."""
LEAST_GAIN = 0.01
"""By so much the loss on held-out examples must fall, or the map is left out. Unit: nats an example."""


def fit_spelling(
    texts: Sequence[str], intents: Sequence[int], n_intents: int, held: HeldOut, measured: Sequence[int | str]
) -> tuple[Spelling | None, HeldOut]:
    """Returns the map, None where it helps nothing, and what both together say of held-out examples.

    Args:
        texts: to fit to.
        intents: the right ones.
        n_intents: of the model.
        held: what the encoder's head says of held-out examples.
        measured: for each of these, which of ``texts`` it is, or its own text where it is none of them.
    """
    if not held.intents:
        return None, held
    rows = _chosen(np.array(intents))
    spelling, left_out = _fitted([texts[row] for row in rows], np.array(intents)[rows], n_intents)
    place = {int(row): index for index, row in enumerate(rows)}

    def answer(example: int | str) -> NDArray[np.float32]:
        if isinstance(example, int) and example in place:
            known: NDArray[np.float32] = left_out[place[example]]
            return known
        return spelling.logits(example if isinstance(example, str) else texts[example])

    share, together = _best_share(held, [answer(example) for example in measured], SHARES)
    return (replace(spelling, weights=spelling.weights * np.float32(share)) if share else None), together


def _best_share(held: HeldOut, answers: Sequence[NDArray[np.float32]], shares: Sequence[float]) -> tuple[float, HeldOut]:
    """Returns the factor on the answers that held-out examples speak for, and what is said of these with it; 0: none does."""
    trials = [_together(held, answers, share) for share in shares]
    losses = [trial.loss() for trial in trials]
    best = int(np.argmin(losses))
    return (0.0, held) if losses[best] > losses[0] - LEAST_GAIN else (shares[best], trials[best])


def _together(held: HeldOut, answers: Sequence[NDArray[np.float32]], share: float) -> HeldOut:
    logits = [own + np.float32(share) * other for own, other in zip(held.logits, answers, strict=True)]
    return replace(held, logits=logits)


def _chosen(intents: NDArray[np.int64]) -> NDArray[np.int64]:
    """Returns which examples are fitted to: all, or every so-manyth of each intent."""
    by_intent = np.argsort(intents, kind="stable")
    if len(intents) <= MOST_EXAMPLES:
        return np.sort(by_intent)
    return np.sort(by_intent[np.linspace(0, len(intents) - 1, MOST_EXAMPLES).astype(np.int64)])


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
        held: what the encoder's head says of held-out examples.
        measured: as `fit_spelling` takes it.
        said: the logits of all texts, by the head that was not fitted to the held-out ones, and by the one that is to be used.
            Shape of each: (text, intent).
    """
    right = np.array(intents)
    bare, matrix = _table(texts, said[0].shape[1])
    inside = _is_inside(len(texts), measured)
    trial = replace(bare, weights=fit_steps(matrix[inside], said[0][inside], right[inside]))
    answers = [trial.logits(texts[example] if isinstance(example, int) else example) for example in measured]
    share, together = _best_share(held, answers, SHARES_OF_MANY)
    return (replace(bare, weights=fit_steps(matrix, said[1], right) * np.float32(share)) if share else None), together


def are_many(n_texts: int, measured: Sequence[int | str]) -> bool:
    """Says whether there are more texts than `fit_spelling` takes, most of them not held out."""
    return n_texts > MOST_EXAMPLES and float(_is_inside(n_texts, measured).mean()) > 0.5  # noqa: PLR2004 (half)


def _is_inside(n_texts: int, measured: Sequence[int | str]) -> NDArray[np.bool_]:
    inside = np.ones(n_texts, dtype=bool)
    inside[[example for example in measured if isinstance(example, int)]] = False
    return inside


def _fitted(texts: Sequence[str], intents: NDArray[np.int64], n_intents: int) -> tuple[Spelling, NDArray[np.float32]]:
    """Returns the map, and what it would say of each example had it not been fitted to it. Shape: (example, intent)."""
    bare, matrix = _table(texts, n_intents)
    right = np.zeros((len(texts), n_intents), dtype=np.float32)
    right[np.arange(len(texts)), intents] = 1.0
    alike: NDArray[np.float32] = (matrix @ matrix.T).toarray().T  # (example, example)
    alike[np.diag_indices(len(texts))] += PENALTY
    factor = cho_factor(alike, lower=True, overwrite_a=True, check_finite=False)
    duals = cho_solve(factor, right, check_finite=False)  # (example, intent)
    inverse, _ = spotri(factor[0], lower=True, overwrite_c=True)  # one half of it
    left_out = right - duals / np.diag(inverse)[:, None]
    return replace(bare, weights=np.asarray(matrix.T @ duals, dtype=np.float32)), left_out


def _table(texts: Sequence[str], n_intents: int) -> tuple[Spelling, csr_matrix]:
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
