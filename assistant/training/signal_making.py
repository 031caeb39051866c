"""Makes the heads for sentiment, emotion and moderation again: from data folders to a folder with card, figures and manifest."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.albert.encode import encode_on_runtime
from assistant.albert.folders import replacing_folder
from assistant.albert.manifest import write_manifest
from assistant.nlu.signals.anchors import save_anchors
from assistant.nlu.signals.heads import CATEGORIES, columns, save_heads
from assistant.training.saving import fingerprint
from assistant.training.signal_data import (
    Row,
    beside_requests,
    read_own,
    read_published,
    read_requests,
    read_reviews,
    read_tweets,
    said_by_people,
)
from assistant.training.signal_heads import Encoded, all_logits, fit_heads, manner_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from assistant.albert.checkpoint import Checkpoint
    from assistant.messages import ProgressCallback
    from assistant.nlu.signals.heads import SignalHeads

    Encode = Callable[[Sequence[str]], NDArray[np.float32]]

_ANCHOR_EVERY = 4
"""Sentences from templates are alike: every fourth of them is enough to carry heads over to another encoder."""


def make_signals(
    checkpoint: Checkpoint, data: Path, sentences: Path, output: Path, on_progress: ProgressCallback, *, card: Path | None = None
) -> dict[str, Any]:
    """Writes the folder of the heads, and returns the figures that were measured on development data.

    Args:
        checkpoint: whose vectors the heads read.
        data: holds ``glue/SST-2``, ``moderation/davidson``, ``nlu/clinc150`` and ``nlu/banking77``.
        sentences: the project's own, ``emotions.yml`` and ``moderation.yml``, and ``people.yml``.
        output: the folder; what stands there is replaced when the new one is complete.
        on_progress: told of each batch of texts and of each fit.
        card: the text that describes them; None: none is written.

    Raises:
        SourceError: a file is missing or does not hold together.
        CannotWrite: the disk refused; the output is as it was.
    """

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        return encode_on_runtime(checkpoint, texts, threads=1, on_progress=on_progress)

    own = read_own(sentences)
    published = read_published(data)
    requests = read_requests(data)
    rows = [*own, *requests, *said_by_people(sentences, own, requests), *beside_requests(own, requests)]
    vectors = encode([row.text for row in rows])
    name = fingerprint(checkpoint.plain().weights, checkpoint.tokenizer, "float32")
    heads = fit_heads(_without_vectors(published), Encoded.of(rows, vectors), name, {}, on_progress)
    figures = {**heads.figures, "development": measure(heads, data, encode)}
    with replacing_folder(output) as folder:
        save_heads(folder, heads)
        (folder / "figures.json").write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        chosen = anchors(own)
        save_anchors(folder, [own[i].text for i in chosen], vectors[chosen] @ heads.by_vector)
        if card is not None:
            shutil.copyfile(card, folder / "README.md")
        write_manifest(folder, {"kind": "signals", "thresholds": dict(heads.thresholds)})
    return figures


def anchors(own: Sequence[Row]) -> list[int]:
    """Returns which of the project's own sentences carry the heads over to other encoders."""
    written = {row.text: i for i, row in enumerate(own)}  # each text once
    templated = [i for row, i in ((own[i], i) for i in written.values()) if _is_templated(row)]
    left_out = set(templated) - set(templated[::_ANCHOR_EVERY])
    return [i for i in written.values() if i not in left_out]


def _is_templated(row: Row) -> bool:
    return row.source == "groups"


def measure(heads: SignalHeads, data: Path, encode: Encode) -> dict[str, Any]:
    """Returns what the heads do on development data: tweets, film reviews, and requests, none of which should be flagged."""
    from sklearn.metrics import f1_score

    tweets, reviews = read_tweets(data / "moderation/davidson/dev.jsonl"), read_reviews(data / "glue/SST-2/dev.tsv")
    requests = read_requests(data, is_held_out=True)
    truth, guessed = [row.labels["manner"] for row in tweets], manner_of(_logits(heads, tweets, None))
    scores = {f"{kind}_f1": round(float(f1_score(truth, guessed, average=kind)), 4) for kind in ("weighted", "macro")}
    said = _logits(heads, reviews, encode)
    goods = np.array([row.labels["polarity"] == "positive" for row in reviews])
    three = said[:, columns("sentiment")]
    polarity = {
        "polarity_accuracy": round(float(((said[:, 0] > 0) == goods).mean()), 4),
        "sentiment_accuracy": round(float(((three[:, 2] > three[:, 0]) == goods).mean()), 4),
    }
    ordinary = _logits(heads, requests, encode)
    flagged = {
        name: int((1 / (1 + np.exp(-ordinary[:, columns(name)][:, 0])) >= heads.thresholds[name]).sum()) for name in CATEGORIES
    }
    moods = ordinary[:, columns("sentiment")].argmax(axis=1)
    return {
        "davidson": {**scores, "n": len(tweets)},
        "sst2": {**polarity, "n": len(reviews)},
        "requests": {"flagged": flagged, "neutral": round(float((moods == 1).mean()), 4), "n": len(requests)},
    }


def _logits(heads: SignalHeads, rows: Sequence[Row], encode: Encode | None) -> NDArray[np.float32]:
    """Returns what the heads say; without an encoder only what n-grams say, all that the heads for published data read."""
    hidden = heads.by_vector.shape[0]
    vectors = encode([row.text for row in rows]) if encode else np.zeros((len(rows), hidden), np.float32)
    return all_logits(heads, Encoded.of(rows, vectors))


def _without_vectors(rows: Sequence[Row]) -> Encoded:
    return Encoded.of(rows, np.zeros((len(rows), 0), np.float32))
