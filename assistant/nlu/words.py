"""Cuts a text into words, the units that tags are given to, and finds the piece of the tokenizer that starts each word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Span: TypeAlias = "tuple[int, int]"
"""Start and end of a stretch of text, in characters."""

NO_PIECE = -1

# Each alternative is bounded or starts where no other could, so that the time grows with the length of the text and not faster.
_WORD = re.compile(
    r"""
      \w[\w.+-]{0,63}@\w[\w-]{0,63}(?:\.\w[\w-]{0,63})+    # jane.roe@example.org
    | (?:https?://|www\.)[^\s<>"']*[\w/]                   # an address, without the full stop behind it
    | \d+(?:[.,:/-]\d+)+(?![\w-])                          # 12.50, 1,000, 10:30, 24/12/2026
    | \w[\w\u0300-\u036f]*(?:-\w[\w\u0300-\u036f]*)*       # order, t-shirt, 12345, letters with combining accents
    | (?<=\w)['\u2019]\w+                                  # the 's of jane's
    | ([^\w\s])\1*                                         # other characters; a run of one is one word
    """,
    re.VERBOSE,
)


def split_words(text: str) -> list[Span]:
    """Returns the words of a text, punctuation cut off.

    ``#12345`` and ``$50`` are two words each, so that an annotation may leave the sign out or take it in.
    """
    return [match.span() for match in _WORD.finditer(text)]


def first_pieces(text: str, words: Sequence[Span], pieces: Sequence[Span]) -> list[int]:
    """Returns for each word the index of the first piece that starts in it.

    Args:
        text: the text that both were cut from.
        words: by position.
        pieces: offsets of the tokenizer, special tokens as empty spans; a piece may take in the space before it.

    Returns:
        One index a word; NO_PIECE where the word has none of its own, because a piece runs over its border or the text was cut.
    """
    found = [NO_PIECE] * len(words)
    word = 0
    for index, (start, end) in enumerate(pieces):
        while start < end and text[start].isspace():
            start += 1  # noqa: PLW2901 (the piece begins at its first letter)
        if start >= end:
            continue
        while word < len(words) and words[word][1] <= start:
            word += 1
        if word == len(words):
            break
        if found[word] == NO_PIECE and start >= words[word][0]:
            found[word] = index
    return found
