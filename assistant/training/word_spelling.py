"""Fits what letters and neighbours say of the tags of words: ridge regression on sparse facts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from assistant.nlu.word_spelling import WordSpelling, word_buckets
from assistant.nlu.words import split_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from numpy.typing import NDArray

    from assistant.nlu.tags import TagScheme
    from assistant.nlu.training_data import Example
    from assistant.training.scoring import HeldOut

PENALTY = 0.1
MOST_WORDS = 3_000
"""So many words are fitted to at most: the time grows with the third power of their number."""
MOST_KNOWN = 20_000
"""Where there are more facts, those that are true of one word alone are left out."""
SHARES = (0.0, 2.0, 4.0, 8.0, 16.0)
"""Factors on the map's answers beside the encoder's logits that are tried; 0 leaves it out."""
LEAST_GAIN = 0.01
"""By so much F1 or the loss on held-out words must be better, or the map is left out."""


def fit_word_spelling(
    examples: Sequence[Example], scheme: TagScheme, held: HeldOut, measured: Sequence[Example]
) -> tuple[WordSpelling | None, HeldOut]:
    """Returns the map, None where it helps nothing, and what both together say of held-out words.

    Args:
        examples: to fit to; those that are measured on may be among them.
        scheme: the tags.
        held: what the encoder's head says of held-out words.
        measured: the examples that it says it of, in its order; there may be more behind them.
    """
    apart = measured[: len(held.tag_logits)]
    if not apart or len(scheme.labels) == 1:
        return None, held
    is_apart = {id(example) for example in apart}
    trial = _fitted([example for example in examples if id(example) not in is_apart], scheme)
    if trial is None:
        return None, held
    answers = [_answer(trial, example, len(gold)) for example, gold in zip(apart, held.gold, strict=True)]
    trials = {share: _together(held, answers, share) for share in SHARES}
    best = max(SHARES, key=lambda share: (_worth(trials[share]), -share))
    if _worth(trials[best]) < _worth(held) + LEAST_GAIN:
        return None, held
    spelling = _fitted(examples, scheme)
    if spelling is None:
        return None, held
    return WordSpelling(spelling.known, spelling.weights * np.float32(best)), trials[best]


def _worth(held: HeldOut) -> float:
    """F1 of entities, less the mean loss of a word where that tells more: few held-out entities make steps of F1."""
    return (held.entity_f1 or 0.0) - held.tag_loss()


def _answer(spelling: WordSpelling, example: Example, n_tagged: int) -> NDArray[np.float32]:
    """Scores of an example's words; none where not every word of it has a tag, because pieces run over their borders."""
    words = _words(example)
    return spelling.logits(words) if len(words) == n_tagged else np.zeros((n_tagged, 1), dtype=np.float32)


def _together(held: HeldOut, answers: Sequence[NDArray[np.float32]], share: float) -> HeldOut:
    both = replace(held, gold=[], found=[], tag_logits=[])
    for logits, answer, gold in zip(held.tag_logits, answers, held.gold, strict=True):
        both.add_tags(logits + np.float32(share) * answer, gold)
    return both


def _fitted(examples: Sequence[Example], scheme: TagScheme) -> WordSpelling | None:
    from scipy.linalg import solve

    found: list[NDArray[np.int64]] = []
    tags: list[int] = []
    for example in _spread(examples):
        words = word_buckets(_words(example))
        found += words
        known = [entity for entity in example.entities if scheme.knows(entity)]
        tags += scheme.encode(split_words(example.text), known)[: len(words)]
    if not found:
        return None
    known_buckets, counts = np.unique(np.concatenate(found), return_counts=True)
    if len(known_buckets) > MOST_KNOWN:
        known_buckets = known_buckets[counts > 1]
    matrix = _matrix(WordSpelling(known_buckets, np.zeros((len(known_buckets), 1), np.float32)), found)
    right = np.zeros((len(tags), len(scheme.labels)), dtype=np.float32)
    right[np.arange(len(tags)), tags] = 1.0
    alike = (matrix @ matrix.T).toarray().astype(np.float32)  # (word, word)
    alike[np.diag_indices(len(tags))] += PENALTY
    duals = solve(alike, right, assume_a="pos", overwrite_a=True, check_finite=False)  # (word, tag)
    return WordSpelling(known_buckets, np.asarray(matrix.T @ duals, dtype=np.float32))


def _matrix(bare: WordSpelling, found: Sequence[NDArray[np.int64]]) -> Any:
    from scipy.sparse import csr_matrix

    places = [bare.places(codes) for codes in found]
    values = [np.full(len(where), len(codes) ** -0.5, dtype=np.float32) for where, codes in zip(places, found, strict=True)]
    borders = np.cumsum([0, *map(len, places)])
    return csr_matrix((np.concatenate(values), np.concatenate(places), borders), shape=(len(found), len(bare.known)))


def _spread(examples: Sequence[Example]) -> list[Example]:
    """Returns all examples, or every so-manyth where they have too many words."""
    n_words = sum(len(_words(example)) for example in examples)
    if n_words <= MOST_WORDS:
        return list(examples)
    rows = np.linspace(0, len(examples) - 1, int(len(examples) * MOST_WORDS / n_words)).astype(int)
    return [examples[row] for row in dict.fromkeys(rows.tolist())]


def _words(example: Example) -> list[str]:
    return [example.text[start:end] for start, end in split_words(example.text)]
