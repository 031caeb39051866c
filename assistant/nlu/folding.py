"""Folds texts so that spellings compare alike: without case and accents, in compatible letters, with a typewriter's signs."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

_SIGNS: Final = dict.fromkeys("\u2018\u2019\u02bc\u00b4", "'") | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014", "-")
"""Apostrophes and dashes that phones and word processors write, and the signs of keyboards for them."""


def fold(text: str) -> str:
    """Returns the text in folded letters, with single spaces: ``Baile  Átha`` becomes ``baile atha``."""
    return " ".join(FoldedText.of(text).folded.split())


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A text in folded letters that knows where each came from.

    Attributes:
        text: as written.
        folded: in folded letters.
        places: of each folded letter in the text; None where each stands in its own place.
    """

    text: str
    folded: str
    places: tuple[int, ...] | None

    @classmethod
    def of(cls, text: str) -> FoldedText:
        """Returns the folded text."""
        if text.isascii():
            return cls(text, text.lower(), None)
        letters: list[str] = []
        places: list[int] = []
        for place, letter in enumerate(text):
            for part in _folded_letter(letter):
                letters.append(part)
                places.append(place)
        return cls(text, "".join(letters), tuple(places))

    def original(self, start: int, end: int) -> tuple[int, int] | None:
        """Returns where folded letters came from, accents behind them taken in; None where they are but part of a letter."""
        if self.places is None:
            return start, end
        places = self.places
        if (start and places[start] == places[start - 1]) or (end < len(places) and places[end] == places[end - 1]):
            return None
        last = places[end - 1] + 1
        while last < len(self.text) and unicodedata.combining(self.text[last]):
            last += 1
        return places[start], last


def _folded_letter(letter: str) -> str:
    if letter.isascii():
        return letter.lower()
    if letter in _SIGNS:
        return _SIGNS[letter]
    parts = unicodedata.normalize("NFKD", letter).casefold()
    return "".join(part for part in unicodedata.normalize("NFKD", parts) if not unicodedata.combining(part))
