"""The benchmarks' own figures, as shares of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import stats
from sklearn import metrics

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from assistant.albert.tasks.examples import Target


def accuracy(true: Sequence[Target], found: Sequence[Target]) -> dict[str, float]:
    """Returns the share of examples that are right."""
    return {"accuracy": float(np.mean([one == other for one, other in zip(true, found, strict=True)]))}


def matthews(true: Sequence[Target], found: Sequence[Target]) -> dict[str, float]:
    """Returns Matthews's correlation, 0 for guessing and 1 for no mistake, and accuracy."""
    return {"matthews": float(metrics.matthews_corrcoef(list(true), list(found))), **accuracy(true, found)}


def f1_of(positive: str) -> Callable[[Sequence[Target], Sequence[Target]], dict[str, float]]:
    """Returns a scorer that gives the F1 of one label, and accuracy."""

    def score(true: Sequence[Target], found: Sequence[Target]) -> dict[str, float]:
        f1 = metrics.f1_score(list(true), list(found), pos_label=positive, zero_division=0.0)
        return {"f1": float(f1), **accuracy(true, found)}

    return score


def correlations(true: Sequence[Target], found: Sequence[Target]) -> dict[str, float]:
    """Returns Spearman's and Pearson's correlation of numbers; 0 where one side never changes."""
    one, other = np.asarray(true, dtype=float), np.asarray(found, dtype=float)
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return {"spearman": 0.0, "pearson": 0.0}
    spearman, pearson = stats.spearmanr(one, other).statistic, stats.pearsonr(one, other).statistic
    return {"spearman": float(spearman), "pearson": float(pearson)}


def f1_of_classes(true: Sequence[Target], found: Sequence[Target]) -> dict[str, float]:
    """Returns accuracy, and F1 as the mean over labels and weighted by how often each occurs."""
    options = {"zero_division": 0.0}
    f1 = {f"{kind}_f1": float(metrics.f1_score(list(true), list(found), average=kind, **options)) for kind in ("macro", "weighted")}
    return {**accuracy(true, found), **f1}


def f1_of_sets(true: Sequence[Target], found: Sequence[Target]) -> dict[str, float]:
    """Returns, for examples with any number of labels, F1 over all decisions and as the mean over labels, and exact matches."""
    labels = sorted({label for labels in (*true, *found) for label in labels})  # type: ignore[union-attr]
    if not labels:
        return {"micro_f1": 1.0, "macro_f1": 1.0, "exact_match": 1.0}
    one = np.array([[label in labels_of for label in labels] for labels_of in true])  # type: ignore[operator]
    other = np.array([[label in labels_of for label in labels] for labels_of in found])  # type: ignore[operator]
    scores = {f"{kind}_f1": float(metrics.f1_score(one, other, average=kind, zero_division=0.0)) for kind in ("micro", "macro")}
    return {**scores, "exact_match": float((one == other).all(axis=1).mean())}


def rounded(figures: Mapping[str, float]) -> dict[str, float]:
    """Returns figures with five digits, as they are printed and stored."""
    return {name: round(value, 5) for name, value in figures.items()}
