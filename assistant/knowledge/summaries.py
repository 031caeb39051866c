"""Extractive summaries: the sentences that are most like all the others, none of them twice, in an order that reads well.

Centrality is the stationary distribution of a walk between sentences that are alike. Source: Erkan and Radev 2004, LexRank, with
the cosines of sentence vectors in the place of those of words. Sentences of one text keep their order. Where the texts themselves
have none, they are put in the order that the encoder's head for sentence order holds for the likeliest.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, permutations
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from assistant.knowledge.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.knowledge.index import Encode
    from assistant.knowledge.sentences import Span

Vectors: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"
InOrder: TypeAlias = "Callable[[Sequence[tuple[str, str]]], np.ndarray[Any, np.dtype[np.float32]]]"
"""Returns the probability that the second text of each pair follows the first, rather than the other way round."""

MAX_SENTENCES = 2_000
"""Of all texts together; what comes after them is not looked at."""

_DAMPING, _ROUNDS = 0.85, 60
_FIRST_BONUS = 0.25
"""The first sentence of a text counts a quarter more: that is where most texts say what they are about."""

_TOO_ALIKE = 0.85
_REDUNDANCY = 0.5
_MIN_WORDS = 4
_MAX_PERMUTED = 6


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sentence of a summary.

    Attributes:
        text: the sentence.
        source: the number of the text that it comes from.
        span: where it stands there.
        share: how central it is, as a multiple of what a sentence has by chance.
    """

    text: str
    source: int
    span: Span
    share: float


def summarise(texts: Sequence[str], encode: Encode, n_sentences: int = 3, in_order: InOrder | None = None) -> list[Chosen]:
    """Returns the sentences that say most of what some texts say; all of them where there are no more than wanted.

    Args:
        texts: plain, without marks.
        encode: makes sentence vectors.
        n_sentences: so many.
        in_order: tells the order of texts that have none of their own; None: they stay in the order given.
    """
    found = [(number, span) for number, text in enumerate(texts) for span in sentences(text)][:MAX_SENTENCES]
    found = [one for one in found if len(_said(texts, one).split()) >= _MIN_WORDS] or found
    if not found:
        return []
    vectors = np.asarray(encode([_said(texts, one) for one in found]), dtype=np.float32)
    ranks = centrality(vectors)
    opens = [number == 0 or found[number - 1][0] != source for number, (source, _) in enumerate(found)]
    rows = _without_repeating(vectors, ranks * (1 + _FIRST_BONUS * np.array(opens)), n_sentences)
    chosen = [Chosen(_said(texts, found[row]), *found[row], float(ranks[row]) * len(found)) for row in sorted(rows)]
    return _ordered(chosen, in_order) if in_order else chosen


def most_telling(messages: Sequence[str], encode: Encode) -> str:
    """Returns the sentence of some messages that is most like all of them, earlier messages before later ones."""
    chosen = summarise(list(messages), encode, 1)
    return chosen[0].text if chosen else messages[0]


def centrality(vectors: Vectors) -> Any:
    """Returns how central each text is among the others; the shares add up to one. Shape: (text,).

    Args:
        vectors: of length one. Shape: (text, dimension).
    """
    n = len(vectors)
    likeness = np.maximum(vectors @ vectors.T, 0.0)
    np.fill_diagonal(likeness, 0.0)
    # An encoder's sentences are all a little alike; what is no more alike than most says nothing.
    usual = float(np.median(likeness[~np.eye(n, dtype=bool)])) if n > 2 else 0.0  # noqa: PLR2004 (there is no usual of one pair)
    likeness = np.maximum(likeness - usual, 0.0)
    totals = likeness.sum(axis=1, keepdims=True)
    steps = np.where(totals > 0, likeness / np.maximum(totals, 1e-9), 1 / n)
    ranks = np.full(n, 1 / n)
    for _ in range(_ROUNDS):
        ranks = (1 - _DAMPING) / n + _DAMPING * (ranks @ steps)
    return ranks


def _without_repeating(vectors: Vectors, ranks: Any, n_wanted: int) -> list[int]:
    """Returns the rows of the highest ranks, each lowered by how much of it was said already.

    Source: Carbonell and Goldstein 1998.
    """
    chosen: list[int] = []
    left = set(range(len(vectors)))
    scaled = ranks / max(float(ranks.max()), 1e-9)
    while left and len(chosen) < n_wanted:
        said = {row: max((float(vectors[row] @ vectors[other]) for other in chosen), default=0.0) for row in left}
        best = min(left, key=lambda row: (-(scaled[row] - _REDUNDANCY * said[row]), row))
        left.remove(best)
        if said[best] < _TOO_ALIKE:
            chosen.append(best)
    return chosen


def _ordered(chosen: list[Chosen], in_order: InOrder) -> list[Chosen]:
    """Returns the sentences with those of one text together and the texts in their likeliest order."""
    groups = [[one for one in chosen if one.source == source] for source in dict.fromkeys(one.source for one in chosen)]
    if not 1 < len(groups) <= _MAX_PERMUTED:
        return chosen
    pairs = [(a, b) for a in range(len(groups)) for b in range(len(groups)) if a != b]
    told = in_order([(groups[a][-1].text, groups[b][0].text) for a, b in pairs])
    follows = dict(zip(pairs, np.log(np.maximum(told, 1e-6)).tolist(), strict=True))
    best = max(permutations(range(len(groups))), key=lambda order: sum(follows[pair] for pair in pairwise(order)))
    return [one for number in best for one in groups[number]]


def _said(texts: Sequence[str], one: tuple[int, Span]) -> str:
    source, (start, end) = one
    return " ".join(texts[source][start:end].split())
