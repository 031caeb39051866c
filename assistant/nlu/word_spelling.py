"""What the letters of a word and the words around it say of its tag, beside what the encoder makes of it.

The encoder has read English; a name, a code or a word of another language is a row of unknown letters to it. What stands for it in
Rasa's pipelines, a CRF or DIET on sparse features, reads letters, shape and neighbours, and so does this.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from assistant.nlu.spelling import N_BUCKETS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

MAX_WORDS = 200
"""Words that stand behind so many get no score: the encoder has cut them off, too."""
_RUNS = (2, 3, 4)
_NEAR = (-3, -2, -1, 1, 2, 3)
_BORDER = "\x00"
_DIGIT = re.compile(r"\d")


def word_buckets(words: Sequence[str]) -> list[NDArray[np.int64]]:
    """Returns what is true of each word, hashed, each once, sorted.

    Args:
        words: of one text, by position, as they are written.
    """
    folded = [word.casefold() for word in words[:MAX_WORDS]]
    found = []
    for index in range(len(folded)):
        codes = {crc32(fact.encode("utf-8", "replace")) % N_BUCKETS for fact in _facts(words[index], folded, index)}
        found.append(np.sort(np.fromiter(codes, np.int64, len(codes))))
    return found


def _facts(written: str, words: Sequence[str], index: int) -> Iterator[str]:
    word = words[index]
    bordered = f"{_BORDER}{word}{_BORDER}"
    yield from (f"in {letter}" for letter in word)
    yield from (f"in {bordered[start : start + n]}" for n in _RUNS for start in range(len(bordered) - n + 1))
    yield f"is {word}"
    yield f"shape {_shape(written)}"
    around = {distance: _at(words, index + distance) for distance in _NEAR}
    yield from (f"{distance} {other}" for distance, other in around.items())
    yield from (f"{distance} {end} {part}" for distance in (-1, 1) for end, part in _ends(around[distance]))
    yield f"pair {around[-1]} {word}"
    yield f"pair {word} {around[1]}"


def _at(words: Sequence[str], index: int) -> str:
    return words[index] if 0 <= index < len(words) else _BORDER


def _ends(word: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("begins", word[:3]), ("ends", word[-3:])


def _shape(word: str) -> str:
    """How long figures are, and whether a word begins with a capital; ``5`` for five digits."""
    if word.isdecimal():
        return str(len(word))
    return ("A" if word[:1].isupper() else "a") + ("0" if _DIGIT.search(word) else "")


@dataclass(frozen=True, slots=True)
class WordSpelling:
    """A linear map from what is true of a word to tags.

    Attributes:
        known: the buckets that training saw, sorted. Shape: (bucket,) int64.
        weights: what each says for each tag, in logits. Shape: (bucket, tag) float32.
    """

    known: NDArray[np.int64]
    weights: NDArray[np.float32]

    def logits(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Returns what is to be added to the logits of the tags of each word. Shape: (word, tag)."""
        result = np.zeros((len(words), self.weights.shape[1]), dtype=np.float32)
        for row, found in enumerate(word_buckets(words)):
            result[row] = self.weights[self.places(found)].sum(axis=0) / np.float32(len(found) ** 0.5)
        return result

    def places(self, found: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns where those buckets stand in ``known`` that are there."""
        places = np.searchsorted(self.known, found)
        is_known = places < len(self.known)
        is_known[is_known] = self.known[places[is_known]] == found[is_known]
        known: NDArray[np.int64] = places[is_known]
        return known
