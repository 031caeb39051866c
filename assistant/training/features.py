"""Turns examples into numbers: pieces, the first piece of each word, the intent's index, tags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assistant.nlu.tags import TagScheme
from assistant.nlu.words import NO_PIECE, first_pieces, split_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    from assistant.nlu.training_data import Example

# Batches are cut from shuffled chunks that are sorted by length: little padding, and still another batch every epoch.
CHUNK_BATCHES = 20


@dataclass(frozen=True, slots=True)
class Features:
    """One example in numbers.

    Attributes:
        input_ids: special tokens included.
        pieces: index of the first piece of each word that has one.
        tags: of these words.
        intent: index of the class.
        words: the same words as they are written.
    """

    input_ids: tuple[int, ...]
    pieces: tuple[int, ...]
    tags: tuple[int, ...]
    intent: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Labels:
    """What a model tells apart.

    Attributes:
        intents: sorted.
        scheme: the tags.
    """

    intents: tuple[str, ...]
    scheme: TagScheme

    @classmethod
    def of(cls, examples: Sequence[Example]) -> Labels:
        """Returns the labels that occur in the examples."""
        entities = (entity for example in examples for entity in example.entities)
        return cls(tuple(sorted({example.intent for example in examples})), TagScheme.of(entities))

    @property
    def n_tags(self) -> int:
        """How many tags there are; 1 when nothing is annotated."""
        return len(self.scheme.labels)


def make_features(examples: Sequence[Example], tokenizer: Tokenizer, labels: Labels) -> list[Features]:
    """Returns the features of the examples whose intent is known; entities of a kind that is not known are left out.

    Args:
        examples: to learn from or to measure on.
        tokenizer: truncates by itself, and does not pad.
        labels: of the model.
    """
    index = {intent: number for number, intent in enumerate(labels.intents)}
    known = [example for example in examples if example.intent in index]
    encodings = tokenizer.encode_batch([example.text for example in known])
    features: list[Features] = []
    for example, encoding in zip(known, encodings, strict=True):
        words = split_words(example.text)
        tags = labels.scheme.encode(words, [entity for entity in example.entities if labels.scheme.knows(entity)])
        pieces = first_pieces(example.text, words, encoding.offsets)
        kept = [number for number, piece in enumerate(pieces) if piece != NO_PIECE]
        written = tuple(example.text[words[number][0] : words[number][1]] for number in kept)
        tagged = tuple(tags[number] for number in kept)
        features.append(
            Features(tuple(encoding.ids), tuple(pieces[number] for number in kept), tagged, index[example.intent], written)
        )
    return features


def by_length(features: Sequence[Features], batch_size: int) -> Iterator[list[int]]:
    """Yields batches of indices, short examples first."""
    order = sorted(range(len(features)), key=lambda row: len(features[row].input_ids))
    for first in range(0, len(order), batch_size):
        yield order[first : first + batch_size]


def shuffled(features: Sequence[Features], batch_size: int, generator: np.random.Generator) -> list[list[int]]:
    """Returns an epoch's batches of indices, in random order, examples of like length together."""
    order = generator.permutation(len(features))
    batches: list[list[int]] = []
    for first in range(0, len(order), batch_size * CHUNK_BATCHES):
        chunk = sorted(order[first : first + batch_size * CHUNK_BATCHES], key=lambda row: len(features[row].input_ids))
        batches += ([int(row) for row in chunk[i : i + batch_size]] for i in range(0, len(chunk), batch_size))
    return [batches[i] for i in generator.permutation(len(batches))]


def intent_weights(intents: Sequence[int], n_intents: int, balance: float) -> NDArray[np.float32]:
    """Returns a weight for each intent: its number of examples to the power of -balance. Shape: (intent,)."""
    counts = np.maximum(np.bincount(np.asarray(intents, dtype=np.int64), minlength=n_intents), 1).astype(np.float32)
    return np.power(counts, np.float32(-balance))
