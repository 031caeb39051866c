"""Fits the heads for sentiment, emotion and moderation: logistic regressions over n-grams and frozen sentence vectors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.messages import Progress
from assistant.nlu.signals.gram_weights import unrounded
from assistant.nlu.signals.heads import CATEGORIES, GROUPS, MANNERS, OUTPUTS, PUBLISHED, SignalHeads, columns, rounded
from assistant.nlu.signals.ngrams import N_BUCKETS, grams

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from assistant.messages import ProgressCallback
    from assistant.training.signal_data import Row

    Floats = NDArray[np.float32]

FOLDS = 5
INVERSE_PENALTIES = {"polarity": 4.0, "manner": 4.0, "sentiment": 10.0, "emotion": 20.0} | dict.fromkeys(CATEGORIES, 50.0)
_STEPS = 300
_PUBLISHED_SCALE = 0.3
"""Brings the logits of the heads for published data to the size of the other inputs."""
_RARE = 2.0
"""What a hateful tweet counts beside others, of which there are sixteen times as many."""
_LIFTS = tuple(np.arange(-0.4, 1.3, 0.1).tolist())
"""What may be added to the logits of the rare manners."""
_THRESHOLDS = tuple(np.arange(0.92, 0.99, 0.02).round(2).tolist())
_MOST_FALSE = 0.001
"""Share of harmless texts that a threshold may flag, measured on texts that the heads were not fitted to."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A linear head: by_gram (N_BUCKETS, output), by_vector (hidden, output), bias (output,)."""

    by_gram: Floats
    by_vector: Floats
    bias: Floats


@dataclass(frozen=True, slots=True)
class Encoded:
    """Rows in numbers.

    Attributes:
        rows: as read.
        by_gram: Shape: (row, N_BUCKETS), sparse.
        vectors: of length one. Shape: (row, hidden).
    """

    rows: Sequence[Row]
    by_gram: Any
    vectors: Floats

    @classmethod
    def of(cls, rows: Sequence[Row], vectors: Floats) -> Encoded:
        """Returns rows with their n-grams and the vectors that were made of them."""
        from scipy.sparse import csr_matrix

        found = [grams(row.text) for row in rows]
        ends = np.cumsum([0, *(len(item.buckets) for item in found)])
        values, buckets = (np.concatenate([item[part] for item in found]) for part in (1, 0))
        return cls(rows, csr_matrix((values, buckets, ends), shape=(len(rows), N_BUCKETS), dtype=np.float32), vectors)

    def only(self, chosen: Sequence[int]) -> Encoded:
        """Returns some of the rows."""
        return Encoded([self.rows[i] for i in chosen], self.by_gram[chosen], self.vectors[chosen])

    def of_head(self, head: str) -> Encoded:
        """Returns the rows that a head learns from."""
        return self.only([i for i, row in enumerate(self.rows) if head in row.labels])

    def logits(self, weights: Weights) -> Floats:
        """Returns what heads say of each row. Shape: (row, output)."""
        found: Floats = self.by_gram @ weights.by_gram + self.vectors @ weights.by_vector + weights.bias
        return found


def fit_heads(
    published: Encoded, data: Encoded, encoder: str, figures: Mapping[str, Any], on_progress: ProgressCallback
) -> SignalHeads:
    """Returns heads that were fitted to all rows, with thresholds and figures from rows that were held out by turns.

    Args:
        published: reviews and tweets, for the heads that read n-grams alone; without vectors. Shape of these: (row, 0).
        data: the project's own sentences and ordinary requests.
        encoder: fingerprint of the encoder that made the vectors.
        figures: what the heads shall say of themselves besides.
        on_progress: told of each fit.
    """
    base = _joined([_fit_published(published.of_head(head), head) for head in PUBLISHED], data.vectors.shape[1])
    on_progress(Progress("fit", len(PUBLISHED), len(GROUPS)))
    fitted: list[Weights] = []
    held: dict[str, tuple[Encoded, Floats]] = {}
    for head in list(GROUPS)[len(PUBLISHED) :]:
        rows = data.of_head(head)
        held[head] = rows, held_out_logits(rows, head, base)
        fitted.append(fit_head(rows, head, base))
        on_progress(Progress("fit", len(PUBLISHED) + len(fitted), len(GROUPS)))
    weights = _joined([base, *fitted], data.vectors.shape[1])
    thresholds = {name: _threshold(*_scores(name, held)) for name in CATEGORIES}
    values, scales = rounded(weights.by_gram)
    found = {**figures, "held_out": _figures(held, thresholds)}
    return SignalHeads(values, scales, weights.by_vector, weights.bias, thresholds, encoder, found)


def _fit_published(rows: Encoded, head: str) -> Weights:
    weights = fit_head(rows, head, None)
    if head != "manner":
        return weights
    return replace(weights, bias=weights.bias + _best_lift(rows, held_out_logits(rows, head, None)))


