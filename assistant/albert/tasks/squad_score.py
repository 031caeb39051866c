"""Scores answers as SQuAD's official scripts do: exact match and F1 after articles, punctuation and capitals are taken away.

Source: Rajpurkar et al. 2016, section 5, and 2018, section 6; for an answer that several people gave, the best of them counts.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.albert.tasks.examples import SpanExample

_ARTICLES = re.compile(r"\b(a|an|the)\b", re.UNICODE)
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalised(answer: str) -> str:
    """Returns an answer in small letters without ASCII punctuation, English articles and spare spaces."""
    bare = answer.lower().translate(_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", bare).split())


def exact(true: str, found: str) -> float:
    """Returns 1 where two answers are the same once normalised, else 0."""
    return float(normalised(true) == normalised(found))


def f1(true: str, found: str) -> float:
    """Returns the harmonic mean of precision and recall of the found answer's words; where either has none, 1 if both have none."""
    one, other = normalised(true).split(), normalised(found).split()
    if not one or not other:
        return float(one == other)
    n_shared = sum((Counter(one) & Counter(other)).values())
    if n_shared == 0:
        return 0.0
    precision, recall = n_shared / len(other), n_shared / len(one)
    return 2 * precision * recall / (precision + recall)


def best_of(example: SpanExample, found: str, *, is_first_version: bool = False) -> tuple[float, float]:
    """Returns exact match and F1 of an answer against the one of the right answers that it is closest to.

    Args:
        example: with its right answers.
        found: the answer; empty: there is none.
        is_first_version: score as 1.1's script does. 2.0's leaves out right answers that are nothing once normalised, and takes an
            empty answer for right where none is left; 1.1's gives no F1 for answers without a word in common, be both empty.
    """
    if is_first_version:
        right = [answer for _, answer in example.answers] or [""]
        overlaps = [f1(answer, found) if normalised(answer) else 0.0 for answer in right]
        return max(exact(answer, found) for answer in right), max(overlaps)
    right = [answer for _, answer in example.answers if normalised(answer)] or [""]
    return max(exact(answer, found) for answer in right), max(f1(answer, found) for answer in right)


def evaluate(
    examples: Sequence[SpanExample], predictions: Mapping[str, str], *, is_first_version: bool = False
) -> dict[str, float]:
    """Returns the official figures in percent.

    Args:
        examples: of the data set.
        predictions: an answer by the question's id; empty: there is none.
        is_first_version: score as 1.1's script does, for which a question without a prediction is wrong; 2.0's leaves it out.

    Returns:
        ``exact``, ``f1`` and ``total``; where the data set has questions without an answer, the same for the questions that have
        one (``HasAns_...``) and for the others (``NoAns_...``).
    """
    scores = {
        example.key: best_of(example, predictions[example.key], is_first_version=is_first_version)
        if example.key in predictions
        else (0.0, 0.0)
        for example in examples
        if is_first_version or example.key in predictions
    }
    figures = _mean("", [scores[e.key] for e in examples if e.key in scores])
    if not is_first_version and any(not example.answers for example in examples):
        figures |= _mean("HasAns_", [scores[e.key] for e in examples if e.answers and e.key in scores])
        figures |= _mean("NoAns_", [scores[e.key] for e in examples if not e.answers and e.key in scores])
    return figures


def best_threshold(examples: Sequence[SpanExample], answers: Mapping[str, str], margins: Mapping[str, float]) -> float:
    """Returns the margin above which saying nothing gives the highest F1.

    Args:
        examples: of the data set.
        answers: the best answer that is one, by question.
        margins: by how much having no answer scores higher than the best answer, by question.
    """
    rows = sorted((margins[e.key], best_of(e, answers[e.key])[1], float(not e.answers)) for e in examples)
    if not rows:
        return 0.0
    total = best = sum(nothing for _, _, nothing in rows)  # below all margins, nothing is ever answered
    threshold = rows[0][0] - 1.0
    for place, (margin, gained, lost) in enumerate(rows):
        total += gained - lost
        if total > best:
            following = rows[place + 1][0] if place + 1 < len(rows) else margin + 2.0
            best, threshold = total, (margin + following) / 2
    return threshold


def _mean(name: str, scores: Sequence[tuple[float, float]]) -> dict[str, float]:
    total = len(scores)
    exacts, overlaps = (sum(score[place] for score in scores) * 100 / max(1, total) for place in (0, 1))
    return {f"{name}exact": exacts, f"{name}f1": overlaps, f"{name}total": float(total)}
