"""What the letters of a text say of its intent, beside its vector: names, typing errors, languages the encoder never read.

Runs of one to four letters within words, as Rasa's CountVectorsFeaturizer has them (``char_wb``), and whole words; hashed, so that
no vocabulary is kept. A linear map gives each intent a score, which is added to the model's logits.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

N_BUCKETS = 1 << 22
"""So many that hardly two runs of letters share one."""
MAX_CHARACTERS = 400
"""What stands after that is not read: the vector knows of it."""
RUNS = (1, 2, 3, 4)
MAX_WORDS_KEPT = 4096
"""Words whose buckets are kept at hand."""

# Everything that is no space and no sign of ASCII, Chinese, Arabic or Hindi punctuation; a sign is a word of its own.
_SIGNS = r"!-/:-@\[-`{-~\u3001\u3002\uff01-\uff0f\uff1a-\uff20\u2010-\u201f\u00a1\u00bf\u060c\u061b\u061f\u0964"
_PARTS = re.compile(rf"[^\s{_SIGNS}]+|[{_SIGNS}]")


_FIRST = np.ones(1, dtype=bool)


def buckets(text: str) -> NDArray[np.int64]:
    """Returns the runs of letters and the words of a text, hashed, each once, sorted. Shape: (n,)."""
    return _sorted(set[int]().union(*map(_codes, _parts(text))))


def _parts(text: str) -> list[str]:
    """Returns the words and signs of a text, folded."""
    read = text[:MAX_CHARACTERS]
    return _PARTS.findall(read.lower() if read.isascii() else unicodedata.normalize("NFKC", read).casefold())


def _sorted(codes: set[int]) -> NDArray[np.int64]:
    found = np.fromiter(codes, np.int64, len(codes))
    found.sort()
    return found


@lru_cache(MAX_WORDS_KEPT)
def _codes(part: str) -> frozenset[int]:
    """Returns the buckets of one word and of the runs of letters in it; most words of a text were in another one before."""
    word = f" {part} "
    found = {word[start : start + n] for n in RUNS for start in range(len(word) - n + 1)} | {word}
    return frozenset(crc32(run.encode("utf-8", "replace")) % N_BUCKETS for run in found - {" "})


@dataclass(frozen=True, slots=True)
class Spelling:
    """A linear map from runs of letters to intents.

    Attributes:
        known: the buckets that training saw, sorted. Shape: (bucket,) int64.
        rarity: how much each counts. Shape: (bucket,) float32.
        unseen: how much any other bucket counts, in the length of a text alone.
        weights: what each says for each intent, in logits. Shape: (bucket, intent) float32.
    """

    known: NDArray[np.int64]
    rarity: NDArray[np.float32]
    unseen: float
    weights: NDArray[np.float32]
    _places: Callable[[str], bytes] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Makes room for the words that were read."""
        object.__setattr__(self, "_places", lru_cache(MAX_WORDS_KEPT)(partial(_places, self.known)))

    def logits(self, text: str) -> NDArray[np.float32]:
        """Returns what is to be added to the logits of the intents; zeros where nothing is known. Shape: (intent,)."""
        places, values = self.values(text)
        return values @ self.weights.take(places, axis=0)

    def values(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Returns which known buckets a text has, and how much each counts; all of its buckets together have length one."""
        found = np.frombuffer(bytearray(b"".join(map(self._places, _parts(text)))), np.int64)
        found.sort()
        found = found[np.concatenate((_FIRST[: len(found)], found[1:] != found[:-1]))]
        n_unseen = int(found.searchsorted(0))
        return self._weighed(found[n_unseen:], n_unseen)

    def values_of(self, found: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Returns the same of a text whose buckets are known."""
        places = np.searchsorted(self.known, found)
        is_known = places < len(self.known)
        is_known[is_known] = self.known[places[is_known]] == found[is_known]
        kept = places[is_known]
        return self._weighed(kept, len(found) - len(kept))

    def _weighed(self, kept: NDArray[np.int64], n_unseen: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        values = self.rarity.take(kept)
        length = math.sqrt(float(values @ values) + n_unseen * self.unseen**2) or 1.0
        values /= np.float32(length)
        return kept, values


def _places(known: NDArray[np.int64], part: str) -> bytes:
    """Returns the places of the buckets of a word among those that are known, and below zero a number for each that is not.

    As bytes they are kept among Python's own small objects; arrays that stay would leave the memory of large ones in pieces.
    """
    codes = _sorted(set(_codes(part)))
    places = np.searchsorted(known, codes)
    is_known = places < len(known)
    is_known[is_known] = known[places[is_known]] == codes[is_known]
    return np.where(is_known, places, -1 - codes).tobytes()
