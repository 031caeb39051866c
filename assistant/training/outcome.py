"""What both ways of training start from and end in: examples in numbers, and a model with what is said of unseen examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.training.features import make_features

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    from assistant.albert.plain_heads import PlainHeads
    from assistant.albert.weights import EncoderWeights
    from assistant.messages import ProgressCallback
    from assistant.nlu.training_data import TrainingData
    from assistant.training.arguments import TrainingArguments
    from assistant.training.encoding import Frozen
    from assistant.training.features import Features, Labels
    from assistant.training.precision import Held
    from assistant.training.scoring import HeldOut


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be learned.

    Attributes:
        features: of the examples.
        dev: of the development examples; None where there are none.
        labels: of the model.
        tokenizer: cuts texts for the model.
        arguments: of the run, with nothing left open.
        pad: id of the padding token.
        cache: a folder that keeps what a frozen encoder makes of texts; None keeps nothing.
        encoder_name: fingerprint of the encoder to start from.
        on_progress: told of each step.
    """

    features: list[Features]
    dev: list[Features] | None
    labels: Labels
    tokenizer: Tokenizer
    arguments: TrainingArguments
    pad: int
    cache: Path | None
    encoder_name: str
    on_progress: ProgressCallback

    @property
    def intents(self) -> list[str]:
        """The intent of each example."""
        return [self.labels.intents[feature.intent] for feature in self.features]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of fitting.

    Attributes:
        weights: of the encoder as it is now.
        heads: of the model.
        frozen: what this encoder makes of all examples.
        held: what is said of held-out examples.
        trial: heads that were not fitted to the unseen examples.
        unseen: examples to choose the precision by.
        is_unseen: which examples the encoder was not trained on; None: it was trained on none.
        best_epoch: the one that was kept, 0 where the encoder as it came did best; None in fast mode.
        mixed: states of all words as both heads mix them; None: they were not mixed. Shape: (word, hidden).
    """

    weights: EncoderWeights
    heads: PlainHeads
    frozen: Frozen
    held: HeldOut
    trial: PlainHeads
    unseen: Held
    is_unseen: Sequence[bool] | None = None
    best_epoch: int | None = None
    mixed: NDArray[np.float32] | None = None


def features_of(data: TrainingData | None, tokenizer: Tokenizer, labels: Labels) -> list[Features] | None:
    """Returns examples in numbers; None where there are none."""
    return None if data is None else make_features(data.examples, tokenizer, labels)
