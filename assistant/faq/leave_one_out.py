"""Fits the calibration to the FAQ itself: each question, left out, is asked of the rest.

With its entry there, a left-out question stands for what people ask in words of their own. What nobody wrote an answer to comes in
two forms: left-out questions whose whole entry is gone, near the subject and hard to tell, and off-topic sentences.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from assistant.faq.background import as_text, nearest_others
from assistant.faq.calibration import (
    HIGHEST_OF_FEW,
    HIGHEST_THRESHOLD,
    LOWEST_THRESHOLD,
    N_TOPICAL,
    USUAL,
    Calibration,
    Nearness,
    leading_columns,
    lifted,
    with_constant,
)
from assistant.faq.features import FEATURES, N_COSINES, Hidden
from assistant.faq.fitting import fit_odds, fit_weights
from assistant.faq.off_topic import OFF_TOPIC

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.faq.entry import FaqEntry
    from assistant.faq.features import Features, Floats, Query
    from assistant.faq.grouped import Vectors

MAX_QUESTIONS = 400
"""Left-out questions; more of them say no more of half a dozen numbers, and take time."""

N_RIVALS = 16
"""Wrong entries that a question is weighed against: those that come nearest."""

OFF_TOPIC_SHARE, NO_ENTRY_SHARE = 0.15, 0.05
"""How much of what people ask is off-topic, or has no entry yet: an assumption that a team can check in its unanswered queue."""

ANSWERED_SHARE = 0.92
"""The share of left-out questions that the threshold lets through: what people ask is nearer to an entry than its own questions are
to one another, but it is worded more freely: about as much of it is answered."""

LEFT_OUT_COSTS = 1.0
"""How much lower the log-odds of coming first are for a left-out question than for one that somebody asks: its entry has a question
less to be found by, and alternatives are written to be unlike one another. Measured on entries made of CLINC150, BANKING77 and
bitext, six questions each, and on the shipped ones: what suits each lies between 0.4 (questions that customers wrote) and 1.3
(alternatives that curators wrote); with this, scores are 3 to 7 in a hundred off what comes right."""

STRANGERS_STEP = 3
"""Every so manieth off-topic sentence is compared with the entries; to how near a question comes to what is off-topic all count."""

MIN_ASKED, MIN_ABSTAINED, LEAST_ABSTAINED = 20, 0.95, 0.75
"""With fewer left-out questions than this the threshold turns away so many off-topic sentences; with more it still does the last
share, however little an encoder tells apart."""

SMALL_FAQ = 256
"""Up to so many entries a question is compared with all of them; in larger ones with those that a search would consider."""

_QUANTILE = 95
_NO_LEVEL = (0.0,) * (len(FEATURES) - N_COSINES)

_ABSENT = -10.0
"""A feature of a rival that is not there: farther off than any that is."""


def fit(
    entries: Sequence[FaqEntry],
    features: Features,
    off_topic: Vectors,
    candidates: Callable[[Query], Sequence[int]],
) -> Calibration:
    """Returns the calibration that suits the entries and the encoder; the usual one when no entry has an alternative question.

    Args:
        entries: the entries.
        features: of the same entries.
        off_topic: vectors of OFF_TOPIC, as they are kept. Shape: (sentence, dimension).
        candidates: the entries worth a look for a question, as in a search.
    """
    every = range(len(entries)) if len(entries) <= SMALL_FAQ else None
    chosen = slice(None, None, STRANGERS_STEP)
    strangers = [features.query(text, vector) for text, vector in zip(OFF_TOPIC[chosen], off_topic[chosen], strict=True)]
    strange = [features.table(query, every or candidates(query)) for query in strangers]
    levels = np.array([*np.percentile(np.concatenate(strange)[:, :N_COSINES], _QUANTILE, axis=0), *_NO_LEVEL])
    pairs = _sample(entries)
    asked = [features.query(entries[hidden.entry].questions[hidden.text], features.question_vector(hidden)) for hidden in pairs]
    tables = [_compared(features, query, every or candidates(query), hidden) for query, hidden in zip(asked, pairs, strict=True)]
    weights = fit_weights(lifted(np.stack(tables), levels)) if tables else np.array(USUAL.weights)
    among_themselves = nearest_others(off_topic)
    strange_near = [
        Nearness(features.domain(query), near) for query, near in zip(strangers, among_themselves[chosen].tolist(), strict=True)
    ]
    start = replace(
        USUAL,
        levels=tuple(levels.tolist()),
        domain_level=float(np.percentile([near.faq for near in strange_near], _QUANTILE)),
        off_topic_level=float(among_themselves.mean()),
        weights=tuple(weights.tolist()),
        off_topic=as_text(off_topic),
    )
    asked_near = [start.nearness(features.domain(query, hidden), query.vector) for query, hidden in zip(asked, pairs, strict=True)]
    asked_cases, strange_cases = _Cases(tables, asked_near), _Cases(strange, strange_near)
    fitted = _with_odds(start, asked_cases, strange_cases)
    return replace(fitted, threshold=_threshold(_worth(fitted, asked_cases), _worth(fitted, strange_cases)))


class _Cases(NamedTuple):
    """Questions: the features of the candidates of each, and how near each is to what is no single entry."""

    tables: list[Floats]
    near: list[Nearness]


def _with_odds(start: Calibration, asked: _Cases, strangers: _Cases) -> Calibration:
    """Returns the calibration with its chances fitted, its weights as they are."""
    n_asked, n_strange = len(asked.tables), len(strangers.tables)
    near, far = _topical(start, *asked), _topical(start, *strangers)
    alike = np.concatenate([np.full(n_asked, 1.0), np.full(n_strange, n_asked / n_strange)])
    topical = fit_odds(np.concatenate([near, far]), np.repeat([1.0, 0.0], [n_asked, n_strange]), alike, USUAL.topical)

    # The same questions with their entries gone stand for those that nobody has written an answer to yet.
    without = _topical(start, [table[1:] for table in asked.tables], asked.near)
    evidence = with_constant(np.concatenate([near, without, far])) @ np.array(topical)
    has_entry = np.repeat([1.0, 0.0], [n_asked, n_asked + n_strange])
    shares = _shares(n_asked, n_strange)
    topical_odds = fit_odds(evidence[:, None], has_entry, shares, USUAL.topical_odds)

    sums = _rows([start.sums(table) for table in asked.tables], 1 + N_RIVALS)
    is_right = (sums[:, 0] >= sums[:, 1:].max(axis=1)).astype(np.float64)
    leading = fit_odds(leading_columns(sums), is_right, np.ones(n_asked), USUAL.leading)

    # Few left-out questions leave the odds as they usually are.
    *slopes, constant = leading
    cost = LEFT_OUT_COSTS * n_asked / (n_asked + MIN_ASKED)
    return replace(start, topical=topical, topical_odds=topical_odds, leading=(*slopes, constant + cost))


def _topical(start: Calibration, tables: list[Floats], near: list[Nearness]) -> Floats:
    """Returns by what is told whether the FAQ is about each question. Shape: (question, N_TOPICAL)."""
    return _rows([start.topical_columns(table, one) for table, one in zip(tables, near, strict=True)], N_TOPICAL)


def _worth(fitted: Calibration, cases: _Cases) -> Floats:
    """Returns how much the first entry is worth as the answer to each question. Shape: (question,)."""
    return np.array([fitted.judge(table, near).worth for table, near in zip(*cases, strict=True)])


def _threshold(asked: Floats, strange: Floats) -> float:
    """Returns what most left-out questions are worth, and hardly any off-topic sentence.

    Args:
        asked: what answers to left-out questions are worth. Shape: (question,).
        strange: of off-topic sentences. Shape: (sentence,).
    """
    if len(asked) < MIN_ASKED:  # so few say little of what is right: what is off-topic decides alone
        return float(np.clip(np.quantile(strange, MIN_ABSTAINED), LOWEST_THRESHOLD, HIGHEST_OF_FEW))
    wanted = float(max(np.quantile(asked, 1.0 - ANSWERED_SHARE), np.quantile(strange, LEAST_ABSTAINED)))
    return float(np.clip(wanted, LOWEST_THRESHOLD, HIGHEST_THRESHOLD))


def _rows(rows: list[Floats], width: int) -> Floats:
    return np.array(rows).reshape(-1, width)


def _shares(n_asked: int, n_strange: int) -> Floats:
    """Returns how much each question counts: together as much as there were left-out questions, in the shares assumed."""
    with_entry, without = np.full(n_asked, 1.0 - OFF_TOPIC_SHARE - NO_ENTRY_SHARE), np.full(n_asked, NO_ENTRY_SHARE)
    return np.concatenate([with_entry, without, np.full(n_strange, OFF_TOPIC_SHARE * n_asked / n_strange)])


def _sample(entries: Sequence[FaqEntry]) -> list[Hidden]:
    """Returns the questions that are left out."""
    pairs = [
        Hidden(position, text)
        for position, entry in enumerate(entries)
        if entry.alternatives
        for text in range(len(entry.questions))
    ]
    return pairs if len(pairs) <= MAX_QUESTIONS else random.Random(0).sample(pairs, MAX_QUESTIONS)


def _compared(features: Features, query: Query, candidates: Sequence[int], hidden: Hidden) -> Floats:
    """Returns the features of the right entry and then of its rivals. Shape: (1 + N_RIVALS, feature)."""
    table = features.table(query, [hidden.entry, *(other for other in candidates if other != hidden.entry)], hidden)
    rivals = np.argsort(-(table[1:] @ np.array(USUAL.weights)))[:N_RIVALS]
    result = np.full((1 + N_RIVALS, len(FEATURES)), _ABSENT)
    result[0] = table[0]
    result[1 : 1 + len(rivals)] = table[1:][rivals]
    return result
