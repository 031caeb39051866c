"""The figures of understanding, as values: what `assistant.evaluation.nlu` measures, and what text, files and pictures show."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.evaluation.entity_scores import Score
    from assistant.evaluation.scope import ScopeReport

MAX_CONFUSIONS = 20


@dataclass(frozen=True, slots=True)
class NluError:
    """An example that was not understood in every part.

    Attributes:
        text: the example; place: where it stands.
        intent, predicted: the right intent and the one found; the same when only entities are wrong.
        confidence: of the one found.
        entities, found: as ``(type, start, end)``, the type with role and group where there are any.
    """

    text: str
    place: str
    intent: str
    predicted: str
    confidence: float
    entities: tuple[tuple[str, int, int], ...]
    found: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Bin:
    """Examples of like confidence.

    Attributes:
        low, high: borders of the confidence; the last bin holds 1.0 too.
        right, wrong: how many intents were.
    """

    low: float
    high: float
    right: int
    wrong: int


@dataclass(frozen=True, slots=True)
class NluReport:
    """How well messages are understood. Shares lie in [0, 1].

    Attributes:
        n_examples: measured on.
        intent_accuracy: share of right intents.
        intent_macro_f1: mean F1 of the intents, each counting alike.
        intents: precision, recall, F1 by intent.
        entity: precision, recall, F1 of all entities, strict: type, role, group and both borders must be right.
        entities: the same by type.
        extractors: the same by who found them; the recall is the extractor's share of all entities that are there.
        sentence_accuracy: share of examples whose intent and entities are all right.
        calibration_error: mean distance between confidence and accuracy.
        calibration_chance: what it would be by chance on so many examples, were all confidences right.
        pairs: (right, found, times) for each pair that occurs, right ones too, sorted.
        histogram: confidences of right and wrong intents, bins from 0 to 1.
        errors: those of the intent first, in each part the most confident first.
        unknown: intents of examples that no model measured has; they cannot be found.
        scope: how well texts out of scope are told apart; None when there were none to measure on.
    """

    n_examples: int
    intent_accuracy: float
    intent_macro_f1: float
    intents: Mapping[str, Score]
    entity: Score
    entities: Mapping[str, Score]
    extractors: Mapping[str, Score]
    sentence_accuracy: float
    calibration_error: float
    calibration_chance: float
    pairs: tuple[tuple[str, str, int], ...]
    histogram: tuple[Bin, ...]
    errors: tuple[NluError, ...]
    unknown: tuple[str, ...] = ()
    scope: ScopeReport | None = None

    @property
    def confusions(self) -> tuple[tuple[str, str, int], ...]:
        """The most frequent confusions, as (right, found, times)."""
        wrong = [pair for pair in self.pairs if pair[0] != pair[1]]
        return tuple(sorted(wrong, key=lambda pair: (-pair[2], pair))[:MAX_CONFUSIONS])

    def figures(self) -> dict[str, float]:
        """Returns the figures that models are compared and limited by, by name; only those that were measured."""
        figures = {
            "intent_accuracy": self.intent_accuracy,
            "intent_macro_f1": self.intent_macro_f1,
            "sentence_accuracy": self.sentence_accuracy,
            "calibration_error": self.calibration_error,
        }
        if self.entities:  # else there were none to find, and none was found
            figures["entity_f1"] = self.entity.f1
        if self.scope is not None:
            figures |= {"out_of_scope_auroc": self.scope.auroc, "out_of_scope_recall": self.scope.recall}
        return figures

    def as_json(self) -> dict[str, Any]:
        """Returns the report as JSON."""
        data = asdict(self)
        del data["pairs"]
        data["confusions"] = [{"intent": right, "predicted": found, "times": times} for right, found, times in self.confusions]
        return data
