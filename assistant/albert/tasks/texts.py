"""Tasks that judge one text or two: a label, a number, or any number of labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.albert.tasks.inputs import text_pieces, tokenize
from assistant.albert.tasks.task import Setup, Unit
from assistant.albert.tasks.thresholds import HALF, f1_threshold
from assistant.albert.tokenizer import special_ids

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    from assistant.albert.tasks.examples import Splits, Target, TextExample
    from assistant.albert.tasks.task import Form, Logits, Reading

THRESHOLD = "threshold"


@dataclass(frozen=True)
class TextTask:
    """One text or two, and what is said of them.

    Attributes:
        name, title, form, main_metric: as every task has them.
        reader: reads a folder.
        scorer: figures from what is right and what was found.
        writer: writes predictions; returns the file.
        labels: all there are; empty: they are learnt from the examples.
        positive: of two labels the one whose F1 counts, and whose threshold is therefore chosen; empty: none.
        low, high: ends of the scale of numbers.
    """

    name: str
    title: str
    form: Form
    main_metric: str
    reader: Callable[[Path], Splits[TextExample]]
    scorer: Callable[[Sequence[Target], Sequence[Target]], dict[str, float]]
    writer: Callable[[Path, str, Sequence[TextExample], Sequence[Any]], Path]
    labels: tuple[str, ...] = ()
    positive: str = ""
    low: float = 0.0
    high: float = 1.0

    def read(self, data: Path) -> Splits[TextExample]:
        """Returns the examples in a folder."""
        return self.reader(data)

    def setup(self, train: Sequence[TextExample], *, reading: Reading, max_pieces: int, stride: int) -> Setup:
        """Returns the labels and how texts are read."""
        form: Form = "many_labels" if any(isinstance(example.target, tuple) for example in train) else self.form
        return Setup(
            self.name,
            form,
            self.labels or _labels_of(train, form),
            reading,
            max((len(example.texts) for example in train), default=1),
            max_pieces,
            stride,
            self.low,
            self.high,
        )

    def units(self, examples: Sequence[TextExample], tokenizer: Tokenizer, setup: Setup) -> list[Unit]:
        """Returns one unit an example."""
        special = special_ids(tokenizer)
        rows = iter(tokenize(tokenizer, [text for example in examples for text in example.texts]))
        places = {label: place for place, label in enumerate(setup.labels)}
        return [
            Unit(
                number,
                text_pieces([next(rows) for _ in example.texts], special, setup.reading, setup.max_pieces),
                self._target(example.target, places, setup),
            )
            for number, example in enumerate(examples)
        ]

    def tune(
        self, examples: Sequence[TextExample], units: Sequence[Unit], logits: Sequence[Logits], setup: Setup
    ) -> dict[str, float]:
        """Returns the threshold that does best on held-out examples, where F1 is what counts."""
        if setup.form == "one_label" and self.positive:
            table = probabilities(np.stack(logits).astype(np.float64), "one_label")
            is_true = np.array([example.target == self.positive for example in examples])
            return {THRESHOLD: f1_threshold(table[:, setup.labels.index(self.positive)], is_true)}
        if setup.form != "many_labels":
            return {}
        candidates = [round(0.1 + 0.05 * step, 2) for step in range(17)]

        def score(threshold: float) -> tuple[float, float]:
            found = self.outcomes(examples, units, logits, setup.tuned({THRESHOLD: threshold}))
            return round(self.score(examples, found)[self.main_metric], 6), -abs(threshold - HALF)

        return {THRESHOLD: max(candidates, key=score)}

    def outcomes(
        self,
        examples: Sequence[TextExample],  # noqa: ARG002 (texts are one unit each)
        units: Sequence[Unit],  # noqa: ARG002
        logits: Sequence[Logits],
        setup: Setup,
    ) -> list[Target]:
        """Returns a label, a number or labels for each example."""
        table = np.stack(logits).astype(np.float64)
        if setup.form == "number":
            scale = np.clip(table[:, 0], 0.0, 1.0) * (setup.high - setup.low) + setup.low
            return [float(value) for value in scale]
        threshold = setup.tuning.get(THRESHOLD, HALF)
        if setup.form == "many_labels":
            chosen = probabilities(table, "many_labels") >= threshold
            return [tuple(label for label, is_chosen in zip(setup.labels, row, strict=True) if is_chosen) for row in chosen]
        if self.positive:
            place = setup.labels.index(self.positive)
            is_positive = probabilities(table, "one_label")[:, place] >= threshold
            return [setup.labels[place if claim else 1 - place] for claim in is_positive]
        return [setup.labels[int(place)] for place in table.argmax(axis=1)]

    def score(self, examples: Sequence[TextExample], outcomes: Sequence[Target]) -> dict[str, float]:
        """Returns the task's figures."""
        return self.scorer([example.target for example in examples if example.target is not None], list(outcomes))

    def write_predictions(self, folder: Path, part: str, examples: Sequence[TextExample], outcomes: Sequence[Target]) -> Path:
        """Writes predictions as the benchmark takes them, and returns the file."""
        return self.writer(folder, part, examples, outcomes)

    def _target(self, target: Target | None, places: dict[str, int], setup: Setup) -> Any:
        if target is None:
            return None
        if setup.form == "number":
            return (float(target) - setup.low) / (setup.high - setup.low)  # type: ignore[arg-type]
        if setup.form == "many_labels":
            row = np.zeros(len(places), dtype=np.float32)
            row[[places[label] for label in target if label in places]] = 1.0  # type: ignore[union-attr]
            return row
        return places.get(str(target), -1)


def probabilities(logits: NDArray[np.float64], form: Form) -> NDArray[np.float64]:
    """Returns the probability of each label. Shape: as the logits."""
    grown: NDArray[np.float64]
    if form == "many_labels":
        grown, total = np.ones_like(logits), 1 + np.exp(-logits)
    else:
        grown = np.exp(logits - logits.max(axis=-1, keepdims=True))
        total = grown.sum(axis=-1, keepdims=True)
    shares: NDArray[np.float64] = grown / total
    return shares


def _labels_of(examples: Sequence[TextExample], form: Form) -> tuple[str, ...]:
    if form == "number":
        return ()
    if form == "many_labels":
        return tuple(sorted({label for example in examples for label in example.target or ()}))  # type: ignore[union-attr]
    return tuple(sorted({str(example.target) for example in examples if example.target is not None}))