def fit_head(rows: Encoded, head: str, base: Weights | None) -> Weights:
    """Returns the weights of one head.

    Args:
        rows: that it learns from.
        head: its name.
        base: heads whose logits it builds upon, folded into its own weights; None: it reads n-grams alone.
    """
    from scipy.sparse import csr_matrix, hstack
    from sklearn.linear_model import LogisticRegression

    labels = [row.labels[head] for row in rows.rows]
    dense = np.hstack([rows.vectors, rows.logits(base) * _PUBLISHED_SCALE]) if base is not None else rows.vectors
    balance = {name: _RARE if name == "hate" else 1.0 for name in MANNERS} if head == "manner" else None
    model = LogisticRegression(C=INVERSE_PENALTIES[head], max_iter=_STEPS, tol=1e-3, class_weight=balance)
    weights = [row.weight for row in rows.rows]
    model.fit(hstack([rows.by_gram, csr_matrix(dense)]).tocsr(), labels, sample_weight=weights)
    order = [list(model.classes_).index(name) for name in GROUPS[head]] if len(GROUPS[head]) > 1 else [0]
    fitted, bias = model.coef_[order].T.astype(np.float32), model.intercept_[order].astype(np.float32)
    by_gram, by_vector, upon = np.split(fitted, [N_BUCKETS, N_BUCKETS + rows.vectors.shape[1]])
    if base is not None:
        upon = upon * np.float32(_PUBLISHED_SCALE)
        by_gram, bias = by_gram + base.by_gram @ upon, bias + base.bias @ upon
    return Weights(by_gram, by_vector, bias)


def held_out_logits(rows: Encoded, head: str, base: Weights | None) -> Floats:
    """Returns what heads say of the rows that they were not fitted to. Shape: (row, output)."""
    origins = [row.origin or row.text for row in rows.rows]
    numbers = {text: number for number, text in enumerate(dict.fromkeys(origins))}
    folds = np.random.default_rng(0).integers(0, FOLDS, len(numbers))[[numbers[text] for text in origins]]
    said = np.zeros((len(rows.rows), len(GROUPS[head])), np.float32)
    for fold in range(FOLDS):
        inside, outside = np.flatnonzero(folds != fold).tolist(), np.flatnonzero(folds == fold).tolist()
        said[outside] = rows.only(outside).logits(fit_head(rows.only(inside), head, base))
    return said


def _joined(fitted: Sequence[Weights], hidden: int) -> Weights:
    """The heads side by side; those that look at no vectors have weights of 0 for them."""
    by_vector = [weights.by_vector if len(weights.by_vector) else np.zeros((hidden, len(weights.bias))) for weights in fitted]
    parts = ([weights.by_gram for weights in fitted], by_vector, [weights.bias for weights in fitted])
    return Weights(*(np.concatenate(part, axis=-1).astype(np.float32) for part in parts))


def _best_lift(rows: Encoded, said: Floats) -> Floats:
    """Returns what to add to the logits so that rare manners are not passed over: best for the two mean F1."""
    from sklearn.metrics import f1_score

    truth = [MANNERS.index(row.labels["manner"]) for row in rows.rows]
    trials = [np.array([harmless, 0.0, hate], np.float32) for harmless in _LIFTS for hate in _LIFTS]

    def quality(lift: Floats) -> float:
        guessed = (said + lift).argmax(axis=1)
        return float(f1_score(truth, guessed, average="macro") + f1_score(truth, guessed, average="weighted"))

    return max(trials, key=quality)


def _scores(category: str, held: Mapping[str, tuple[Encoded, Floats]]) -> tuple[Encoded, Floats, NDArray[np.bool_]]:
    """Returns the rows that say something of a category, its score of each, and whether it is there."""
    rows, said = held[category]
    scores = (1 / (1 + np.exp(-said[:, 0]))).astype(np.float32)
    return rows, scores, np.array([row.labels[category] == category for row in rows.rows])


def _threshold(_rows: Encoded, scores: Floats, truth: NDArray[np.bool_]) -> float:
    """Returns the lowest threshold that flags next to nothing of what a support desk ordinarily reads."""
    harmless = scores[~truth]
    return float(next((at for at in _THRESHOLDS if (harmless >= at).mean() <= _MOST_FALSE), _THRESHOLDS[-1]))


def _figures(held: Mapping[str, tuple[Encoded, Floats]], thresholds: Mapping[str, float]) -> dict[str, Any]:
    """Returns what was measured on rows that were held out by turns, of the project's own sentences and of ordinary requests."""
    from sklearn.metrics import f1_score

    found: dict[str, Any] = {}
    for head in ("sentiment", "emotion"):
        rows, said = held[head]
        own = [i for i, row in enumerate(rows.rows) if row.source == "own"]
        right, guessed = [rows.rows[i].labels[head] for i in own], [GROUPS[head][k] for k in said[own].argmax(axis=1)]
        found[head] = {"macro_f1": round(float(f1_score(right, guessed, average="macro")), 4), "n": len(own)}
    for name in CATEGORIES:
        rows, scores, truth = _scores(name, held)
        flagged, sources = scores >= thresholds[name], np.array([row.source for row in rows.rows])
        requests, beside = sources == "requests", sources == "beside"
        own = ~(requests | beside)
        found[name] = {
            "found": round(float(flagged[truth & own].mean()), 4),
            "found_beside_requests": round(float(flagged[truth & beside].mean()), 4),
            "n": int((truth & own).sum()),
            "harmless_flagged": int(flagged[~truth & ~requests].sum()),
            "n_harmless": int((~truth & ~requests).sum()),
            "requests_flagged": int(flagged[requests].sum()),
            "n_requests": int(requests.sum()),
        }
    return found


def manner_of(logits: Floats) -> list[str]:
    """Returns which manner is the most probable by the logits of all heads. Shape of the logits: (text, output)."""
    found = logits[:, columns("manner")].argmax(axis=1)
    return [MANNERS[k] for k in found.tolist()]


def all_logits(heads: SignalHeads, data: Encoded) -> Floats:
    """Returns what the heads say of each row as they are stored, eight bits included. Shape: (row, len(OUTPUTS))."""
    weights = Weights(unrounded(heads.by_gram) * heads.scales, heads.by_vector, heads.bias)
    found = data.logits(weights)
    assert found.shape[1] == len(OUTPUTS)  # noqa: S101 (for the reader)
    return found
