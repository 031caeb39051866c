"""Turns features into the probability that an entry is the right one, and says from which score on it may answer.

Three steps, all fitted to the FAQ itself, see ``assistant.faq.leave_one_out``. The features are weighed so that of all entries the
right one comes first. Then two chances are taken: that the question has an entry at all, by how near it comes to entries, to the
FAQ as a whole and to sentences that no FAQ is about; and that the first entry is the right one if so, by its weighed sum and its
lead over the second. Their product is the probability that the first entry is right. Whether it is worth giving is another
question, for which the first chance counts for more: one of two entries that are alike is half an answer, with the other as a
related question; any entry is none where the FAQ has none. So where only the choice between entries is in doubt, less is enough.

Each step starts from usual values and moves from them as far as the data has weight: an FAQ of three entries keeps them, one of a
hundred has its own. No feature's weight is ever negative, so that more likeness never lowers a score; where an encoder's vectors
tell nothing apart, theirs end near zero and the words decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from assistant.faq.background import from_text
from assistant.faq.features import FEATURES, N_COSINES, Floats

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.faq.grouped import Vectors

HIGHEST = 0.99
"""What is not an exact match is never quite certain."""

LOWEST_THRESHOLD, HIGHEST_THRESHOLD, HIGHEST_OF_FEW = 0.15, 0.5, 0.8
"""However well off-topic sentences are told apart, an answer that is hardly ever right is none; and an entry that is more likely
right than wrong answers, unless too few questions were left out to know how likely that is."""

N_TOPICAL = N_COSINES + 3
"""What tells whether the FAQ is about a question: the highest cosines, the best cover of its words, nearness to the whole FAQ, and
distance from what is off-topic."""

LEADING_SHARE = 0.5
"""How much the logarithm of the second chance counts beside that of the first for whether an answer is worth giving. Measured on
the shipped FAQ, BANKING77, CLINC150 and bitext as FAQs: with as many off-topic questions turned away, up to ten in a hundred more
are answered than at 1. From 0.5 to 0.25 that is the same."""


class Nearness(NamedTuple):
    """How near a question comes to what is no single entry.

    Attributes:
        faq: the cosine of the centre of all questions of the FAQ.
        off_topic: the cosine of the nearest off-topic sentence.
    """

    faq: float
    off_topic: float


class Judged(NamedTuple):
    """What is thought of a question's candidates.

    Attributes:
        scores: the probability of each that it is the right one. Shape: (candidate,).
        needed: the score from which the first is worth giving.
        worth: how much giving it is worth, in [0, 1].
    """

    scores: Floats
    needed: float
    worth: float


@dataclass(frozen=True)
class Calibration:
    """What was fitted.

    Attributes:
        levels: the value of each feature that counts as nothing: unrelated texts rarely come above it.
        domain_level: the same of the nearness to the whole FAQ; off_topic_level: how near off-topic sentences are to one another.
        weights: of each feature above its level.
        topical: what makes a question one that the FAQ is about: of the highest cosines of its candidates, of how much of its
            words one of them has, and of its nearness to the whole FAQ, all above their levels; of its nearness to what is
            off-topic, below its level; and a constant.
        topical_odds: from these log-odds to those of what people ask, most of which has an entry: slope and constant.
        leading: what makes the first entry the right one if there is one: of its weighed sum, of its lead, and a constant.
        off_topic: the vectors of off-topic sentences, see ``assistant.faq.background``; none where it is empty.
        threshold: the worth from which an entry may answer: most questions that have an entry reach it, off-topic ones hardly ever.
    """

    levels: tuple[float, ...]
    domain_level: float
    off_topic_level: float
    weights: tuple[float, ...]
    topical: tuple[float, ...]
    topical_odds: tuple[float, ...]
    leading: tuple[float, ...]
    off_topic: str
    threshold: float

    def nearness(self, domain: float, vector: Vectors) -> Nearness:
        """Returns how near a question comes to what is no single entry.

        Args:
            domain: to the FAQ as a whole.
            vector: the question's. Shape: (dimension,).
        """
        if not self.off_topic:
            return Nearness(domain, self.off_topic_level)
        return Nearness(domain, float((from_text(self.off_topic, len(vector)) @ vector).max()))

    def judge(self, table: Floats, near: Nearness) -> Judged:
        """Returns how probably each of a question's candidates is the right one, and which probability is enough to answer.

        Args:
            table: the candidates' features. Shape: (candidate, feature).
            near: how near the question is to the whole FAQ, and to what is off-topic.
        """
        sums, (slope, constant) = self.sums(table), self.topical_odds
        topical = with_constant(self.topical_columns(table, near)) @ np.array(self.topical)
        has_entry = float(sigmoid(slope * topical + constant))
        is_first = float(sigmoid(with_constant(leading_columns(sums)) @ np.array(self.leading)))
        worth = is_first**LEADING_SHARE
        # What follows the best is less likely in the proportion that the first step learned.
        scores = np.asarray(HIGHEST * has_entry * is_first * np.exp(sums - sums.max(initial=-np.inf)))
        return Judged(scores, HIGHEST * self.threshold * is_first / worth, has_entry * worth)

    def sums(self, table: Floats) -> Floats:
        """Returns the weighed sum of each candidate. Shape: that of the table without its last axis."""
        return np.asarray(lifted(table, np.array(self.levels)) @ np.array(self.weights))

    def topical_columns(self, table: Floats, near: Nearness) -> Floats:
        """Returns by what is told whether the FAQ is about the question. Shape: (N_TOPICAL,)."""
        n_highest = N_TOPICAL - 2
        highest = np.append(table[:, :n_highest].max(axis=0), near.faq)
        return np.append(
            lifted(highest, np.append(self.levels[:n_highest], self.domain_level)), self.off_topic_level - near.off_topic
        )

    def as_json(self) -> dict[str, Any]:
        """Returns the calibration as JSON."""
        return {"features": list(FEATURES)} | {name: getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Calibration | None:
        """Returns the calibration that was written, or None when it is one of other features or of another release."""
        names = set(cls.__dataclass_fields__)
        if data.get("features") != list(FEATURES) or set(data) != names | {"features"}:
            return None
        read: dict[str, Any] = {name: tuple(data[name]) if isinstance(data[name], list) else data[name] for name in names}
        return cls(**read)


USUAL = Calibration(
    levels=(0.3, 0.3, 0.3, 0.0, 0.0, 0.0),
    domain_level=0.3,
    off_topic_level=0.45,
    weights=(2.0, 5.0, 4.0, 6.0, 2.0, 2.0),
    topical=(2.0, 3.0, 2.0, 4.0, 3.0, 2.0, -3.5),
    topical_odds=(1.0, 0.5),
    leading=(0.2, 0.8, -1.2),
    off_topic="",
    threshold=0.4,
)
"""What holds before anything is known of the FAQ and the encoder."""


def lifted(table: Floats, levels: Floats) -> Floats:
    """Returns features scaled so that 0 is the level of unrelated texts and 1 is equality. Shape: as given."""
    return np.asarray(np.clip((table - levels) / np.maximum(1.0 - levels, 1e-3), -1.0, 1.0))


def leading_columns(sums: Floats) -> Floats:
    """Returns the highest sum and its lead over the next. Shape: (2,); of rows of sums (row, 2)."""
    ranked = -np.sort(-sums, axis=-1)
    second = ranked[..., 1] if ranked.shape[-1] > 1 else np.zeros_like(ranked[..., 0])
    return np.stack([ranked[..., 0], np.minimum(ranked[..., 0] - second, _MAX_LEAD)], axis=-1)


_MAX_LEAD = 5.0
"""Rivals further behind than this are none."""


def with_constant(columns: Floats) -> Floats:
    """Returns the columns with a column of ones after them."""
    return np.concatenate([columns, np.ones((*columns.shape[:-1], 1))], axis=-1)


def sigmoid(logits: Any) -> Floats:  # Any: a number or an array of them
    """Returns the probability of log-odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits, -60.0, 60.0))))
