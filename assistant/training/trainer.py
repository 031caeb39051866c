"""Trains a model from examples: the way from TrainingData to a model folder, in one function."""

from __future__ import annotations

import copy
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch
from tokenizers import Tokenizer

from assistant.albert.encode import encode_on_runtime
from assistant.albert.joint import JointAlbert, JointHeads
from assistant.errors import TooFewExamples
from assistant.messages import Progress
from assistant.nlu.extractors import Extractors
from assistant.nlu.model_folder import ModelParts, ModelSettings
from assistant.nlu.novelty import Novelty
from assistant.project import shipped_signals
from assistant.training.encoding import Frozen, encode_frozen
from assistant.training.features import Features, Labels, make_features
from assistant.training.finetuning import FineTuning
from assistant.training.frozen import start_heads, train_heads
from assistant.training.held_out import Reading, write_readings
from assistant.training.precision import Held, choose_precision
from assistant.training.roles import fit_roles, without_roles
from assistant.training.saving import check_output, fingerprint, save_model
from assistant.training.several import fit_several
from assistant.training.signal_transfer import heads_for
from assistant.training.split import hold_out, partition
from assistant.training.vector_cache import VectorCache

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from assistant.albert.checkpoint import Checkpoint
    from assistant.messages import ProgressCallback
    from assistant.nlu.several import Several
    from assistant.nlu.signals.heads import SignalHeads
    from assistant.nlu.training_data import Example, TrainingData
    from assistant.training.arguments import Mode, TrainingArguments
    from assistant.training.precision import Precision
    from assistant.training.saving import Companion
    from assistant.training.scoring import HeldOut

MIN_INTENTS = 2
MIN_EXAMPLES = 4
RANDOM = "random initialisation"

