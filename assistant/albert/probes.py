"""Measures sentence vectors by what a linear classifier reads from them: intents, with few examples each and with all."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression

from assistant.albert.corpus import read_text
from assistant.errors import BadCorpus

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

HELD_OUT_EVERY = 10
# Weak enough to fit unit vectors of many classes; the same for every encoder that is compared.
REGULARISATION = 30.0
MAX_ITERATIONS = 500


@dataclass(frozen=True, slots=True)
class IntentData:
    """Labelled texts to train a probe on, and to measure it with.

    Attributes:
        name: of the data set.
        train, test: (text, intent) pairs.
    """

    name: str
    train: tuple[tuple[str, str], ...]
    test: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """Accuracy of a probe over several draws of its training examples.

    Attributes:
        data: name of the data set.
        per_intent: training examples an intent; None means all.
        mean, spread: of the accuracy in [0, 1]; spread is the standard deviation, 0 for a single draw.
        n_test: texts measured.
    """

    data: str
    per_intent: int | None
    mean: float
    spread: float
    n_test: int


def read_intents(name: str, train: Path, test: Path | None = None) -> IntentData:
    """Returns labelled texts from JSON lines with ``text`` and ``intent``.

    Args:
        name: of the data set.
        train: to train on.
        test: to measure with; None holds every tenth row of ``train`` out, from the first.

    Raises:
        BadCorpus: a file is missing, empty or has a row without text or intent.
    """
    rows = list(_rows(train))
    if test is not None:
        return IntentData(name, tuple(rows), tuple(_rows(test)))
    held_out = rows[::HELD_OUT_EVERY]
    return IntentData(name, tuple(row for n, row in enumerate(rows) if n % HELD_OUT_EVERY), tuple(held_out))


def probe(
    data: IntentData,
    train: NDArray[np.float32],
    test: NDArray[np.float32],
    per_intent: int | None,
    seeds: Sequence[int] = (0, 1, 2),
) -> ProbeResult:
    """Returns how often a logistic regression on the vectors names the right intent.

    Args:
        data: gives the labels.
        train: vectors of the training texts, in order. Shape: (texts, hidden).
        test: of the test texts, likewise.
        per_intent: examples an intent, drawn anew for each seed; None takes all, once.
        seeds: of the draws.
    """
    labels = np.asarray([intent for _, intent in data.train])
    truth = np.asarray([intent for _, intent in data.test])
    scores = []
    for seed in seeds if per_intent else (0,):
        chosen = _draw(labels, per_intent, seed)
        model = LogisticRegression(C=REGULARISATION, max_iter=MAX_ITERATIONS)
        model.fit(train[chosen], labels[chosen])
        scores.append(float((model.predict(test) == truth).mean()))
    return ProbeResult(data.name, per_intent, float(np.mean(scores)), float(np.std(scores)), len(truth))


def _draw(labels: NDArray[np.str_], per_intent: int | None, seed: int) -> NDArray[np.int64]:
    if per_intent is None:
        return np.arange(len(labels))
    order = np.random.default_rng(seed).permutation(len(labels))
    counts: dict[str, int] = {}
    chosen = []
    for number in order:
        label = str(labels[number])
        if counts.get(label, 0) < per_intent:
            counts[label] = counts.get(label, 0) + 1
            chosen.append(number)
    return np.asarray(chosen)


def _rows(path: Path) -> Iterator[tuple[str, str]]:
    lines = read_text(path).splitlines()
    if not lines:
        raise BadCorpus(path=path, why="it holds no rows")
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
            yield str(row["text"]), str(row["intent"])
        except (ValueError, KeyError, TypeError) as error:
            raise BadCorpus(path=f"{path}:{number}", why="the row has no text and intent") from error
