"""Trains a model from examples: the way from TrainingData to a model folder, in one function."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits
from tokenizers import Tokenizer

from assistant.albert.plain_checkpoint import PlainCheckpoint
from assistant.errors import TooFewExamples
from assistant.messages import Progress
from assistant.nlu.extractors import Extractors
from assistant.nlu.intents import IntentRanker
from assistant.nlu.model_folder import ModelParts, ModelSettings
from assistant.nlu.novelty import Novelty
from assistant.project import shipped_signals
from assistant.training.beside import Beside
from assistant.training.chain import with_chain
from assistant.training.encoding import encode_plain
from assistant.training.fast import train_fast
from assistant.training.features import Labels
from assistant.training.held_out import Reading, write_readings
from assistant.training.likeness import BesideHead, Measured, fit_likeness, fit_likeness_of_many
from assistant.training.outcome import Task, features_of
from assistant.training.precision import choose_precision
from assistant.training.roles import fit_roles, without_roles
from assistant.training.saving import check_output, fingerprint, save_model
from assistant.training.scoring import intent_figures
from assistant.training.several import fit_several
from assistant.training.signal_transfer import heads_for
from assistant.training.spelling import are_many, fit_spelling_of_many
from assistant.training.split import partition

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from assistant.albert.checkpoint import Checkpoint
    from assistant.messages import ProgressCallback
    from assistant.nlu.chain import TagChain
    from assistant.nlu.signals.heads import SignalHeads
    from assistant.nlu.training_data import Example, TrainingData
    from assistant.training.arguments import Mode, TrainingArguments
    from assistant.training.outcome import Outcome
    from assistant.training.precision import Precision, PrecisionChoice
    from assistant.training.saving import Companion
    from assistant.training.scoring import HeldOut
    from assistant.training.several import FittedSeveral

MIN_INTENTS = 2
MIN_EXAMPLES = 4
RANDOM = "random initialisation"

# Epochs, the encoder's rate, the embeddings' factor on it, the decay from application to application, and both heads' rates. In an
# encoder that knows nothing the words must move far, while the layer, whose gradient is a sum over its applications, must not. In a
# pretrained one the factor gives back what the decay of six applications takes from the embeddings: see the README's ablation.
PRETRAINED = (8, 3e-4, 1.9, 0.9, 2e-3, 1e-4)
UNTRAINED = (12, 2e-4, 15.0, 1.0, 1e-3, 1e-3)


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """What came of a training run.

    Attributes:
        folder: the model.
        metrics: on held-out examples: ``intent_accuracy``, ``calibration_error`` and, where entities are annotated,
            ``entity_f1``; empty when nothing could be held out.
        n_examples, n_intents: what it was trained on.
        best_epoch: the one that was kept, 0 where the encoder as it came did best; None in fast mode.
        seconds: by the clock.
        mode: how it was trained.
        precision: of the numbers that the model answers with.
    """

    folder: Path
    metrics: Mapping[str, float]
    n_examples: int
    n_intents: int
    best_epoch: int | None
    seconds: float
    mode: Mode
    precision: Precision


def train_model(
    data: TrainingData,
    dev: TrainingData | None,
    checkpoint: Checkpoint | PlainCheckpoint,
    arguments: TrainingArguments,
    output: Path,
    on_progress: ProgressCallback,
    *,
    entities: Collection[str] | None = None,
    companion: Companion | None = None,
    cache: Path | None = None,
) -> TrainingResult:
    """Trains a model and writes its folder.

    Args:
        data: to train on.
        dev: to choose the best epoch and the calibration by; None holds out examples of ``data``.
        checkpoint: the encoder to start from; it is left as it is. ``full`` mode wants torch's.
        arguments: of the run.
        output: the folder to write or replace.
        on_progress: told of each step, stages ``encode``, ``heads``, ``train`` and ``export``; may raise Cancelled.
        entities: the types that regexes and lookup lists may extract; None means all of their names.
        companion: writes more files into the model folder before it is sealed.
        cache: a folder that keeps in ``fast`` mode what the encoder makes of texts, for the next training; None keeps nothing.
            The model is the same with it and without.

    Raises:
        TooFewExamples: there are fewer than two intents, or hardly any examples.
        BadPattern: a regex cannot be used.
        NotAModelFolder: the output folder holds something else.
        TrainingDiverged, ExportDiffers, CannotWrite: training failed; the output folder is as it was.
    """
    started = time.perf_counter()
    check_output(output)
    labels = _labels(without_roles(data))
    extractors = Extractors.of(data, entities)
    with threadpool_limits(1, "blas"):  # sums depend on the number of threads, and models must not depend on the machine's cores
        extractors = replace(extractors, roles=fit_roles(data.examples))
        plain = checkpoint if isinstance(checkpoint, PlainCheckpoint) else checkpoint.plain()
        task = _task(data, dev, plain, arguments, labels, on_progress, cache)
        outcome = _trained(checkpoint, plain, task)
        unseen = _measured(outcome, len(data.examples), dev, labels)
        outcome, beside_head, chain = _with_readers(outcome, without_roles(data), unseen, task)
        several = fit_several(outcome.frozen.vectors, task.intents, arguments.seed)
        told = _told(outcome.held, several, unseen, labels)
        on_progress(Progress("export", 0, 1))
        model = _Finished(replace(plain, weights=outcome.weights, tokenizer=task.tokenizer), outcome, task)
        measured = data.examples if dev is None else dev.examples
        metrics = outcome.held.metrics()
        if several and told:
            metrics |= _figures(outcome.held, told, labels)
        choice = model.choice()
        signals = model.signals(plain)
        metadata = {
            "kind": "model",
            "checkpoint": {key: value for key, value in plain.manifest.items() if key not in {"format", "files"}},
            "arguments": task.arguments.as_json(),
            "metrics": metrics,
            "n_examples": len(data.examples),
            "n_intents": len(labels.intents),
            "best_epoch": outcome.best_epoch,
        }
        metadata |= {"signals": signals[1]} if signals else {}
        novelty = Novelty.of(outcome.frozen.vectors, task.intents, outcome.is_unseen)
        weighing = signals[0] if signals else None
        spelling, likeness = beside_head.spelling, beside_head.likeness
        at_once = several.several if several else None
        parts = ModelParts(model.settings(choice.precision), extractors, novelty, at_once, weighing, spelling, chain, likeness)
        beside = _with_readings(model.readings(measured, told), companion)
        save_model(output, model.encoder, outcome.heads, parts, metadata, choice, beside)
    on_progress(Progress("export", 1, 1, metrics))
    return TrainingResult(
        folder=output,
        metrics=metrics,
        n_examples=len(data.examples),
        n_intents=len(labels.intents),
        best_epoch=outcome.best_epoch,
        seconds=time.perf_counter() - started,
        mode=arguments.mode,
        precision=choice.precision,
    )


def _task(
    data: TrainingData,
    dev: TrainingData | None,
    checkpoint: PlainCheckpoint,
    arguments: TrainingArguments,
    labels: Labels,
    on_progress: ProgressCallback,
    cache: Path | None,
) -> Task:
    """Returns the examples in numbers, and what else training needs to know."""
    tokenizer = Tokenizer.from_str(checkpoint.tokenizer.to_str())
    tokenizer.no_padding()
    tokenizer.enable_truncation(_max_pieces(arguments, checkpoint.config))
    return Task(
        features=features_of(without_roles(data), tokenizer, labels) or [],
        dev=features_of(None if dev is None else without_roles(dev), tokenizer, labels),
        labels=labels,
        tokenizer=tokenizer,
        arguments=_resolved(arguments, is_pretrained=checkpoint.manifest.get("method") != RANDOM),
        pad=getattr(checkpoint.config, "pad_token_id", None) or 0,
        cache=None if arguments.mode == "full" else cache,
        encoder_name=fingerprint(checkpoint.weights, tokenizer, "float32"),
        on_progress=on_progress,
    )


def _max_pieces(arguments: TrainingArguments, config: Any) -> int:
    return min(arguments.max_pieces, int(config.max_position_embeddings))


def _trained(checkpoint: Checkpoint | PlainCheckpoint, plain: PlainCheckpoint, task: Task) -> Outcome:
    if task.arguments.mode == "fast":
        return train_fast(plain.weights, task)
    from assistant.training.full import train_full

    assert not isinstance(checkpoint, PlainCheckpoint), "training the encoder takes torch's checkpoint"  # noqa: S101
    return train_full(checkpoint, task, is_pretrained=plain.manifest.get("method") != RANDOM)


def _with_readers(
    outcome: Outcome, data: TrainingData, measured: Measured, task: Task
) -> tuple[Outcome, BesideHead, TagChain | None]:
    """Returns the outcome with what all say together of held-out examples, what is heard beside the head, and the chain of tags."""
    texts, intents = [example.text for example in data.examples], [feature.intent for feature in task.features]
    with Beside(lambda _: with_chain(outcome, task), task.on_progress) as part:
        beside_head, told = _of_intents(texts, intents, outcome, measured)
        chained, chain = part.result()
    tagged = chained.held
    both = replace(told, gold=tagged.gold, found=tagged.found, tag_logits=tagged.tag_logits)
    return replace(outcome, held=both), beside_head, chain


def _measured(outcome: Outcome, n_examples: int, dev: TrainingData | None, labels: Labels) -> Measured:
    """Returns the held-out examples in the order in which the outcome says something of them.

    Args:
        outcome: of fitting the heads.
        n_examples: that were trained on.
        dev: measured on in their place, where there are any.
        labels: of the model.
    """
    rows = outcome.held.rows
    if dev is not None:
        texts = [example.text for example in dev.examples if example.intent in labels.intents]
        return Measured([texts[row] for row in rows], outcome.unseen.frozen.vectors[rows])
    is_unseen = outcome.is_unseen
    places = list(range(n_examples)) if is_unseen is None else np.flatnonzero(is_unseen).tolist()
    chosen = [places[row] for row in rows]
    return Measured(chosen, outcome.frozen.vectors[np.array(chosen, dtype=np.int64)])


def _told(held: HeldOut, fitted: FittedSeveral | None, measured: Measured, labels: Labels) -> list[tuple[str, float]]:
    """Returns the intent found in each held-out example, and its probability, as the model will say them."""
    if fitted is None:
        return [(labels.intents[found], confidence) for found, confidence in held.found_intents()]
    ranker = IntentRanker(labels.intents, held.calibration(), fitted.several)
    found: list[tuple[str, float]] = []
    for place, vector, logits in zip(measured.places, measured.vectors, held.logits, strict=True):
        odds = fitted.held[place] if isinstance(place, int) else fitted.several.odds(vector)
        found.append(ranker.agreed(fitted.several.ranked(odds), logits)[0])
    return found


def _figures(held: HeldOut, told: Sequence[tuple[str, float]], labels: Labels) -> dict[str, float]:
    names, confidences = zip(*told, strict=True)
    return intent_figures(np.array(names) == np.array([labels.intents[right] for right in held.intents]), confidences)


def _of_intents(texts: Sequence[str], intents: Sequence[int], outcome: Outcome, measured: Measured) -> tuple[BesideHead, HeldOut]:
    """Returns what is heard beside the head, and what all together say of held-out examples."""
    vectors, n_intents = outcome.frozen.vectors, len(outcome.heads.intent.bias)
    if not are_many(len(texts), measured.places):
        return fit_likeness(texts, vectors, intents, n_intents, outcome.held, measured)
    alike, held = fit_likeness_of_many(vectors, intents, n_intents, outcome.held, measured)
    joined = outcome.frozen.joined
    trial, whole = outcome.trial.intent_logits(joined), outcome.heads.intent_logits(joined)
    if alike is not None:
        trial, whole = trial + alike.trial.logits(vectors), whole + alike.whole.logits(vectors)
    spelling, held = fit_spelling_of_many(texts, intents, held, measured.places, (trial, whole))
    return BesideHead(None if alike is None else alike.whole, spelling), held


class _Finished:
    """A trained model that is about to be written: what remains to be found out about it."""

    def __init__(self, encoder: PlainCheckpoint, outcome: Outcome, task: Task) -> None:
        self.encoder = encoder
        self._outcome = outcome
        self._task = task
        is_full = task.arguments.mode == "full"
        self._name = fingerprint(encoder.weights, encoder.tokenizer, "float32") if is_full else task.encoder_name

    def choice(self) -> PrecisionChoice:
        """Returns the numbers to answer with."""
        outcome, task = self._outcome, self._task
        threads = task.arguments.threads or 0
        return choose_precision(outcome.weights, outcome.trial, outcome.unseen, cache=task.cache, key=self._name, threads=threads)

    def readings(self, examples: Sequence[Example], told: Sequence[tuple[str, float]]) -> list[Reading]:
        """Returns what is said of each held-out example.

        Args:
            examples: the development examples; the data where there are none, some of which were held out then.
            told: the intent found in each held-out example, with its probability.
        """
        outcome = self._outcome
        if outcome.is_unseen is not None:
            examples = partition(examples, outcome.is_unseen)[1]
        return [
            Reading(examples[row].text, examples[row].intent, found, round(confidence, 6))
            for row, (found, confidence) in zip(outcome.held.rows, told, strict=True)
        ]

    def signals(self, checkpoint: PlainCheckpoint) -> tuple[SignalHeads, dict[str, Any]] | None:
        """Returns the shipped heads for sentiment and moderation as this encoder needs them, and what to say of them.

        Args:
            checkpoint: as it came: its tokenizer cuts nothing off, as that of the encoder that the heads were made for.
        """
        folder = shipped_signals()
        if folder is None:
            return None
        name = fingerprint(self.encoder.weights, checkpoint.tokenizer, "float32")
        return heads_for(folder, name, lambda texts: encode_plain(self.encoder, texts))

    def settings(self, precision: str) -> ModelSettings:
        """Returns what the model's numbers mean."""
        labels = self._task.labels
        return ModelSettings(
            intents=labels.intents,
            kinds=labels.scheme.kinds,
            calibration=self._outcome.held.calibration(),
            max_pieces=_max_pieces(self._task.arguments, self.encoder.config),
            hidden=self.encoder.config.hidden_size,
            fingerprint=fingerprint(self.encoder.weights, self.encoder.tokenizer, precision),
            mode=self._task.arguments.mode,
        )


