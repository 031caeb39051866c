"""Finds examples whose intent a model doubts that never saw them: it is sure of another one.

Source: Northcutt et al. 2021, section 3, for the threshold: as sure of the other intent as a model is of examples that have it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.evaluation.nlu import measure_folds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.albert.checkpoint import Checkpoint
    from assistant.albert.plain_checkpoint import PlainCheckpoint
    from assistant.errors import Place
    from assistant.evaluation.measured import Measured
    from assistant.messages import Parse, ProgressCallback
    from assistant.nlu.training_data import TrainingData
    from assistant.training.arguments import TrainingArguments

LEAST_SURE = 0.5
MOST_OWN = 0.1
"""An example is not suspicious where the model gives its own intent more than this."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """An example whose label may be wrong.

    Attributes:
        text: the example; place: where it stands.
        intent: as labelled; predicted: what the model is sure of.
        confidence: of the predicted one; own: of the labelled one.
    """

    text: str
    place: Place
    intent: str
    predicted: str
    confidence: float
    own: float


def find_suspicious_labels(
    data: TrainingData,
    checkpoint: Checkpoint | PlainCheckpoint,
    arguments: TrainingArguments,
    on_progress: ProgressCallback,
    folds: int = 5,
) -> list[Suspicion]:
    """Returns the examples whose intents models doubt that were trained on the others; see `suspicious_labels`.

    Args:
        data: its intents are looked at; entities are left aside, which makes training faster.
        checkpoint: the encoder to start from.
        arguments: of each training.
        on_progress: told of each step; may raise Cancelled.
        folds: how many models are trained.

    Raises:
        TooManyFolds, TooFewExamples: there is too little to hold out.
    """
    bare = replace(data, examples=tuple(replace(example, entities=()) for example in data.examples))
    return suspicious_labels(measure_folds(bare, checkpoint, arguments, folds, on_progress, entities=()))


def suspicious_labels(measured: Measured) -> list[Suspicion]:
    """Returns the examples whose label is doubted, the surest doubts first.

    Args:
        measured: examples, each with what a model that was not trained on it understood.
    """
    usual = _usual_confidence(measured)
    found: list[Suspicion] = []
    for example, parse in zip(measured.examples, measured.parses, strict=True):
        best = parse.intent
        own = _confidence(parse, example.intent)
        if best.name != example.intent and best.confidence >= usual.get(best.name, 1.0) and own <= MOST_OWN:
            found.append(Suspicion(example.text, example.place, example.intent, best.name, best.confidence, own))
    return sorted(found, key=lambda suspicion: (-suspicion.confidence, suspicion.own, suspicion.text))


def _usual_confidence(measured: Measured) -> Mapping[str, float]:
    """Returns how sure a model is of the examples that have an intent and are understood so, by intent."""
    confidences: dict[str, list[float]] = defaultdict(list)
    for example, parse in zip(measured.examples, measured.parses, strict=True):
        if parse.intent.name == example.intent:
            confidences[example.intent].append(parse.intent.confidence)
    return {intent: max(LEAST_SURE, sum(values) / len(values)) for intent, values in confidences.items()}


def _confidence(parse: Parse, intent: str) -> float:
    """Returns the probability of one intent, or of one response of a retrieval intent."""
    group = intent.split("/", maxsplit=1)[0]
    responses = parse.responses.get(group)
    if responses is None:
        return next((score.confidence for score in parse.intent_ranking if score.name == intent), 0.0)
    total = next((score.confidence for score in parse.intent_ranking if score.name.startswith(f"{group}/")), 0.0)
    return total * next((score.confidence for score in responses if score.name == intent), 0.0)
