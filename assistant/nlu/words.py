"""Cuts a text into words, the units that tags are given to, and finds the piece of the tokenizer that starts each word."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Span: TypeAlias = "tuple[int, int]"
"""Start and end of a stretch of text, in characters."""

NO_PIECE = -1


def _marks() -> str:
    """Ranges of the signs that belong to the letter before them, to stand in a class of a regex."""
    blocks = ((0x0300, 0x1E00), (0x20D0, 0x2100), (0x302A, 0x309B), (0xA66F, 0xABF0), (0xFE20, 0xFE30))
    marks = [code for first, last in blocks for code in range(first, last) if unicodedata.category(chr(code)) in {"Mn", "Mc"}]
    starts = [code for code, before in zip(marks, [-1, *marks], strict=False) if code != before + 1]
    ends = [code for code, after in zip(marks, [*marks[1:], -1], strict=True) if code != after - 1]
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in zip(starts, ends, strict=True))


_MARKS = "\u200c\u200d" + _marks()
"""Accents, vowels of Hindi, Arabic or Thai, and what joins or parts letters."""

# Scripts that put no spaces between words, or, as Korean, none before what other languages write apart: each letter is a word.
_SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u2e80-\u2fdf\u3005-\u3007\u3041-\u309f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    "\U00020000-\U0003ffff"  # Chinese and Japanese, Korean in between
)
_SPACED = rf"[^\W{_SPACELESS}]"
_LETTER = rf"{_SPACED}[{_MARKS}]*"

_ADDRESSES = rf"""
      {_SPACED}(?:{_SPACED}|[.+-]){{0,63}}@\w[\w-]{{0,63}}(?:\.\w[\w-]{{0,63}})+  # jane.roe@example.org
    | (?:https?://|www\.)[^\s<>"']*[\w/]                   # an address, without the full stop behind it
    |"""
# Each alternative is bounded or starts where no other could, so that the time grows with the length of the text and not faster.
_REST = rf"""
      \d+(?:[.,:/-]\d+)+(?![\w-])                          # 12.50, 1,000, 10:30, 24/12/2026
    | (?:{_LETTER})+(?:-(?:{_LETTER})+)*                   # order, t-shirt, 12345, letters with their marks
    | [{_SPACELESS}][{_MARKS}]*                            # one letter of Chinese or Thai
    | (?<=\w)['\u2019]\w+                                  # the 's of jane's
    | ([^\w\s])\1*                                         # other characters; a run of one is one word
    """
_WORD, _NO_ADDRESS = (re.compile(pattern, re.VERBOSE) for pattern in (_ADDRESSES + _REST, _REST))


def split_words(text: str) -> list[Span]:
    """Returns the words of a text, punctuation cut off.

    ``#12345`` and ``$50`` are two words each, so that an annotation may leave the sign out or take it in.
    """
    has_address = "@" in text or "://" in text or "www." in text
    return [match.span() for match in (_WORD if has_address else _NO_ADDRESS).finditer(text)]


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
