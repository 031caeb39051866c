"""Measures understanding: intents, entities, whole sentences, calibration, and what went wrong."""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from assistant.evaluation.entity_scores import Score, score_entities

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from assistant.albert.checkpoint import Checkpoint
    from assistant.messages import Entity, Parse, Progress, ProgressCallback
    from assistant.nlu.training_data import Example, TrainingData
    from assistant.training.arguments import TrainingArguments

MAX_CONFUSIONS = 20
MAX_SHOWN = 10


class Parser(Protocol):
    """Whatever parses many messages: an Interpreter, or something measured against it."""

    def parse_many(self, texts: Sequence[str]) -> list[Parse]:
        """Returns a Parse for each text, in order."""
        ...


@dataclass(frozen=True, slots=True)
class NluError:
    """An example that was not understood in every part.

    Attributes:
        text: the example; place: where it stands.
        intent, predicted: the right intent and the one found; the same when only entities are wrong.
        confidence: of the one found.
        entities, found: as ``(type, start, end)``.
    """

    text: str
    place: str
    intent: str
    predicted: str
    confidence: float
    entities: tuple[tuple[str, int, int], ...]
    found: tuple[tuple[str, int, int], ...]


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
        sentence_accuracy: share of examples whose intent and entities are all right.
        calibration_error: mean distance between confidence and accuracy.
        confusions: (right, found, times), the most frequent first.
        errors: the most confident first.
    """

    n_examples: int
    intent_accuracy: float
    intent_macro_f1: float
    intents: Mapping[str, Score]
    entity: Score
    entities: Mapping[str, Score]
    sentence_accuracy: float
    calibration_error: float
    confusions: tuple[tuple[str, str, int], ...]
    errors: tuple[NluError, ...]

    def as_json(self) -> dict[str, Any]:
        """Returns the report as JSON."""
        data = asdict(self)
        data["confusions"] = [{"intent": right, "predicted": found, "times": times} for right, found, times in self.confusions]
        return data

    def as_text(self) -> str:
        """Returns the report for people: the weakest intents and entities first, then the surest errors."""
        lines = [f"  {'intent':<28} {'precision':>9} {'recall':>7} {'F1':>6} {'examples':>9}"]
        lines += [_row(name, score) for name, score in _weakest_first(self.intents)]
        if self.entities:
            lines += ["", f"  {'entity':<28} {'precision':>9} {'recall':>7} {'F1':>6} {'examples':>9}"]
            lines += [_row(name, score) for name, score in _weakest_first(self.entities)]
        if self.confusions:
            lines += ["", "  most often taken for something else"]
            lines += [f"  {times:>4} times  {right} taken for {found}" for right, found, times in self.confusions[:MAX_SHOWN]]
        if self.errors:
            lines += ["", "  surest errors"]
            lines += [
                f"  {e.confidence:.2f}  {e.text!r} is {e.intent}, taken for {e.predicted} ({e.place})" for e in self._surest()
            ]
        figures = f"intent accuracy {self.intent_accuracy:.3f}, macro F1 {self.intent_macro_f1:.3f}, entity F1 {self.entity.f1:.3f}"
        rest = f"sentence accuracy {self.sentence_accuracy:.3f}, calibration error {self.calibration_error:.3f}"
        return "\n".join([*lines, "", f"{self.n_examples} examples: {figures}, {rest}"])

    def _surest(self) -> list[NluError]:
        return [error for error in self.errors if error.intent != error.predicted][:MAX_SHOWN]


def _weakest_first(scores: Mapping[str, Score]) -> list[tuple[str, Score]]:
    return sorted(scores.items(), key=lambda item: (item[1].f1, item[0]))


def _row(name: str, score: Score) -> str:
    return f"  {name:<28} {score.precision:>9.3f} {score.recall:>7.3f} {score.f1:>6.3f} {score.support:>9}"


def evaluate(parser: Parser, examples: Sequence[Example]) -> NluReport:
    """Returns how well the examples are understood.

    Args:
        parser: an Interpreter, or anything else that parses.
        examples: with the right intents and entities; not those that the model was trained on.
    """
    return report_on(examples, parser.parse_many([example.text for example in examples]))


def report_on(examples: Sequence[Example], parses: Sequence[Parse]) -> NluReport:
    """Returns the report on parses that are there already, one an example."""
    import numpy as np

    from assistant.training.calibration import calibration_error

    right = [example.intent for example in examples]
    found = [parse.intent.name for parse in parses]
    is_right = np.array([a == b for a, b in zip(right, found, strict=True)], dtype=bool)
    intents = _score_intents(right, found)
    errors = _errors(examples, parses)
    overall, by_type = score_entities([example.text for example in examples], _gold(examples), [p.entities for p in parses])
    n = len(examples)
    return NluReport(
        n_examples=n,
        intent_accuracy=float(is_right.mean()) if n else 0.0,
        intent_macro_f1=sum(score.f1 for score in intents.values()) / len(intents) if intents else 0.0,
        intents=intents,
        entity=overall,
        entities=by_type,
        sentence_accuracy=1 - len(errors) / n if n else 0.0,
        calibration_error=calibration_error(np.array([parse.intent.confidence for parse in parses]), is_right),
        confusions=_confusions(right, found),
        errors=errors,
    )


def cross_validate(
    data: TrainingData,
    checkpoint: Checkpoint,
    arguments: TrainingArguments,
    folds: int = 5,
    on_progress: ProgressCallback | None = None,
    *,
    entities: Collection[str] | None = None,
) -> NluReport:
    """Returns how well models trained on all other folds understand each fold: every example is measured once, unseen.

    Args:
        data: split by intent.
        checkpoint: the encoder to start from in every fold.
        arguments: of each training.
        folds: how many models are trained.
        on_progress: told of each step of each training, with the fold among the metrics; may raise Cancelled.
        entities: the types that regexes and lookup lists may extract; None means all of their names.
    """
    from assistant.nlu.interpreter import Interpreter
    from assistant.training.split import assign_folds
    from assistant.training.trainer import train_model

    assigned = assign_folds([example.intent for example in data.examples], folds, arguments.seed)
    parses: dict[int, Parse] = {}
    for fold in range(folds):
        inside = replace(data, examples=tuple(e for e, f in zip(data.examples, assigned, strict=True) if f != fold))
        outside = [row for row, f in enumerate(assigned) if f == fold]
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "model"
            train_model(inside, None, checkpoint, arguments, output, _in_fold(on_progress, fold), entities=entities)
            found = Interpreter.load(output).parse_many([data.examples[row].text for row in outside])
        parses |= dict(zip(outside, found, strict=True))
    return report_on(data.examples, [parses[row] for row in range(len(data.examples))])


def _in_fold(on_progress: ProgressCallback | None, fold: int) -> ProgressCallback:
    def report(progress: Progress) -> None:
        if on_progress is not None:
            on_progress(replace(progress, metrics=dict(progress.metrics) | {"fold": fold + 1}))

    return report


def _gold(examples: Sequence[Example]) -> list[Sequence[Entity]]:
    return [example.entities for example in examples]


def _score_intents(right: Sequence[str], found: Sequence[str]) -> dict[str, Score]:
    if not right:
        return {}
    from sklearn.metrics import precision_recall_fscore_support

    names = sorted(set(right))
    columns = precision_recall_fscore_support(right, found, labels=names, zero_division=0)
    return {name: Score(float(p), float(r), float(f), int(n)) for name, p, r, f, n in zip(names, *columns, strict=True)}


def _errors(examples: Sequence[Example], parses: Sequence[Parse]) -> tuple[NluError, ...]:
    errors: list[NluError] = []
    for example, parse in zip(examples, parses, strict=True):
        gold, found = _keys(example.entities), _keys(parse.entities)
        if example.intent != parse.intent.name or gold != found:
            best = parse.intent
            shown = (tuple(key[:3] for key in gold), tuple(key[:3] for key in found))
            errors.append(NluError(example.text, str(example.place), example.intent, best.name, best.confidence, *shown))
    return tuple(sorted(errors, key=lambda error: (error.intent == error.predicted, -error.confidence, error.text)))


def _keys(entities: Sequence[Entity]) -> list[tuple[str, int, int, str, str]]:
    return sorted((e.entity, e.start, e.end, e.role or "", e.group or "") for e in entities)


def _confusions(right: Sequence[str], found: Sequence[str]) -> tuple[tuple[str, str, int], ...]:
    from collections import Counter

    counts = Counter((a, b) for a, b in zip(right, found, strict=True) if a != b)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple((a, b, times) for (a, b), times in ordered[:MAX_CONFUSIONS])
