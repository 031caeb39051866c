"""What every task says of itself: how its files are read, what the encoder is shown, what its logits mean, and how that is scored.

Nothing here or in the tasks imports torch: what a head learns by stands in `heads`, so that a finished task answers without it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    from assistant.albert.tasks.examples import Splits

E = TypeVar("E")

Form: TypeAlias = Literal["one_label", "number", "many_labels", "choice", "span", "tags"]
"""What is predicted: one of some labels, a number, any of some labels, one of given answers, a piece of text, a tag a word."""

Reading: TypeAlias = Literal["joint", "twin", "both"]
"""How two texts are read: as one sequence, each on its own and compared, or both ways at once."""

Pooling: TypeAlias = Literal["vector", "layers", "match"]
"""What texts are judged by: vector and first piece in the last layer; all layers' pieces beside them; or, of two read apart, how
well the pieces of one match the other's."""

IGNORED = -100
"""Stands in the place of a class where nothing is to be learnt; torch's losses pass over it."""

Logits: TypeAlias = "NDArray[np.float32]"


@dataclass(frozen=True, slots=True)
class Pieces:
    """One sequence for the encoder.

    Attributes:
        ids: pieces with their special tokens. Shape: (piece,) int64.
        types: 0 in the first text, 1 in the second. Shape: (piece,) int64.
    """

    ids: NDArray[np.int64]
    types: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Unit:
    """What the encoder is shown of an example at once: all of it, or one window of a long text.

    Attributes:
        example: place of the example among those it was made from.
        sequences: for texts one a reading, for choices one a choice, otherwise one.
        target: what the head learns: a class, numbers, places of pieces; None when nobody says.
        places: where parts of the example lie among the pieces; what it holds depends on the form.
    """

    example: int
    sequences: tuple[Pieces, ...]
    target: Any = None
    places: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    @property
    def n_pieces(self) -> int:
        """All pieces of its sequences."""
        return sum(len(sequence) for sequence in self.sequences)


@dataclass(frozen=True, slots=True)
class Setup:
    """What a finished task has to know to answer; it stands in the folder's manifest.

    Attributes:
        task: its name.
        form: what is predicted.
        labels: names of the classes or tags, in the head's order; empty where there are none.
        reading: of two texts.
        pooling: what of the states is looked at.
        n_texts: texts an example has: 1 or 2; 0 where the form has no such number.
        max_pieces: of a sequence, special tokens included; longer texts are cut, or read in windows.
        stride: pieces from one window to the next.
        low, high: ends of the scale of numbers.
        tuning: thresholds that were chosen on held-out examples, by name.
    """

    task: str
    form: Form
    labels: tuple[str, ...] = ()
    reading: Reading = "joint"
    n_texts: int = 1
    max_pieces: int = 128
    stride: int = 64
    low: float = 0.0
    high: float = 1.0
    pooling: Pooling = "vector"
    tuning: Mapping[str, float] = field(default_factory=dict)

    @property
    def n_outputs(self) -> int:
        """Width of the head."""
        return {"number": 1, "choice": 1, "span": 2}.get(self.form, len(self.labels))

    def tuned(self, tuning: Mapping[str, float]) -> Setup:
        """Returns the same with other thresholds."""
        return replace(self, tuning=dict(tuning))

    def as_json(self) -> dict[str, Any]:
        """Returns it as JSON."""
        return asdict(self) | {"labels": list(self.labels), "tuning": dict(self.tuning)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Setup:
        """Returns what `as_json` was made from; raises TypeError or KeyError for anything else."""
        return cls(**{**value, "labels": tuple(value["labels"])})


class Task(Protocol[E]):
    """A task: one object serves reading, training, answering and scoring.

    Attributes:
        name: in small letters, as it is named on the command line.
        title: of the data set, for people.
        form: what is predicted.
        main_metric: the figure that chooses the epoch; more is better.
    """

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def title(self) -> str: ...  # noqa: D102

    @property
    def form(self) -> Form: ...  # noqa: D102

    @property
    def main_metric(self) -> str: ...  # noqa: D102

    def read(self, data: Path) -> Splits[E]:
        """Returns the examples in a folder.

        Raises:
            BadTaskData: a file is missing or damaged.
        """
        ...

    def setup(self, train: Sequence[E], *, reading: Reading, max_pieces: int, stride: int) -> Setup:
        """Returns what the examples and the recipe come to."""
        ...

    def units(self, examples: Sequence[E], tokenizer: Tokenizer, setup: Setup) -> list[Unit]:
        """Returns what the encoder is shown of some examples, in their order."""
        ...

    def tune(self, examples: Sequence[E], units: Sequence[Unit], logits: Sequence[Logits], setup: Setup) -> dict[str, float]:
        """Returns the thresholds that do best on held-out examples; empty for a task that has none."""
        ...

    def outcomes(self, examples: Sequence[E], units: Sequence[Unit], logits: Sequence[Logits], setup: Setup) -> list[Any]:
        """Returns what is predicted for each example."""
        ...

    def score(self, examples: Sequence[E], outcomes: Sequence[Any]) -> dict[str, float]:
        """Returns the task's own figures."""
        ...

    def write_predictions(self, folder: Path, part: str, examples: Sequence[E], outcomes: Sequence[Any]) -> Path:
        """Writes predictions as the benchmark takes them, and returns the file."""
        ...
