"""How good a model is on examples that it was not trained on, while it is in torch."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from assistant.nlu.calibration import Calibration
from assistant.nlu.tags import best_path, log_softmax, stretches
from assistant.training.calibration import best_temperature, calibration_error, fit_calibration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


SURE = 1.645
"""Standard deviations beyond which a difference is no chance, one-sided."""


@dataclass(slots=True)
class HeldOut:
    """What a model says of held-out examples, and what is right.

    Attributes:
        logits: of intents, a row an example.
        intents: the right ones.
        gold, found: tags of each example's words.
        tag_logits: what ``found`` was made from. Shape of each: (word, tag).
        rows: where each example stands in what was measured on, in the order of the intents.
    """

    logits: list[NDArray[np.float32]] = field(default_factory=list)
    intents: list[int] = field(default_factory=list)
    gold: list[Sequence[int]] = field(default_factory=list)
    found: list[Sequence[int]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    tag_logits: list[NDArray[np.float32]] = field(default_factory=list)

    def add_intent(self, logits: NDArray[np.float32], intent: int, row: int = -1) -> None:
        """Adds an example's intent, and where the example stands in what is measured on; -1: nobody asks."""
        self.logits.append(logits)
        self.intents.append(intent)
        self.rows.append(row)

    def found_intents(self) -> list[tuple[int, float]]:
        """Returns the intent found in each example and its probability, as the calibration that suits them makes it."""
        calibration = self.calibration()
        return [(int(row.argmax()), float(calibration.probabilities(row).max())) for row in self.logits]

    def add_tags(self, logits: NDArray[np.float32], tags: Sequence[int]) -> None:
        """Adds an example's tags.

        Args:
            logits: of its words. Shape: (word, tag).
            tags: the right ones.
        """
        self.gold.append(tags)
        self.found.append(best_path(log_softmax(logits)))
        self.tag_logits.append(logits)

    @property
    def accuracy(self) -> float:
        """Share of intents that are right; 0.0 when there are no examples."""
        if not self.intents:
            return 0.0
        return float((np.stack(self.logits).argmax(1) == np.array(self.intents)).mean())

    @property
    def entity_f1(self) -> float | None:
        """F1 of whole entities; None when no entity is annotated."""
        gold, found = _entities(self.gold), _entities(self.found)
        return 2 * len(gold & found) / (len(gold) + len(found)) if gold else None

    @property
    def score(self) -> float:
        """One number to choose epochs by: the mean of accuracy and entity F1, or accuracy alone."""
        entity_f1 = self.entity_f1
        return self.accuracy if entity_f1 is None else (self.accuracy + entity_f1) / 2

    def is_surely_better(self, other: HeldOut) -> bool:
        """Says whether more examples are right than by other heads, by more than chance (McNemar 1947, one-sided, one in twenty).

        Args:
            other: what is said of the same examples, in the same order.
        """
        ours, theirs = self._is_right(), other._is_right()
        won, lost = int((ours & ~theirs).sum()), int((theirs & ~ours).sum())
        return won - lost > SURE * math.sqrt(won + lost)

    def _is_right(self) -> NDArray[np.bool_]:
        """Says of each example whether its intent and all of its tags are right. Shape: (example,)."""
        if not self.intents:
            return np.zeros(0, dtype=bool)
        intents: NDArray[np.bool_] = np.stack(self.logits).argmax(1) == np.array(self.intents)
        if not self.gold:
            return intents
        tags = [list(gold) == list(found) for gold, found in zip(self.gold, self.found, strict=True)]
        right: NDArray[np.bool_] = intents & np.array(tags)
        return right

    def loss(self) -> float:
        """Returns the mean negative log-probability of the right intents, under the temperature that suits them best."""
        rows = np.arange(len(self.intents))
        return float(-log_softmax(np.stack(self.logits), self.temperature())[rows, self.intents].mean())

    def tag_loss(self) -> float:
        """Returns the mean negative log-probability of the right tags; 0.0 when no word has any."""
        losses = [-log_softmax(logits)[np.arange(len(tags)), tags] for logits, tags in zip(self.tag_logits, self.gold, strict=True)]
        return float(np.concatenate(losses).mean()) if sum(map(len, losses)) else 0.0

    def temperature(self) -> float:
        """Returns the temperature that suits the intents' logits."""
        return best_temperature(np.stack(self.logits), np.array(self.intents)) if self.intents else 1.0

    def calibration(self) -> Calibration:
        """Returns what makes probabilities of the intents' logits."""
        return fit_calibration(np.stack(self.logits), np.array(self.intents)) if self.intents else Calibration()

    def metrics(self) -> dict[str, float]:
        """Returns the figures that are worth keeping; the error of confidences is measured after they are calibrated."""
        if not self.intents:
            return {}
        found, confidences = zip(*self.found_intents(), strict=True)
        figures = intent_figures(np.array(found) == np.array(self.intents), confidences)
        entity_f1 = self.entity_f1
        return figures if entity_f1 is None else figures | {"entity_f1": round(entity_f1, 6)}


def intent_figures(is_right: NDArray[np.bool_], confidences: Sequence[float]) -> dict[str, float]:
    """Returns accuracy and calibration error of intents.

    Args:
        is_right: whether each of some examples is understood; at least one. Shape: (example,).
        confidences: of what was found in each.
    """
    error = calibration_error(np.array(confidences), is_right)
    return {"intent_accuracy": round(float(is_right.mean()), 6), "calibration_error": round(error, 6)}


def _entities(tagged: Sequence[Sequence[int]]) -> set[tuple[int, int, int, int]]:
    """Returns the entities of all examples: example, first tag, first word, last word."""
    return {(row, tags[first], first, last) for row, tags in enumerate(tagged) for first, last in stretches(tags)}