def _with_readings(readings: Sequence[Reading], companion: Companion | None) -> Companion:
    """Returns what writes the readings beside what another companion writes."""

    def write(folder: Path) -> dict[str, Any]:
        write_readings(folder, readings)
        return companion(folder) if companion else {}

    return write


def _labels(data: TrainingData) -> Labels:
    labels = Labels.of(data.examples)
    if len(labels.intents) < MIN_INTENTS or len(data.examples) < MIN_EXAMPLES:
        where = data.examples[0].place if data.examples else "training data"
        raise TooFewExamples(where=where, n_intents=len(labels.intents), n_examples=len(data.examples))
    return labels


def default_epochs(*, is_pretrained: bool) -> int:
    """Returns the most epochs that ``full`` training takes by default."""
    return (PRETRAINED if is_pretrained else UNTRAINED)[0]


def _resolved(arguments: TrainingArguments, *, is_pretrained: bool) -> TrainingArguments:
    if arguments.mode == "fast":
        return arguments
    names = ("epochs", "encoder_rate", "embedding_factor", "layer_decay", "head_rate", "intent_rate")
    defaults = zip(names, PRETRAINED if is_pretrained else UNTRAINED, strict=True)
    missing: dict[str, Any] = {name: value for name, value in defaults if getattr(arguments, name) is None}
    return replace(arguments, **missing)
