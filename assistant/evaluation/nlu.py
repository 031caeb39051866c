"""Measures understanding: one model on held-out examples, or models trained on folds of them."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from assistant.errors import NothingToMeasure, TooManyFolds
from assistant.evaluation.measured import Measured
from assistant.messages import Progress

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from assistant.albert.checkpoint import Checkpoint
    from assistant.albert.plain_checkpoint import PlainCheckpoint
    from assistant.evaluation.nlu_report import NluReport
    from assistant.messages import Parse, ProgressCallback
    from assistant.nlu.training_data import Example, TrainingData
    from assistant.nlu.values.extractor import ValueExtractor
    from assistant.training.arguments import TrainingArguments

CHUNK = 256
"""Texts that are parsed between two reports of progress."""


class Parser(Protocol):
    """Whatever parses many messages: an Interpreter, or something measured against it."""

    def parse_many(self, texts: Sequence[str]) -> list[Parse]:
        """Returns a Parse for each text, in order."""
        ...


def evaluate(parser: Parser, examples: Sequence[Example]) -> NluReport:
    """Returns how well the examples are understood; see `measure`."""
    return measure(parser, examples).report()


def measure(
    parser: Parser, examples: Sequence[Example], outside: Sequence[str] = (), on_progress: ProgressCallback | None = None
) -> Measured:
    """Returns what is understood of the examples.

    Args:
        parser: an Interpreter, or anything else that parses.
        examples: with the right intents and entities; not those that the model was trained on.
        outside: texts that no intent covers.
        on_progress: told of each chunk of texts, stage ``parse``; may raise Cancelled.
    """
    texts = [*(example.text for example in examples), *outside]
    parses: list[Parse] = []
    for first in range(0, len(texts), CHUNK):
        parses += parser.parse_many(texts[first : first + CHUNK])
        if on_progress is not None:
            on_progress(Progress("parse", len(parses), len(texts)))
    return Measured.of(examples, parses[: len(examples)], parses[len(examples) :])


def measure_folds(
    data: TrainingData,
    checkpoint: Checkpoint | PlainCheckpoint,
    arguments: TrainingArguments,
    folds: int = 5,
    on_progress: ProgressCallback | None = None,
    *,
    entities: Collection[str] | None = None,
    outside: Sequence[str] = (),
    values: Sequence[ValueExtractor] = (),
) -> Measured:
    """Returns what models trained on all other folds understand of each fold: every example is measured once, unseen.

    Args:
        data: split by intent.
        checkpoint: the encoder to start from in every fold.
        arguments: of each training.
        folds: how many models are trained, at least 2.
        on_progress: told of each step of each training, and of each fold that is done, stage ``folds``; the metrics say which fold
            it is. May raise Cancelled.
        entities: the types that regexes and lookup lists may extract; None means all of their names.
        outside: texts that no intent covers; each model parses them, and all of these parses count.
        values: what finds times, amounts and the like beside the models.

    Raises:
        NothingToMeasure: there are no examples.
        TooManyFolds: there are fewer examples than folds.
        TooFewExamples: what is left in a fold is too little to train on.
    """
    from assistant.nlu.interpreter import Interpreter
    from assistant.training.split import assign_folds
    from assistant.training.trainer import train_model

    if not data.examples:
        raise NothingToMeasure(where="the training data")
    if folds > len(data.examples):
        raise TooManyFolds(folds=folds, n_examples=len(data.examples))
    assigned = assign_folds([example.intent for example in data.examples], folds, arguments.seed)
    parses: dict[int, Parse] = {}
    strange: list[Parse] = []
    with tempfile.TemporaryDirectory() as folder:
        output, cache = Path(folder) / "model", Path(folder) / "cache"  # a frozen encoder reads each text once for all folds
        for fold in range(folds):
            inside = replace(data, examples=tuple(e for e, f in zip(data.examples, assigned, strict=True) if f != fold))
            rows = [row for row, f in enumerate(assigned) if f == fold]
            told = _in_fold(on_progress, fold)
            train_model(inside, None, checkpoint, arguments, output, told, entities=entities, cache=cache)
            model = Interpreter.load(output, values=values)
            parses |= dict(zip(rows, model.parse_many([data.examples[row].text for row in rows]), strict=True))
            strange += model.parse_many(outside)
            told(Progress("folds", fold + 1, folds))
    return Measured.of(data.examples, [parses[row] for row in range(len(data.examples))], strange)


def _in_fold(on_progress: ProgressCallback | None, fold: int) -> ProgressCallback:
    def report(progress: Progress) -> None:
        if on_progress is not None:
            on_progress(replace(progress, metrics=dict(progress.metrics) | {"fold": fold + 1}))

    return report
