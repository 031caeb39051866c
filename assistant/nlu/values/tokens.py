"""Cuts a text into tokens: words in lower case, numbers, and the dates and clock times that are written in figures."""

from __future__ import annotations

import re
from typing import NamedTuple

WORD, NUMBER, SIGN = "word", "number", "sign"
ISO_TIME, FULL_DATE, CLOCK, MONTH_OF_YEAR, SHORT_DATE = "iso", "date", "clock", "month", "short"

# Words come first, as most tokens are; all else starts with a figure or a sign.
# Every repetition is bounded or eats what nothing before it could have eaten, so that the time is linear in the text.
_TOKEN = re.compile(
    r"""
      (?P<word>[^\W\d_]+(?:['\u2019][^\W\d_]+)*)
    | (?P<iso>(?<!\d)\d{4}-\d{1,2}-\d{1,2}(?:[Tt]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d{2}:?\d{2})?)?(?![\w-]))
    | (?P<date>(?<![\d/.-])\d{1,2}(?P<cut>[/.-])\d{1,2}(?P=cut)(?:\d{4}|\d{2})(?![\w/-]))
    | (?P<clock>(?<!\d)\d{1,2}:\d{2}(?::\d{2})?(?!\d|:\d))
    | (?P<month>(?<![\d/])\d{1,2}/\d{4}(?![\w/]))
    | (?P<short>(?<![\d/])\d{1,2}/\d{1,2}(?![\w/]))
    | (?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,]) | \d{1,3}(?:\.\d{3})+,\d{1,2}(?![\d,]) | \d{1,3}(?:\.\d{3}){2}(?!\d|\.\d)
        | \d+(?:[.,]\d+)?)
    | (?P<sign>[^\w\s])
    """,
    re.VERBOSE,
)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_POINTS_BETWEEN = re.compile(r"\d{1,3}(?:\.\d{3})+,\d{1,2}|\d{1,3}(?:\.\d{3}){2}")


class Token(NamedTuple):  # made for each word of each message: a dataclass that is frozen takes three times as long
    """A piece of text with a kind.

    Attributes:
        kind: one of the names above.
        text: in lower case, with straight apostrophes.
        start, end: in characters of the text.
        is_glued: a letter, digit or underscore stands right before it.
        value: of a number; None for other kinds.
    """

    kind: str
    text: str
    start: int
    end: int
    is_glued: bool
    value: float | None = None


def word_list(words: str) -> frozenset[str]:
    """Returns the words of a text that names them one after another."""
    return frozenset(words.split())


def tokenise(text: str) -> list[Token]:
    """Returns the tokens of a text, by position."""
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        kind = match.lastgroup if match.lastgroup != "cut" else FULL_DATE
        if kind is None:  # each alternative is a group
            continue
        written = match[0].lower().replace("\u2019", "'")
        is_glued = start > 0 and (text[start - 1].isalnum() or text[start - 1] == "_")
        tokens.append(Token(kind, written, start, end, is_glued, _value(written) if kind == NUMBER else None))
    return tokens


def _value(written: str) -> float | None:
    """Returns what figures mean; a comma before one or two of them, or many, is a decimal comma: ``19,90``, ``1.250,00``."""
    if _POINTS_BETWEEN.fullmatch(written):
        written = written.replace(".", "")
    plain = written.replace(",", "") if _THOUSANDS.fullmatch(written) else written.replace(",", ".")
    return float(plain) if len(plain) <= 30 else None  # noqa: PLR2004 (longer figures are a code, not a quantity)
