"""Recipes: one YAML file says all of how a checkpoint is made, read strictly into one dataclass."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.albert.corpus import Source  # noqa: TC001 (the fields' types are read at run time)
from assistant.albert.presets import Preset, find_preset
from assistant.albert.recipe_reading import UnfitValue, read_dataclass

if TYPE_CHECKING:
    from pathlib import Path

PRECISIONS = ("auto", "float32", "bfloat16")
OPTIMIZERS = ("adamw", "lamb")


@dataclass(frozen=True, slots=True)
class Loop:
    """How long and how fast to train.

    Attributes:
        steps: optimizer steps, at most.
        learning_rate: the peak.
        warmup_steps: steps over which the rate rises to the peak; 0 starts at it.
        time_limit_min: minutes of training after which the run ends, its rate having fallen to zero by then; 0 sets no limit.
        optimizer: adamw or lamb.
        weight_decay: pull of the matrices towards zero, a step and unit of rate.
        clip_norm: longest gradient; longer ones are shortened to it.
        accumulate: batches whose gradients are added up for one step.
        precision: auto, float32 or bfloat16, of the matrix products.
        seed: of batches, masks and initial weights.
        log_every: steps between two reports.
        save_every_min: minutes between two saved states.
    """

    steps: int
    learning_rate: float
    warmup_steps: int = 200
    time_limit_min: float = 0.0
    optimizer: str = "adamw"
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    accumulate: int = 1
    precision: str = "auto"
    seed: int = 0
    log_every: int = 50
    save_every_min: float = 3.0

    def __post_init__(self) -> None:
        _require(self.steps > 0, "loop.steps must be positive")
        _require(self.learning_rate > 0, "loop.learning_rate must be positive")
        _require(0 <= self.warmup_steps <= self.steps, "loop.warmup_steps must lie between 0 and loop.steps")
        _require(self.optimizer in OPTIMIZERS, f"loop.optimizer must be one of {', '.join(OPTIMIZERS)}")
        _require(self.precision in PRECISIONS, f"loop.precision must be one of {', '.join(PRECISIONS)}")
        _require(self.accumulate > 0 and self.log_every > 0, "loop.accumulate and loop.log_every must be positive")
        _require(self.time_limit_min >= 0 and self.clip_norm > 0, "loop.time_limit_min or loop.clip_norm is negative")


@dataclass(frozen=True, slots=True)
class Words:
    """Masked language modelling and sentence order.

    Attributes:
        mask_share: of a text's tokens that is hidden, between 0 and 1.
        max_words: longest run of whole words hidden together.
        max_tokens: longest sequence of two segments.
        batch_size: sequences of two segments in a batch.
        sop_weight: of the order's loss beside that of the hidden words; 0 leaves order out.
        every: steps of a distillation from one such batch to the next.
    """

    mask_share: float = 0.15
    max_words: int = 3
    max_tokens: int = 64
    batch_size: int = 32
    sop_weight: float = 1.0
    every: int = 1

    def __post_init__(self) -> None:
        _require(0 < self.mask_share < 1, "words.mask_share must lie between 0 and 1")
        _require(self.max_words > 0 and self.batch_size > 0, "words.max_words and words.batch_size must be positive")
        _require(self.every > 0, "words.every must be positive")
        _require(8 <= self.max_tokens <= 512, "words.max_tokens must lie between 8 and 512")  # noqa: PLR2004
        _require(self.sop_weight >= 0, "words.sop_weight must not be negative")


@dataclass(frozen=True, slots=True)
class PairSource:
    """One file of texts that belong together, by twos or in groups.

    Attributes:
        path: relative to the data folder. In a text file neighbouring sentences of a document belong together.
        fields: in JSON lines or a table with a header, the keys that hold texts.
        where: ``key=value`` that a row must have to be read, such as ``label=entailment``.
        alike: the key whose value says which rows belong together; empty means the fields of each row do.
        weight: how often its pairs are drawn, relative to the other sources.
    """

    path: str
    fields: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    alike: str = ""
    weight: float = 1.0

    def __post_init__(self) -> None:
        _require(all("=" in part for part in self.where), "where must hold key=value")
        _require(self.weight > 0, "weight must be positive")


@dataclass(frozen=True, slots=True)
class Pairs:
    """Contrastive training on texts that belong together.

    Attributes:
        sources: what to read; none leaves pairs out.
        weight: of their loss beside the likeness to the teacher.
        temperature: similarities are divided by it.
        batch_size: pairs a batch; each is told from all others in it.
    """

    sources: tuple[PairSource, ...] = ()
    weight: float = 0.3
    temperature: float = 0.05
    batch_size: int = 24

    def __post_init__(self) -> None:
        _require(self.weight > 0 and self.temperature > 0, "pairs.weight and pairs.temperature must be positive")
        _require(self.batch_size > 1, "pairs.batch_size must be at least 2")


@dataclass(frozen=True, slots=True)
class DistillRecipe:
    """How a student learns from a sentence encoder.

    Attributes:
        sources: what to read, relative to the data folder.
        loop: how long and how fast.
        words: the masked language modelling that is done in turn.
        pairs: texts that belong together, for contrastive training.
        preset: size of the student; as wide and as deep as the teacher.
        groups: sets of layer weights; 1 shares one set among all layers.
        batch_size: sentences a batch.
        min_tokens, max_tokens: shorter and longer sentences are left out; special tokens count.
        start_layer: 0-based layer of the teacher that the shared layer starts as.
        layer_weights: of the distance of the states, embeddings first, then every layer.
        state_weight, cosine_weight, similarity_weight, mlm_weight: of the parts of the loss.
        held_out_every: every n-th document is kept for measuring MLM and SOP.
    """

    sources: tuple[Source, ...]
    loop: Loop
    words: Words = field(default_factory=Words)
    pairs: Pairs = field(default_factory=Pairs)
    preset: str = "compact"
    groups: int = 1
    batch_size: int = 64
    min_tokens: int = 4
    max_tokens: int = 48
    start_layer: int = 3
    layer_weights: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
    state_weight: float = 1.0
    cosine_weight: float = 1.0
    similarity_weight: float = 1.0
    mlm_weight: float = 1.0
    held_out_every: int = 100

    def __post_init__(self) -> None:
        preset = _fit_preset(self.preset, self.groups)
        _require(bool(self.sources), "sources must name at least one file")
        _require(2 < self.min_tokens <= self.max_tokens <= 512, "min_tokens and max_tokens do not fit")  # noqa: PLR2004
        _require(
            len(self.layer_weights) == preset.n_layers + 1,
            f"layer_weights must have {preset.n_layers + 1} values: the embeddings and every layer",
        )
        _require(min(self.layer_weights) >= 0 < sum(self.layer_weights), "layer_weights must have a positive sum")
        _require(self.held_out_every > 1, "held_out_every must be at least 2")


@dataclass(frozen=True, slots=True)
class PretrainRecipe:
    """How an encoder is pretrained from nothing on a corpus.

    Attributes:
        loop: how long and how fast.
        words: masks, sequences and their batches.
        preset: size of the encoder.
        groups: sets of layer weights; 1 shares one set among all layers.
        vocab_size: most entries of the vocabulary.
        is_cased: keep capitals and accents.
        vocabulary_sentences: most sentences that the vocabulary is made from; 0 takes all.
        held_out_every: every n-th document is kept for measuring MLM and SOP.
    """

    loop: Loop
    words: Words = field(default_factory=Words)
    preset: str = "compact"
    groups: int = 1
    vocab_size: int = 30_000
    is_cased: bool = False
    vocabulary_sentences: int = 200_000
    held_out_every: int = 100

    def __post_init__(self) -> None:
        _fit_preset(self.preset, self.groups)
        _require(self.vocab_size > 10, "vocab_size must be over 10")  # noqa: PLR2004
        _require(self.held_out_every > 1, "held_out_every must be at least 2")


def load_distill_recipe(path: Path) -> DistillRecipe:
    """Returns the distillation recipe in a file.

    Raises:
        SourceError: the file is no YAML, lacks a key, has one too many, or its values do not fit together.
    """
    return read_dataclass(path, DistillRecipe)


def load_pretrain_recipe(path: Path) -> PretrainRecipe:
    """Returns the pretraining recipe in a file.

    Raises:
        SourceError: the file is no YAML, lacks a key, has one too many, or its values do not fit together.
    """
    return read_dataclass(path, PretrainRecipe)


def fingerprint(recipe: DistillRecipe | PretrainRecipe, *data: object) -> str:
    """Returns a short hash of a recipe and of what else decides a run."""
    content = json.dumps([dataclasses.asdict(recipe), [str(part) for part in data]], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _fit_preset(name: str, groups: int) -> Preset:
    try:
        return find_preset(name, groups)
    except ValueError as error:
        raise UnfitValue(str(error)) from error


def _require(claim: bool, why: str) -> None:
    if not claim:
        raise UnfitValue(why)
