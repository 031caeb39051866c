"""Finds the sentences of a running text, each where it stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

Span: TypeAlias = "tuple[int, int]"
"""First character, and one past the last."""

_END = re.compile(r"[.!?\u2026]+[\"'\u201d\u2019)\]]*(?=\s)|\n\s*\n|\n(?=\s*(?:[-*\u2022]|\d+[.)])\s)")
_NEXT = re.compile(r"\s*[\"'\u201c\u2018(\[]?(?:[A-Z0-9\u00c0-\u00de]|[^\x00-\x7f]|[-*\u2022])")
# What ends in a full stop without ending a sentence: titles, references, Latin, initials.
_ABBREVIATED = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|st|no|nos|vs|etc|approx|e\.g|i\.e|eg|ie|cf|al|fig|figs|inc|ltd|co|dept|est|ext|tel|sec|para|art)"
    r"|\b[a-z]|\b[a-z]\.[a-z])\.$",
    re.IGNORECASE,
)
_LONGEST_ABBREVIATION = 12


def sentences(text: str) -> list[Span]:
    """Returns where each sentence of a text starts and ends, without the space around it; an empty line ends one in any case."""
    return [span for span in (_stripped(text, start, end) for start, end in _pieces(text)) if span[0] < span[1]]


def _pieces(text: str) -> Iterator[Span]:
    start = 0
    for found in _END.finditer(text):
        if not found[0].isspace() and not _is_end(text, found.end()):
            continue
        yield start, found.end()
        start = found.end()
    yield start, len(text)


def _is_end(text: str, end: int) -> bool:
    before = text[max(0, end - _LONGEST_ABBREVIATION) : end]
    return bool(_NEXT.match(text, end)) and not (before.endswith(".") and _ABBREVIATED.search(before))


def _stripped(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