# Epochs, the encoder's rate, the embeddings' factor on it, and the decay from application to application. In an encoder that knows
# nothing the words must move far, while the layer, whose gradient is a sum over its applications, must not.
PRETRAINED = (10, 2e-4, 1.0, 0.9)
UNTRAINED = (12, 2e-4, 15.0, 1.0)


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
    checkpoint: Checkpoint,
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
        dev: to choose the best epoch and the temperature by; None holds out examples of ``data``.
        checkpoint: the encoder to start from; it is left as it is.
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
    tagged, tagged_dev = without_roles(data), None if dev is None else without_roles(dev)
    labels = _labels(tagged)
    extractors = Extractors.of(data, entities)
    with _seeded(arguments):
        extractors = replace(extractors, roles=fit_roles(data.examples))
        run = _Run(tagged, tagged_dev, checkpoint, arguments, labels, on_progress, cache)
        outcome = run.fast() if arguments.mode == "fast" else run.full()
        novelty = run.novelty()
        on_progress(Progress("export", 0, 1))
        choice = choose_precision(outcome.tested, outcome.unseen, *run.kept())
        settings = run.settings(outcome.held.temperature(), choice.precision)
        metrics = outcome.held.metrics()
        metadata = {
            "kind": "model",
            "checkpoint": {key: value for key, value in checkpoint.manifest.items() if key not in {"format", "files"}},
            "arguments": run.arguments.as_json(),
            "metrics": metrics,
            "n_examples": len(data.examples),
            "n_intents": len(labels.intents),
            "best_epoch": outcome.best_epoch,
        }
        measured = data.examples if dev is None else dev.examples
        signals = run.signals(checkpoint)
        metadata |= {"signals": signals[1]} if signals else {}
        parts = ModelParts(settings, extractors, novelty, run.several(), signals[0] if signals else None)
        beside = _with_readings(run.readings(outcome.held, measured), companion)
        save_model(output, run.model, run.tokenizer, parts, metadata, choice, beside)
    on_progress(Progress("export", 1, 1, metrics))
    seconds = time.perf_counter() - started
    return TrainingResult(
        folder=output,
        metrics=metrics,
        n_examples=len(data.examples),
        n_intents=len(labels.intents),
        best_epoch=outcome.best_epoch,
        seconds=seconds,
        mode=arguments.mode,
        precision=choice.precision,
    )


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of fitting.

    Attributes:
        held: what is said of held-out examples.
        tested: the model with heads that were not fitted to the unseen examples.
        unseen: examples to choose the precision by.
        best_epoch: the one that was kept, 0 where the encoder as it came did best; None in fast mode.
    """

    held: HeldOut
    tested: JointAlbert
    unseen: Held
    best_epoch: int | None = None


class _Run:
    """A model on its way: the copy of the encoder, heads for the labels, and the examples in numbers."""

    def __init__(
        self,
        data: TrainingData,
        dev: TrainingData | None,
        checkpoint: Checkpoint,
        arguments: TrainingArguments,
        labels: Labels,
        on_progress: ProgressCallback,
        cache: Path | None = None,
    ) -> None:
        self.arguments = _resolved(arguments, is_pretrained=checkpoint.manifest.get("method") != RANDOM)
        self.labels = labels
        self._on_progress = on_progress
        self._pad = checkpoint.config.pad_token_id or 0
        self._max_pieces = min(arguments.max_pieces, checkpoint.config.max_position_embeddings)
        self.tokenizer = Tokenizer.from_str(checkpoint.tokenizer.to_str())
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(self._max_pieces)
        config = checkpoint.config
        heads = JointHeads(config.hidden_size, config.num_hidden_layers + 1, len(labels.intents), labels.n_tags, arguments.dropout)
        self.model = JointAlbert(copy.deepcopy(checkpoint.model), heads)
        self.model.eval()
        self._features = make_features(data.examples, self.tokenizer, labels)
        self._dev = None if dev is None else make_features(dev.examples, self.tokenizer, labels)
        self._cache_folder = cache
        self._frozen: Frozen | None = None
        self._unseen: list[bool] | None = None

    def fast(self) -> _Outcome:
        """Trains the heads."""
        has_tags = self.labels.n_tags > 1
        self._frozen = self._encode(self._features, has_tags=has_tags, cache=self._cache())
        dev = self._encode(self._dev, has_tags=has_tags) if self._dev else None
        trained = train_heads(self.model.heads, self._frozen, dev, self.labels, self.arguments, self._on_progress)
        tested = JointAlbert(self.model.encoder, trained.trial).eval()
        if trained.rows is None:
            return _Outcome(trained.held, tested, Held(self._dev or [], dev or self._frozen))
        unseen = [feature for feature, is_held in zip(self._features, trained.rows.tolist(), strict=True) if is_held]
        return _Outcome(trained.held, tested, Held(unseen, self._frozen.only(trained.rows)))

    def full(self) -> _Outcome:
        """Trains encoder and heads."""
        data, dev = self._features, self._dev
        if dev is None:
            intents = [self.labels.intents[feature.intent] for feature in data]
            self._unseen = hold_out(intents, self.arguments.dev_share, self.arguments.seed)
            data, dev = partition(data, self._unseen)
        has_tags = self.labels.n_tags > 1
        start_heads(self.model.heads, self._encode(data, has_tags=has_tags), self.labels, self.arguments, self._on_progress)
        tuning = FineTuning(self.model, self.labels, self.arguments, pad=self._pad, on_progress=self._on_progress)
        held, best_epoch = tuning.run(data, dev)
        self.model.eval()
        unseen = Held(dev, self._encode(dev, has_tags=has_tags)) if dev else Held([], self._encode(data[:1], has_tags=False))
        return _Outcome(held, self.model, unseen, best_epoch)

    def readings(self, held: HeldOut, examples: Sequence[Example]) -> list[Reading]:
        """Returns what is said of each held-out example.

        Args:
            held: what is said.
            examples: the development examples; the data where there are none, some of which were held out then.
        """
        if self._dev is None and self._unseen is not None:
            examples = partition(examples, self._unseen)[1]
        names = self.labels.intents
        return [
            Reading(examples[row].text, examples[row].intent, names[found], round(confidence, 6))
            for row, (found, confidence) in zip(held.rows, held.found_intents(), strict=True)
        ]

    def novelty(self) -> Novelty:
        """Returns what is familiar to the model as it is now."""
        return Novelty.of(self._vectors().vectors.numpy(), self._intents(), self._unseen)

    def several(self) -> Several | None:
        """Returns what tells several intents at once, where examples join intents."""
        return fit_several(self._vectors().vectors, self._intents(), self.arguments.seed)

    def _vectors(self) -> Frozen:
        self._frozen = self._frozen or self._encode(self._features, has_tags=False)
        return self._frozen

    def _intents(self) -> list[str]:
        return [self.labels.intents[i] for i in self._vectors().intents.tolist()]

    def signals(self, checkpoint: Checkpoint) -> tuple[SignalHeads, dict[str, Any]] | None:
        """Returns the shipped heads for sentiment and moderation as this encoder needs them, and what to say of them."""
        folder = shipped_signals()
        if folder is None:
            return None
        trained = replace(checkpoint, model=self.model.encoder)
        name = fingerprint(self.model.encoder, self.tokenizer, "float32")
        return heads_for(folder, name, lambda texts: encode_on_runtime(trained, texts, max_tokens=self._max_pieces, threads=1))

    def settings(self, temperature: float, precision: str) -> ModelSettings:
        """Returns what the model's numbers mean."""
        return ModelSettings(
            intents=self.labels.intents,
            kinds=self.labels.scheme.kinds,
            temperature=temperature,
            max_pieces=self._max_pieces,
            hidden=self.model.encoder.config.hidden_size,
            fingerprint=fingerprint(self.model.encoder, self.tokenizer, precision),
            mode=self.arguments.mode,
        )

    def kept(self) -> tuple[Path | None, str]:
        """Returns where things are kept of the encoder, and its name; no place where training changes it."""
        if self._cache_folder is None or self.arguments.mode == "full":
            return None, ""
        return self._cache_folder, fingerprint(self.model.encoder, self.tokenizer, "float32")

    def _cache(self) -> VectorCache | None:
        folder, name = self.kept()
        return VectorCache(folder, name) if folder is not None else None

    def _encode(self, features: list[Features], *, has_tags: bool, cache: VectorCache | None = None) -> Frozen:
        threads = torch.get_num_threads()
        return encode_frozen(
            self.model.encoder, features, has_tags=has_tags, on_progress=self._on_progress, cache=cache, threads=threads
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
    names = ("epochs", "encoder_rate", "embedding_factor", "layer_decay")
    defaults = zip(names, PRETRAINED if is_pretrained else UNTRAINED, strict=True)
    missing: dict[str, Any] = {name: value for name, value in defaults if getattr(arguments, name) is None}
    return replace(arguments, **missing)


@contextmanager
def _seeded(arguments: TrainingArguments) -> Iterator[None]:
    """Makes the run repeatable, and leaves torch's random state and threads as they were."""
    threads = torch.get_num_threads()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(arguments.seed)
        wanted = arguments.threads if arguments.threads is not None else int(arguments.mode == "fast")
        if wanted:
            torch.set_num_threads(wanted)
        try:
            yield
        finally:
            torch.set_num_threads(threads)
