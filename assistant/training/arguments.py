"""What a training run may be told, with what each setting does."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from assistant.errors import BadTrainingArgument

Mode: TypeAlias = Literal["fast", "full"]


@dataclass(frozen=True, slots=True)
class TrainingArguments:
    """The settings of a training run.

    Attributes:
        mode: ``fast`` leaves the encoder as it is and trains the heads, in seconds; ``full`` trains both, in minutes.
        seed: of every random choice; the same seed on the same machine gives the same files.
        epochs: times that each example is seen in ``full`` mode; None chooses by whether the encoder is pretrained.
        patience: epochs in a row that may do no better on held-out examples before ``full`` training stops early.
        deadline_s: seconds after which ``full`` training begins no further epoch; None: there is no such time. What comes of a
            deadline depends on the machine, a seed alone does not repeat it.
        tag_epochs: times that each word is seen by the tag head while the encoder is frozen.
        batch_size: examples a step in ``full`` mode. Smaller steps learn more an epoch, larger ones go faster.
        encoder_rate: highest learning rate of the encoder; None chooses by whether the encoder is pretrained.
        embedding_factor: times the encoder's rate at which its embeddings learn; None chooses by whether it is pretrained.
        layer_decay: factor from one application of the encoder's layer to the one below it, on its share of the gradient, and once
            more on the embeddings' rate; see `assistant.albert.layer_decay`. None: 1 for an encoder that is not pretrained.
        head_rate: highest learning rate of the tag head in ``full`` mode; None chooses by whether the encoder is pretrained.
        intent_rate: that of the intent head, which starts from where it fits the examples; None chooses likewise.
        tag_rate: highest learning rate of the tag head while the encoder is frozen.
        warm_up: share of the steps in which rates grow from zero; they fall to zero, or nearly so, over the others.
        weight_decay: share of each weight matrix that AdamW takes off a step, times the rate.
        dropout: share of the heads' inputs that is hidden in training.
        label_smoothing: share of an example's probability that is spread over all intents; tempers over-confidence.
        tag_weight: of the tags' loss beside the intent's; 0 does not train tags.
        balance: 0 weighs every example alike, 1 every intent; between them small intents gain mildly.
        penalty: L2 penalty on the intent head in ``fast`` mode; None chooses by held-out folds.
        dev_share: share of each intent's examples held out in ``full`` mode when no dev data is given.
        max_pieces: longer texts are cut, special tokens included; at most the encoder's positions.
        max_gradient: norm that gradients are clipped to.
        threads: processor threads of torch; 0 leaves torch's own choice. None: one in ``fast`` mode, whose products are too small
            to share and crawl where other work shares the cores, and torch's own choice in ``full``.
    """

    mode: Mode = "fast"
    seed: int = 0
    epochs: int | None = None
    patience: int = 3
    deadline_s: float | None = None
    tag_epochs: int = 3
    batch_size: int = 32
    encoder_rate: float | None = None
    embedding_factor: float | None = None
    layer_decay: float | None = None
    head_rate: float | None = None
    intent_rate: float | None = None
    tag_rate: float = 8e-3
    warm_up: float = 0.1
    weight_decay: float = 0.01
    dropout: float = 0.1
    label_smoothing: float = 0.05
    tag_weight: float = 1.0
    balance: float = 0.5
    penalty: float | None = None
    dev_share: float = 0.1
    max_pieces: int = 512
    max_gradient: float = 1.0
    threads: int | None = None

    def __post_init__(self) -> None:
        """Checks each value and how they go together.

        Raises:
            BadTrainingArgument: a value cannot work.
        """
        if self.mode not in {"fast", "full"}:
            raise BadTrainingArgument(name="mode", value=self.mode, why='it is "fast" or "full"')
        if self.mode == "fast" and self.epochs is not None:
            raise BadTrainingArgument(name="epochs", value=self.epochs, why="fast mode has no epochs; tag_epochs is its setting")
        for name, least in (
            ("epochs", 1),
            ("patience", 1),
            ("tag_epochs", 0),
            ("batch_size", 1),
            ("max_pieces", 4),
            ("threads", 0),
            ("seed", 0),
        ):
            self._check(name, least)
        for name in ("warm_up", "dropout", "label_smoothing", "balance", "dev_share"):
            self._check(name, 0, 1)
        for name in (
            "encoder_rate",
            "embedding_factor",
            "head_rate",
            "intent_rate",
            "tag_rate",
            "weight_decay",
            "tag_weight",
            "penalty",
            "max_gradient",
            "layer_decay",
            "deadline_s",
        ):
            self._check(name, 0)
        if self.mode == "full" and self.dev_share > 0.5:  # noqa: PLR2004 (half)
            raise BadTrainingArgument(name="dev_share", value=self.dev_share, why="more would be held out than trained on")

    def _check(self, name: str, least: float, limit: float = float("inf")) -> None:
        value = getattr(self, name)
        if value is not None and not least <= value < limit:
            why = f"it must be at least {least}" + (f" and under {limit}" if limit < float("inf") else "")
            raise BadTrainingArgument(name=name, value=value, why=why)

    def as_json(self) -> dict[str, Any]:
        """Returns the settings as JSON."""
        return asdict(self)
