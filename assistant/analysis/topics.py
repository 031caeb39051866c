"""Finds what messages are about: clusters of their vectors, each with the words that set it apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MOST_TOPICS = 12
WORDS = 5
EXAMPLES = 3
_WORD = r"(?u)\b[^\W\d_][\w']+\b"
_FEWEST = 8
"""Messages a topic should have at least, on average."""
_MEASURED = 1_000
"""Vectors that the number of topics is chosen on."""


@dataclass(frozen=True, slots=True)
class Topic:
    """Messages that are about the same.

    Attributes:
        words: that set it apart, the most telling first.
        n: messages; share: of those looked at.
        sentiment: their mean.
        examples: the messages nearest to the middle.
    """

    words: tuple[str, ...]
    n: int
    share: float
    sentiment: float
    examples: tuple[str, ...]


def find_topics(
    texts: Sequence[str], scores: Sequence[float], vectors: NDArray[np.float32], wanted: int | None = None
) -> list[Topic]:
    """Returns the topics of messages, the largest first; none where there are too few messages to speak of topics.

    Args:
        texts: the messages.
        scores: the sentiment of each.
        vectors: of length one. Shape: (n, hidden).
        wanted: how many topics; None: as many as set themselves apart best (mean silhouette).
    """
    from sklearn.cluster import KMeans

    centred = _centred(vectors)
    n_different = len(np.unique(centred, axis=0))
    most = min(MOST_TOPICS, len(texts) // _FEWEST, n_different)
    n_topics = min(wanted, n_different) if wanted is not None else _best_number(centred, most)
    if n_topics < 1:
        return []
    fitted = KMeans(n_topics, n_init=4, random_state=0).fit(centred)
    owners: NDArray[np.int32] = fitted.labels_
    words = distinctive_words(texts, owners, n_topics)
    topics = []
    for number in range(n_topics):
        rows = np.flatnonzero(owners == number)
        near = rows[np.argsort(np.square(centred[rows] - fitted.cluster_centers_[number]).sum(axis=1), kind="stable")]
        examples = tuple(dict.fromkeys(texts[row] for row in near.tolist()))[:EXAMPLES]
        mean = float(np.mean([scores[row] for row in rows.tolist()]))
        topics.append(Topic(words[number], len(rows), len(rows) / len(texts), mean, examples))
    return sorted(topics, key=lambda topic: -topic.n)


def distinctive_words(texts: Sequence[str], owners: NDArray[np.int32], n_topics: int) -> list[tuple[str, ...]]:
    """Returns for each topic the words and pairs of words that are more frequent in it than elsewhere (class-based TF-IDF)."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer

    stop_words = sorted(ENGLISH_STOP_WORDS)
    counter = CountVectorizer(stop_words=stop_words, ngram_range=(1, 2), max_features=20_000, token_pattern=_WORD)
    try:
        counts = counter.fit_transform(texts)
    except ValueError:  # nothing but stop words
        return [()] * n_topics
    names = counter.get_feature_names_out()
    found = []
    by_topic = np.stack([np.asarray(counts[owners == number].sum(axis=0)).ravel() for number in range(n_topics)])
    mean_words = by_topic.sum() / n_topics
    weights = np.log1p(mean_words / np.maximum(by_topic.sum(axis=0), 1))
    for row in by_topic:
        scores = row / max(row.sum(), 1) * weights
        found.append(_apart([str(names[i]) for i in np.argsort(-scores, kind="stable")[: 4 * WORDS].tolist() if row[i] > 0]))
    return found


def _apart(words: Sequence[str]) -> tuple[str, ...]:
    """Leaves out what another, better word says already: ``refund`` beside ``my refund``."""
    kept: list[str] = []
    for word in words:
        if not any(set(word.split()) & set(other.split()) for other in kept):
            kept.append(word)
    return tuple(kept[:WORDS])


def _best_number(centred: NDArray[np.float32], most: int) -> int:
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    chosen = centred[:: max(1, len(centred) // _MEASURED)]
    most = min(most, len(np.unique(chosen, axis=0)) - 1)
    if most < 2:  # noqa: PLR2004 (nothing to set apart)
        return 0
    numbers = range(2, most + 1)
    found = (KMeans(number, n_init=2, random_state=0).fit_predict(chosen) for number in numbers)
    scores = [float(silhouette_score(chosen, owners)) for owners in found]
    return numbers[int(np.argmax(scores))]


def _centred(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Takes off the direction that all vectors of an encoder share, which says nothing."""
    moved = vectors - vectors.mean(axis=0)
    directions: NDArray[np.float32] = (moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)).astype(np.float32)
    return directions
