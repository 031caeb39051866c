"""Keeps from translation what must come through letter by letter: code, addresses, placeholders, numbers of orders."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_KEPT = re.compile(
    r"""
    ```.*?```                               # blocks of code
    | `[^`\n]+`                             # code
    | (?<=\])\([^)\s]+\)                    # where a link leads
    | (?:https?://|www\.)[^\s<>()]*[^\s<>().,;:!?]
    | [\w.+-]+@[\w-]+(?:\.[\w-]+)+          # e-mail addresses
    | \{[^{}\n]*\}                          # placeholders of responses
    | (?<!\w)\#?(?=[\w-]*\d)(?=[\w-]*[A-Za-z]|[\d-]{5,})[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9](?!\w)  # AB-1234, 1234567
    | (?<=\s)/[a-z_]\w*                     # commands
    """,
    re.VERBOSE | re.DOTALL,
)
_STAND_IN = re.compile(r"\bX\s?Z\s?(\d+)\b", re.IGNORECASE)


def protected(text: str) -> tuple[str, tuple[str, ...]]:
    """Returns a text with stand-ins for what must not be translated, and what they stand for, in order."""
    kept: list[str] = []

    def stand_in(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"XZ{len(kept)}"

    return _KEPT.sub(stand_in, text), tuple(kept)


def restored(translation: str, kept: Sequence[str]) -> str | None:
    """Returns a translation with what its stand-ins stand for; None where one was lost, doubled or made up."""
    found = Counter(int(number) for number in _STAND_IN.findall(translation))
    if found != Counter(range(1, len(kept) + 1)):
        return None
    return _STAND_IN.sub(lambda stand_in: kept[int(stand_in[1]) - 1], translation)


def parts(text: str) -> list[tuple[str, bool]]:
    """Returns a text cut into parts, each with whether it may be translated; put together again they are the text."""
    found: list[tuple[str, bool]] = []
    end = 0
    for kept in _KEPT.finditer(text):
        found += [(text[end : kept.start()], True), (kept[0], False)]
        end = kept.end()
    return [part for part in [*found, (text[end:], True)] if part[0]]
