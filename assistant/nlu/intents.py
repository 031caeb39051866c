"""Ranks intents: by the model's logits, and by what tells several at once; retrieval intents by their sum, as Rasa does."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from assistant.messages import JOINT, IntentScore

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from assistant.nlu.calibration import Calibration
    from assistant.nlu.several import Several

Ranking: TypeAlias = tuple[IntentScore, ...]
_SCORE = partial(tuple.__new__, IntentScore)  # of a pair; with dozens of intents, calling the class takes most of the time


@dataclass(frozen=True, slots=True)
class IntentRanker:
    """Turns a model's numbers into a ranking.

    Attributes:
        intents: by index of the logits.
        calibration: makes probabilities of the logits.
        several: tells several intents at once; None where no example joins any.
    """

    intents: tuple[str, ...]
    calibration: Calibration
    several: Several | None = None
    _has_responses: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Looks for retrieval intents."""
        object.__setattr__(self, "_has_responses", any("/" in name for name in self.intents))

    def rank(self, logits: NDArray[np.float32], vector: NDArray[np.float32]) -> tuple[Ranking, Mapping[str, Ranking]]:
        """Returns the intents by falling confidence, and the responses of each retrieval intent likewise.

        A retrieval intent is as probable as all of its responses together; it is named with the best of them, ``faq/ask_hours``.
        The confidences of its responses are shares of its own.

        Args:
            logits: Shape: (intent,).
            vector: of length one. Shape: (hidden,).
        """
        if self.several is not None:
            return grouped(self.agreed(self.several.rank(vector), logits))
        probabilities = self.calibration.probabilities(logits)
        order = (-logits).argsort(kind="stable")
        scores = zip([self.intents[i] for i in order.tolist()], probabilities.take(order).round(6).tolist(), strict=True)
        ranking: Ranking = tuple(map(_SCORE, scores))
        return grouped(ranking) if self._has_responses else (ranking, {})

    def agreed(self, ranking: Ranking, logits: NDArray[np.float32]) -> Ranking:
        """Returns a ranking of sets of intents, such as `Several` makes, in which the logits have a say, too.

        Sets that examples have share their probability by the geometric mean of both: the logits know letters and single examples,
        and tell a joined intent as a class of its own. Of sets that no example has they say nothing; these stay as probable.
        """
        said: dict[frozenset[str], float] = {}
        for name, probability in zip(self.intents, self.calibration.probabilities(logits).tolist(), strict=True):
            said[_parts(name)] = said.get(_parts(name), 0.0) + probability
        known = [score for score in ranking if _parts(score.name) in said]
        means = {score.name: math.sqrt(score.confidence * said[_parts(score.name)]) for score in known}
        total = sum(means.values())
        if not total:
            return ranking
        factor = sum(score.confidence for score in known) / total
        shares = {name: round(mean * factor, 6) for name, mean in means.items()}
        agreed = (score._replace(confidence=shares.get(score.name, score.confidence)) for score in ranking)
        return tuple(sorted(agreed, key=lambda score: (-score.confidence, score.name)))


def _parts(name: str) -> frozenset[str]:
    return frozenset(name.split(JOINT))


def grouped(ranking: Ranking) -> tuple[Ranking, Mapping[str, Ranking]]:
    """Returns a ranking with one entry for each retrieval intent, and the rankings of their responses."""
    responses: dict[str, list[IntentScore]] = {}
    for score in ranking:
        if "/" in score.name:
            responses.setdefault(score.name.split("/", maxsplit=1)[0], []).append(score)
    if not responses:
        return ranking, {}
    totals = {group: min(1.0, sum(score.confidence for score in scores)) for group, scores in responses.items()}
    merged = [score for score in ranking if "/" not in score.name]
    merged += [IntentScore(scores[0].name, round(totals[group], 6)) for group, scores in responses.items()]
    shares = {
        group: tuple(IntentScore(score.name, _share(score.confidence, totals[group])) for score in scores)
        for group, scores in responses.items()
    }
    return tuple(sorted(merged, key=lambda score: -score.confidence)), shares


def _share(part: float, total: float) -> float:
    return round(part / total, 6) if total else 0.0
