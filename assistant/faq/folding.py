"""Folds texts so that case, accents, punctuation and spacing make no difference, and cuts them into words."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

MAX_CHARS = 2_000
"""What of a question is looked at; nobody asks longer, and the time to answer stays bounded."""

_FIRST_MARK, _LAST_MARK = "\u0300", "\u036f"
"""The combining accents of Latin, Greek and Cyrillic. The marks of other scripts are vowels, and carry meaning."""


def fold(text: str) -> str:
    """Returns what is left of the text without case, accents, punctuation and spacing: words with one space between them.

    A text of nothing but punctuation folds to itself, so that no two different texts of that kind are taken for one.
    """
    if text.isascii():
        kept = text[:MAX_CHARS].lower().translate(_ASCII)
        return " ".join(kept.split()) or " ".join(text[:MAX_CHARS].split())
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text[:MAX_CHARS]).casefold())
    kept = "".join(_folded(character) for character in decomposed)
    return " ".join(unicodedata.normalize("NFC", kept).split()) or " ".join(text[:MAX_CHARS].split())


def words(text: str) -> list[str]:
    """Returns the folded words of a text, those that hold a letter or a digit."""
    return [word for word in fold(text).split(" ") if word.isalnum() or any(map(str.isalnum, word))]


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    if _FIRST_MARK <= character <= _LAST_MARK or character in "'\u2019":
        return ""
    return character if unicodedata.category(character)[0] in "LMNS" else " "


# Most texts are ASCII, and of a large FAQ there are many: a table folds them ten times as fast.
_ASCII = {code: _folded(chr(code)) for code in range(128)}
