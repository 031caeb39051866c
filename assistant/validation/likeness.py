"""Finds utterances that say the same with the same words: up to case, accents, punctuation, courtesies and one typo."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# What may come or go without changing what is asked for.
_COURTESIES = frozenset(
    ("a", "an", "the", "my", "me", "i", "please", "pls", "plz", "hi", "hello", "hey", "thanks", "thank", "you", "just", "so", "ok")
)
_LETTERS_OF_A_TYPO = 5
_FEWEST_WORDS = 2
_LARGEST_GROUP = 50
"""Wordings with a gap that more utterances than this share are a pattern, not a coincidence."""


class Likeness(NamedTuple):
    """Two utterances that are nearly the same, by their indices."""

    first: int
    second: int


def plain_words(text: str) -> tuple[str, ...]:
    """Returns the words of an utterance without case, accents and punctuation."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(letter if letter.isalnum() else " " for letter in letters if not unicodedata.combining(letter) and letter != "'")
    return tuple(kept.split())


def near_duplicates(utterances: Sequence[str]) -> Iterator[Likeness]:
    """Yields pairs of utterances that differ in at most one courtesy or one typo, and in no other word.

    The time grows with the number of words, not of pairs: utterances meet where they share all words but one.

    Args:
        utterances: exact repetitions, up to case and punctuation, are no concern here.
    """
    words = [plain_words(text) for text in utterances]
    meeting: dict[tuple[str, ...], list[int]] = {}
    for index, spoken in enumerate(words):
        if len(spoken) < _FEWEST_WORDS:
            continue
        for key in {spoken, *_with_gaps(spoken)}:
            meeting.setdefault(key, []).append(index)
    seen: set[Likeness] = set()
    for indices in meeting.values():
        for pair in _pairs(indices):
            if pair not in seen and words[pair.first] != words[pair.second] and _are_alike(words[pair.first], words[pair.second]):
                seen.add(pair)
                yield pair


def _with_gaps(words: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    return (words[:i] + words[i + 1 :] for i in range(len(words)))


def _pairs(indices: list[int]) -> Iterator[Likeness]:
    if len(indices) > _LARGEST_GROUP:
        return
    for place, first in enumerate(indices):
        for second in indices[place + 1 :]:
            yield Likeness(min(first, second), max(first, second))


def _are_alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    if len(one) != len(other):
        shorter, longer = sorted((one, other), key=len)
        gap = next((i for i in range(len(longer)) if longer[:i] + longer[i + 1 :] == shorter), None)
        return gap is not None and longer[gap] in _COURTESIES and len(shorter) >= _FEWEST_WORDS
    differing = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    return len(differing) == 1 and _is_typo(*differing[0])


def _is_typo(one: str, other: str) -> bool:
    if min(len(one), len(other)) < _LETTERS_OF_A_TYPO or any(letter.isdigit() for letter in one + other):
        return False
    from rapidfuzz.distance import OSA

    return int(OSA.distance(one, other, score_cutoff=1)) <= 1
