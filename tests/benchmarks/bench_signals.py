"""What the shipped heads for moods and moderation cost and find: ``python -m tests.benchmarks.bench_signals [--data DIR]``.

Without ``--data``: microseconds a message, and what is flagged among the examples of the shipped bot. With it, too, how surely a
line of ``DIR/text/complaints.txt`` sounds worse than a turn of ``DIR/text/sgd.txt``, neither of which the heads have seen.
``--model DIR``: the heads of a trained model, as after ``train --full``, in place of the shipped ones.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.albert.checkpoint import load_checkpoint
from assistant.albert.encode import encode_on_runtime
from assistant.nlu.interpreter import Interpreter
from assistant.nlu.signals.anchors import load_shipped
from assistant.nlu.signals.heads import load_heads
from assistant.nlu.training_data import read_nlu
from assistant.project import find_project, shipped_checkpoint, shipped_signals
from tests.benchmarks.bench_turn import MESSAGES, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from assistant.messages import Flag, Sentiment
    from assistant.nlu.signals.heads import SignalHeads

    Encode = Callable[[Sequence[str]], NDArray[np.float32]]

ROUNDS = 200
N_LINES, EVERY = 400, 37


def main() -> None:
    """Prints one JSON object with what was measured; times are of the processor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--model", type=Path)
    options = parser.parse_args()
    heads, encode = _of_model(options.model) if options.model else _shipped()
    found: dict[str, Any] = {"microseconds": _times(heads, encode), "shop": _shop(heads, encode)}
    if options.data:
        found["complaints"] = _complaints(options.data, heads, encode)
    print(json.dumps(found, indent=1))


def _shipped() -> tuple[SignalHeads, Encode]:
    checkpoint, signals = shipped_checkpoint(), shipped_signals()
    assert checkpoint is not None
    assert signals is not None
    loaded = load_checkpoint(checkpoint)
    return load_shipped(signals)[0], lambda texts: encode_on_runtime(loaded, texts, threads=1)


def _of_model(folder: Path) -> tuple[SignalHeads, Encode]:
    heads = load_heads(folder)
    assert heads is not None
    return heads, Interpreter.load(folder).encode


def _times(heads: SignalHeads, encode: Encode) -> dict[str, float]:
    vectors = encode(MESSAGES)
    taken = []
    for _ in range(ROUNDS):
        for text, vector in zip(MESSAGES, vectors, strict=True):
            started = time.process_time_ns()
            heads.weigh(text, vector)
            taken.append((time.process_time_ns() - started) / 1000)
    return {"p50": round(median(taken), 1), "p95": round(quantiles(taken, n=20)[-1], 1)}


def _weighed(heads: SignalHeads, encode: Encode, texts: Sequence[str]) -> list[tuple[Sentiment, tuple[Flag, ...]]]:
    return [heads.weigh(text, vector) for text, vector in zip(texts, encode(texts), strict=True)]


def _shop(heads: SignalHeads, encode: Encode) -> dict[str, Any]:
    examples = read_nlu(find_project(ROOT).training).examples
    found = _weighed(heads, encode, [example.text for example in examples])
    moods: dict[str, list[float]] = {}
    for example, (sentiment, _) in zip(examples, found, strict=True):
        moods.setdefault(example.intent, []).append(sentiment.score)
    return {
        "n": len(examples),
        "flagged": {example.text: flags[0].category for example, (_, flags) in zip(examples, found, strict=True) if flags},
        "labels": Counter(sentiment.label for sentiment, _ in found),
        "praise_over_complaint": round(_above(moods["praise"], moods["complaint"]), 4),
    }


def _complaints(data: Path, heads: SignalHeads, encode: Encode) -> dict[str, Any]:
    scores, flagged = {}, {}
    for name in ("complaints", "sgd"):
        with (data / "text" / f"{name}.txt").open(encoding="utf-8") as file:
            lines = [line.strip() for line in islice(file, 0, N_LINES * EVERY, EVERY) if line.strip()]
        found = _weighed(heads, encode, lines)
        scores[name] = [sentiment.score for sentiment, _ in found]
        flagged[name] = sum(bool(flags) for _, flags in found)
    means = {name: round(float(np.mean(values)), 4) for name, values in scores.items()}
    return {"means": means, "sgd_over_complaints": round(_above(scores["sgd"], scores["complaints"]), 4), "flagged": flagged}


def _above(high: Sequence[float], low: Sequence[float]) -> float:
    """Returns how often one of the first is above one of the second: the area under the ROC curve."""
    return float(np.mean(np.subtract.outer(high, low) > 0) + np.mean(np.subtract.outer(high, low) == 0) / 2)


if __name__ == "__main__":
    main()
