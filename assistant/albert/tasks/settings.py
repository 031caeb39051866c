"""How a task is fine-tuned: one YAML file, read strictly into one dataclass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.albert.recipe_reading import UnfitValue, read_dataclass

if TYPE_CHECKING:
    from pathlib import Path

POOLINGS = ("vector", "layers", "match")
READINGS = ("joint", "twin", "both")
PRECISIONS = ("auto", "float32", "bfloat16")


@dataclass(frozen=True, slots=True)
class TaskRecipe:
    """The settings of a fine-tuning.

    Attributes:
        epochs: times that each example is seen, at most.
        steps: optimizer steps, at most; 0: as the epochs come to. With steps, epochs are not looked at.
        batch_size: examples (or windows) a step.
        accumulate: parts that a step's batch is computed in, to save memory.
        encoder_rate: the encoder's highest learning rate.
        embedding_factor: times it, at which the embeddings learn; the layer decay counts on top.
        layer_decay: factor from one application of the shared layer to the one below it; 1: all have the same say.
        head_rate: the head's highest learning rate.
        warm_up: share of the steps over which rates rise; they fall to zero over the others.
        warmup_steps: the same in steps; 0: as the share says.
        weight_decay: pull of the matrices towards zero, a step and unit of rate.
        clip_norm: longest gradient.
        encoder_dropout: share of the encoder's states that is hidden in training.
        head_dropout: share of the head's input that is hidden in training.
        label_smoothing: share of probability spread over all labels.
        reading: of two texts: joint, twin, or both.
        pooling: what a text is judged by: its vector; layers: its pieces in all layers as well (one text, or two read as one);
            match: how well each piece of a text finds its like in the other (two that are read apart).
        max_pieces: of a sequence, special tokens included.
        stride: pieces from one window of a long text to the next.
        hold_out: share of the training examples that is kept to choose epoch and thresholds by; 0 chooses by dev.
        patience: epochs in a row that may bring nothing before training stops.
        distil_weight: of the likeness to a teacher beside the loss, where there is a teacher.
        temperature: softens the teacher's probabilities.
        limit: training examples, at most, drawn by the seed; 0: all.
        precision: auto, float32 or bfloat16, of the encoder's products.
        seed: of every random choice.
        log_every: steps between two reports.
        save_every_min: minutes between two saved states.
    """

    epochs: int = 4
    steps: int = 0
    batch_size: int = 32
    accumulate: int = 1
    encoder_rate: float = 2e-4
    embedding_factor: float = 1.0
    layer_decay: float = 0.9
    head_rate: float = 1e-3
    warm_up: float = 0.1
    warmup_steps: int = 0
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    encoder_dropout: float = 0.0
    head_dropout: float = 0.1
    label_smoothing: float = 0.0
    reading: str = "joint"
    pooling: str = "vector"
    max_pieces: int = 128
    stride: int = 64
    hold_out: float = 0.1
    patience: int = 2
    distil_weight: float = 0.5
    temperature: float = 2.0
    limit: int = 0
    precision: str = "auto"
    seed: int = 0
    log_every: int = 20
    save_every_min: float = 3.0

    def __post_init__(self) -> None:
        for name, least in (("epochs", 1), ("steps", 0), ("batch_size", 1), ("accumulate", 1), ("max_pieces", 8), ("stride", 1),
                            ("patience", 1), ("limit", 0), ("seed", 0), ("log_every", 1), ("warmup_steps", 0)):  # fmt: skip
            _require(getattr(self, name) >= least, f"{name} must be at least {least}")
        for name in ("warm_up", "encoder_dropout", "head_dropout", "label_smoothing", "hold_out", "distil_weight"):
            _require(0 <= getattr(self, name) <= 1, f"{name} must lie between 0 and 1")
        for name in ("encoder_rate", "embedding_factor", "head_rate", "weight_decay"):
            _require(getattr(self, name) >= 0, f"{name} must not be negative")
        _require(self.clip_norm > 0 and self.temperature > 0, "clip_norm and temperature must be positive")
        _require(0 < self.layer_decay <= 1, "layer_decay must be over 0 and at most 1")
        _require(self.hold_out <= 0.5, "hold_out: more would be held out than trained on")  # noqa: PLR2004 (half)
        _require(self.reading in READINGS, f"reading must be one of {', '.join(READINGS)}")
        _require(self.pooling in POOLINGS, f"pooling must be one of {', '.join(POOLINGS)}")
        is_matched = self.pooling != "match" or self.reading != "joint"
        _require(is_matched, "pooling match compares texts read apart: reading must be twin or both, or pooling another")
        _require(self.precision in PRECISIONS, f"precision must be one of {', '.join(PRECISIONS)}")
        _require(self.accumulate <= self.batch_size, "accumulate must not be more than batch_size")


def load_task_recipe(path: Path) -> TaskRecipe:
    """Returns the recipe in a file.

    Raises:
        SourceError: the file is no YAML, has an unknown key, or its values do not fit together.
    """
    return read_dataclass(path, TaskRecipe)


def _require(claim: bool, why: str) -> None:
    if not claim:
        raise UnfitValue(why)
