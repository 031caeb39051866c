"""Runs an encoder as it is over examples, on ONNX Runtime: each text gives the same bits in any company, on any number of cores."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.albert.batches import equal_lengths
from assistant.albert.model_graph import INPUT, VECTOR, states_graph
from assistant.albert.plain_heads import joined
from assistant.albert.session import open_session
from assistant.messages import Progress
from assistant.training.vector_cache import EncodedText, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from assistant.albert.plain_checkpoint import PlainCheckpoint
    from assistant.albert.quantization import Extent, Site
    from assistant.albert.weights import EncoderWeights
    from assistant.messages import ProgressCallback
    from assistant.training.features import Features
    from assistant.training.vector_cache import Key, VectorCache


@dataclass(frozen=True, slots=True)
class Frozen:
    """What the encoder made of some examples.

    Attributes:
        vectors: sentence vectors, of length one. Shape: (example, hidden) float32.
        middles: those of the layer in the middle. Shape: (example, hidden) float32.
        intents: Shape: (example,).
        layers: states at the first piece of each word; float16 to save memory. Shape: (word, layer + 1, hidden).
        tags: Shape: (word,).
        owners: the example of each word. Shape: (word,).
    """

    vectors: NDArray[np.float32]
    middles: NDArray[np.float32]
    intents: NDArray[np.int64]
    layers: NDArray[np.float16]
    tags: NDArray[np.int64]
    owners: NDArray[np.int64]

    @property
    def joined(self) -> NDArray[np.float32]:
        """What the intent head reads. Shape: (example, 2 * hidden)."""
        return joined(self.vectors, self.middles)

    def only(self, rows: NDArray[np.bool_]) -> Frozen:
        """Returns the examples for which ``rows`` is true."""
        words = rows[self.owners]
        renumbered = np.cumsum(rows) - 1
        owners = renumbered[self.owners[words]]
        return Frozen(self.vectors[rows], self.middles[rows], self.intents[rows], self.layers[words], self.tags[words], owners)

    def split(self, n: int) -> tuple[Frozen, Frozen]:
        """Returns the first n examples, and the others, which have no words."""
        first = replace(self, vectors=self.vectors[:n], middles=self.middles[:n], intents=self.intents[:n])
        others = replace(self.without_words(), vectors=self.vectors[n:], middles=self.middles[n:], intents=self.intents[n:])
        return first, others

    def without_words(self) -> Frozen:
        """Returns the examples without the states of their words, which take long to copy."""
        return Frozen(self.vectors, self.middles, self.intents, self.layers[:0], self.tags[:0], self.owners[:0])


def encode_frozen(
    weights: EncoderWeights,
    features: Sequence[Features],
    *,
    has_tags: bool,
    on_progress: ProgressCallback,
    extents: Mapping[Site, Extent] | None = None,
    cache: VectorCache | None = None,
    threads: int = 1,
) -> Frozen:
    """Returns what the encoder makes of the examples, in their order.

    Args:
        weights: of the encoder.
        features: the examples.
        has_tags: whether the states of words are wanted; they take a lot of memory.
        on_progress: told of each batch; may raise Cancelled.
        extents: to compute in eight bits; None computes in floats.
        cache: of this encoder in these numbers; texts that are kept there are not encoded again.
        threads: batches that are encoded at a time; 0: as many as there are cores. What comes out does not depend on it.
    """
    keys = [key_of(feature, has_states=has_tags) for feature in features]
    found: dict[Key, EncodedText] = {}
    if cache is not None:
        found = {key: text for key in keys if (text := cache.get(key)) is not None}
    missing = {key: feature for key, feature in zip(keys, features, strict=True) if key not in found}
    done = len(features) - len(missing)
    if missing:
        for texts in _encoded(states_graph(weights, extents), missing, has_tags=has_tags, threads=threads):
            found |= texts
            done += len(texts)
            on_progress(Progress("encode", done, len(features)))
    else:
        on_progress(Progress("encode", done, len(features)))
    if cache is not None:
        cache.keep({key: found[key] for key in keys})
    return _joined([found[key] for key in keys], features, has_tags=has_tags)


def encode_plain(checkpoint: PlainCheckpoint, texts: Sequence[str]) -> NDArray[np.float32]:
    """Returns the encoder's sentence vectors, of length one. Shape: (text, hidden)."""
    rows = [encoding.ids for encoding in checkpoint.tokenizer.encode_batch(list(texts))]
    session, vectors = (
        open_session(states_graph(checkpoint.weights)),
        np.zeros((len(rows), checkpoint.config.hidden_size), np.float32),
    )
    for chosen in equal_lengths([len(row) for row in rows]):
        vectors[chosen] = session.run([VECTOR], {INPUT: np.array([rows[row] for row in chosen], dtype=np.int64)})[0]
    return vectors


def _encoded(graph: bytes, missing: dict[Key, Features], *, has_tags: bool, threads: int) -> Iterator[dict[Key, EncodedText]]:
    """Yields what comes of each batch, in the order of the batches."""
    keys, features = list(missing), list(missing.values())
    batches = list(equal_lengths([len(feature.input_ids) for feature in features]))
    session = open_session(graph)  # one thread a batch: sharing a product costs more than it saves at this size
    encode = partial(_encoded_batch, session, keys, features, has_tags)
    with ThreadPoolExecutor(threads or available_cores()) as pool:
        try:
            yield from pool.map(encode, batches)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _encoded_batch(
    session: Any, keys: Sequence[Key], features: Sequence[Features], has_tags: bool, rows: Sequence[int]
) -> dict[Key, EncodedText]:
    names = [output.name for output in session.get_outputs()]
    input_ids = np.array([features[row].input_ids for row in rows], dtype=np.int64)
    vectors, middles, *layers = session.run(names if has_tags else names[:2], {INPUT: input_ids})
    found = {}
    for place, row in enumerate(rows):
        pieces = list(features[row].pieces)
        states = np.stack([layer[place, pieces] for layer in layers], axis=1) if has_tags else np.zeros((0, 1, 1))
        found[keys[row]] = EncodedText(vectors[place], middles[place], states.astype(np.float16))
    return found


def available_cores() -> int:
    """Returns how many of the processor's cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _joined(texts: Sequence[EncodedText], features: Sequence[Features], *, has_tags: bool) -> Frozen:
    intents = np.array([feature.intent for feature in features], dtype=np.int64)
    sizes = [len(feature.tags) if has_tags else 0 for feature in features]
    tags = np.array([tag for feature in features for tag in feature.tags] if has_tags else [], dtype=np.int64)
    owners = np.repeat(np.arange(len(features)), sizes)
    states = np.concatenate([text.states for text in texts]) if has_tags else np.zeros((0, 1, 1), np.float16)
    vectors, middles = np.stack([text.vector for text in texts]), np.stack([text.middle for text in texts])
    return Frozen(vectors, middles, intents, states, tags, owners)
