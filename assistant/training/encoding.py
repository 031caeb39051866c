"""Runs an encoder as it is over examples, on ONNX Runtime: faster than torch, and each text gives the same bits in any company."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from assistant.albert.batches import equal_lengths
from assistant.albert.export import INPUT, states_graph
from assistant.albert.session import open_session
from assistant.messages import Progress
from assistant.training.vector_cache import EncodedText, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor
    from transformers import AlbertModel

    from assistant.messages import ProgressCallback
    from assistant.training.features import Features
    from assistant.training.vector_cache import Key, VectorCache


@dataclass(frozen=True, slots=True)
class Frozen:
    """What the encoder made of some examples.

    Attributes:
        vectors: Shape: (example, hidden).
        intents: Shape: (example,).
        layers: states at the first piece of each word; float16 to save memory. Shape: (word, layer + 1, hidden).
        tags: Shape: (word,).
        owners: the example of each word. Shape: (word,).
    """

    vectors: Tensor
    intents: Tensor
    layers: Tensor
    tags: Tensor
    owners: Tensor

    def only(self, rows: Tensor) -> Frozen:
        """Returns the examples for which ``rows`` is true."""
        words = rows[self.owners]
        renumbered = torch.cumsum(rows, 0) - 1
        owners = renumbered[self.owners[words]]
        return Frozen(self.vectors[rows], self.intents[rows], self.layers[words], self.tags[words], owners)

    def without_words(self) -> Frozen:
        """Returns the examples without the states of their words, which take long to copy."""
        return Frozen(self.vectors, self.intents, self.layers[:0], self.tags[:0], self.owners[:0])


def encode_frozen(
    encoder: AlbertModel,
    features: Sequence[Features],
    *,
    has_tags: bool,
    on_progress: ProgressCallback,
    cache: VectorCache | None = None,
    threads: int = 1,
) -> Frozen:
    """Returns what the encoder makes of the examples, in their order.

    Args:
        encoder: as it is now.
        features: the examples.
        has_tags: whether the states of words are wanted; they take a lot of memory.
        on_progress: told of each batch.
        cache: of this encoder; texts that are kept there are not encoded again.
        threads: of the runtime; 0 leaves its own choice.
    """
    keys = [key_of(feature, has_states=has_tags) for feature in features]
    found: dict[Key, EncodedText] = {}
    if cache is not None:
        found = {key: text for key in keys if (text := cache.get(key)) is not None}
    missing = {key: feature for key, feature in zip(keys, features, strict=True) if key not in found}
    done = len(features) - len(missing)
    if missing:
        for key, text in _encoded(encoder, missing, has_tags=has_tags, threads=threads):
            found[key] = text
            done += 1
            on_progress(Progress("encode", done, len(features)))
    else:
        on_progress(Progress("encode", done, len(features)))
    if cache is not None:
        cache.keep({key: found[key] for key in keys})
    return _joined([found[key] for key in keys], features, has_tags=has_tags)


def _encoded(
    encoder: AlbertModel, missing: dict[Key, Features], *, has_tags: bool, threads: int
) -> Iterator[tuple[Key, EncodedText]]:
    session = open_session(states_graph(encoder), threads)
    names = [output.name for output in session.get_outputs()]
    keys, features = list(missing), list(missing.values())
    for rows in equal_lengths([len(feature.input_ids) for feature in features]):
        input_ids = np.array([features[row].input_ids for row in rows], dtype=np.int64)
        vectors, *layers = session.run(names if has_tags else names[:1], {INPUT: input_ids})
        for place, row in enumerate(rows):
            pieces = list(features[row].pieces)
            states = np.stack([layer[place, pieces] for layer in layers], axis=1) if has_tags else np.zeros((0, 1, 1))
            yield keys[row], EncodedText(vectors[place], states.astype(np.float16))


def _joined(texts: Sequence[EncodedText], features: Sequence[Features], *, has_tags: bool) -> Frozen:
    intents = torch.tensor([feature.intent for feature in features])
    sizes = [len(feature.tags) if has_tags else 0 for feature in features]
    tags = torch.tensor([tag for feature in features for tag in feature.tags] if has_tags else [], dtype=torch.int64)
    owners = torch.repeat_interleave(torch.arange(len(features)), torch.tensor(sizes, dtype=torch.int64))
    states = torch.from_numpy(np.concatenate([text.states for text in texts])) if has_tags else torch.zeros(0, 1, 1)
    return Frozen(torch.from_numpy(np.stack([text.vector for text in texts])), intents, states, tags, owners)
