"""Finds the training utterances nearest to a text, among vectors that are kept between runs in a file that may be deleted."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from assistant.evaluation.explanation import Neighbour
from assistant.messages import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from assistant.messages import ProgressCallback
    from assistant.nlu.training_data import Example

    Vectors = NDArray[np.float32]

CHUNK = 128


class Neighbours:
    """Training utterances with their sentence vectors.

    Args:
        examples: the utterances.
        vectors: of length one, one an utterance. Shape: (n, hidden).
    """

    def __init__(self, examples: Sequence[Example], vectors: Vectors) -> None:
        self._examples = examples
        # What all vectors share says nothing of one of them.
        self._mean = vectors.mean(axis=0) if len(vectors) else np.zeros(vectors.shape[1:], dtype=np.float32)
        self._vectors = _normalised(vectors - self._mean)

    def nearest(self, vector: Vectors, n: int) -> tuple[Neighbour, ...]:
        """Returns the n utterances that are nearest, the nearest first; fewer when there are fewer.

        Args:
            vector: of the text. Shape: (hidden,).
            n: most utterances.
        """
        distances = 1 - self._vectors @ _normalised(vector - self._mean)
        rows = np.argsort(distances, kind="stable")[:n]
        return tuple(_neighbour(self._examples[row], max(0.0, float(distances[row]))) for row in rows)


def open_neighbours(
    examples: Sequence[Example],
    encode: Callable[[Sequence[str]], Vectors],
    fingerprint: str,
    folder: Path,
    on_progress: ProgressCallback,
) -> Neighbours:
    """Returns the neighbours, after what is new among the utterances was encoded and kept.

    Args:
        examples: the utterances.
        encode: texts to vectors of length one.
        fingerprint: names the encoder; vectors of another one are thrown away.
        folder: where the vectors are kept; where that is not possible they are made anew each time.
        on_progress: told of each chunk that is encoded, stage ``encode``; may raise Cancelled.
    """
    file = folder / f"{fingerprint}.safetensors"
    keys = [_key(example.text) for example in examples]
    kept = _load(file)
    missing = {key: example.text for key, example in zip(keys, examples, strict=True) if key not in kept}
    todo = list(missing.items())
    for first in range(0, len(todo), CHUNK):
        chunk = todo[first : first + CHUNK]
        kept |= dict(zip((key for key, _ in chunk), encode([text for _, text in chunk]), strict=True))
        on_progress(Progress("encode", first + len(chunk), len(todo)))
    if todo:
        _save(file, {key: kept[key] for key in keys})
    return Neighbours(examples, np.stack([kept[key] for key in keys]) if keys else np.zeros((0, 1), dtype=np.float32))


def _neighbour(example: Example, distance: float) -> Neighbour:
    return Neighbour(example.text, example.intent, round(distance, 6), str(example.place))


def _normalised(vectors: Vectors) -> Vectors:
    norms = np.sqrt((vectors * vectors).sum(axis=-1, keepdims=True))
    result: Vectors = vectors / np.maximum(norms, 1e-12)
    return result


def _key(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "little", signed=True)


def _load(file: Path) -> dict[int, Vectors]:
    try:
        tensors = load_file(file)
        return dict(zip(tensors["keys"].tolist(), tensors["vectors"], strict=True))
    except (OSError, ValueError, KeyError, SafetensorError):
        return {}  # not there, or damaged: made anew


def _save(file: Path, vectors: dict[int, Vectors]) -> None:
    """Writes the file whole or not at all, and removes those of other encoders."""
    draft = file.with_suffix(".new")
    with suppress(OSError, SafetensorError):  # what cannot be kept is made again
        file.parent.mkdir(parents=True, exist_ok=True)
        save_file({"keys": np.array(list(vectors), dtype=np.int64), "vectors": np.stack(list(vectors.values()))}, draft)
        draft.replace(file)
        for other in file.parent.glob("*.safetensors"):
            if other != file:
                other.unlink()
