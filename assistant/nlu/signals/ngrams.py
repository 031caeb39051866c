"""Words, pairs of words and runs of letters of a text, hashed: what a linear head reads beside the sentence vector.

Insults live in their spelling, and so do the ways around it ("1d10t", "stuuupid"), which the encoder's vocabulary hides. Hashing
needs no vocabulary, and a message costs some seventy microseconds.
"""

from __future__ import annotations

import html
import math
import re
from collections import Counter
from functools import lru_cache
from itertools import chain, pairwise
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_BUCKETS = 50_000
MAX_CHARACTERS = 1_000
"""What stands after that is not read; an insult or a mood is found before."""

MAX_WORDS_KEPT = 4096
"""Words whose buckets are kept at hand; most words of a message were in another one before."""
LONGEST_KEPT = 40

_WORD, _PAIR, _LETTERS = 0, 1, 2
"""Seeds: the same bytes are something else as a word, in a pair and as a run of letters."""
_RUNS = (3, 4, 5)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
_NAME = re.compile(r"@\w+")
_DIGITS = re.compile(r"\b\d+\b")
_STRETCHED = re.compile(r"(\w)\1{2,}")
_PARTS = re.compile(r"[\w']+|[^\w\s]")


class Grams(NamedTuple):
    """The n-grams of a text.

    Attributes:
        buckets: those of words, then those of letters. Shape: (n,) int64.
        values: how much each counts; squares add up to 1. Shape: (n,) float32.
    """

    buckets: NDArray[np.int64]
    values: NDArray[np.float32]


def grams(text: str) -> Grams:
    """Returns the n-grams of a text, words and letters counting the same; none for a text without words and signs."""
    parts = [_kept(part) if len(part) <= LONGEST_KEPT else read_part(part) for part in split_parts(text)]
    pairs = [pair_bucket(first.text, second.text) for first, second in pairwise(parts)]
    words = Counter([part.word for part in parts])
    words.update(pairs)
    letters = Counter(chain.from_iterable([part.letters for part in parts]))
    return Grams(np.array([*words, *letters], np.int64), np.array(_weighed(words) + _weighed(letters), np.float32))


def _weighed(counts: Counter[int]) -> list[float]:
    """Returns for each bucket the logarithm of how often it came; squares add up to a half."""
    often = Counter(counts.values())  # nearly all came once
    length = math.sqrt(2 * sum(value_of(count) ** 2 * n for count, n in often.items())) or 1.0
    values = {count: value_of(count) / length for count in often}
    return [values[count] for count in counts.values()]


def value_of(count: int) -> float:
    """Returns what an n-gram counts that came so often, before all are brought to one length."""
    return 1.0 + math.log(count)


def split_parts(text: str) -> list[str]:
    """Returns the words and signs that are read of a text."""
    return _PARTS.findall(_plain(text))


def _plain(text: str) -> str:
    """Returns the text without what names a single person, place or order: such things say nothing of tone."""
    lowered = html.unescape(text[:MAX_CHARACTERS]).lower()
    if "/" in lowered or "www." in lowered:
        lowered = _ADDRESS.sub(" urlurl ", lowered)
    if "@" in lowered:
        lowered = _NAME.sub(" namename ", lowered)
    return _STRETCHED.sub(r"\1\1", _DIGITS.sub("0", lowered))


class Part(NamedTuple):
    """A word or a sign, and the buckets that are its own."""

    text: bytes
    word: int
    letters: tuple[int, ...]


def read_part(part: str) -> Part:
    """Returns a word or a sign with its buckets."""
    text = part.encode("utf-8", "replace")
    bordered = b"_" + text + b"_"
    runs = [bordered[start : start + n] for n in _RUNS for start in range(len(bordered) - n + 1)] if len(text) > 1 else []
    return Part(text, crc32(text, _WORD) % N_BUCKETS, tuple(crc32(run, _LETTERS) % N_BUCKETS for run in runs))


def pair_bucket(first: bytes, second: bytes) -> int:
    """Returns the bucket of two words, one behind the other."""
    return crc32(first + b" " + second, _PAIR) % N_BUCKETS


_kept = lru_cache(MAX_WORDS_KEPT)(read_part)
