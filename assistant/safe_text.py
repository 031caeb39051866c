"""Makes any text safe to show in a terminal: no escape sequence, control or bidi character is left, the visible text is.

Text from users, entries, actions and logs passes through here before a widget sees it or a command writes it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_SHOWN: Final = 20_000
"""Characters of one text that are shown; more would freeze any widget, and nobody reads it in a terminal."""

# String sequences (OSC, DCS, APC, PM, SOS) go with their content when they are closed. One that is never closed loses only its
# introducer: else a single byte would swallow the rest of the message. Each alternative stops at the next introducer: linear time.
_STRING_SEQUENCE = r"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x90\x98\x9c-\x9f\n]*(?:\x07|\x1b\\|\x9c)"
_CONTROL_SEQUENCE = r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
_SHORT_SEQUENCE = r"\x1b[ -/]*[0-~]"
_SEQUENCES = re.compile(f"{_STRING_SEQUENCE}|{_CONTROL_SEQUENCE}|{_SHORT_SEQUENCE}")

_BREAKS = {0x0B: "\n", 0x0C: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n", 0x09: "    "}
_REMOVED = (
    *range(0x0A),
    *range(0x0E, 0x20),
    *range(0x7F, 0xA0),  # DEL and the 8-bit controls
    0x00AD,  # soft hyphen
    0x061C,
    *range(0x200B, 0x200C),  # zero-width space; the joiners after it shape letters and emoji, and stay
    *range(0x200E, 0x2010),  # direction marks
    *range(0x202A, 0x202F),  # direction embeddings and overrides
    *range(0x2060, 0x2070),  # invisible operators, isolates
    0xFEFF,
    *range(0xFFF9, 0xFFFC),  # interlinear annotation
    *range(0xE0000, 0xE0080),  # invisible copies of ASCII
)
_TABLE: Mapping[int, str | None] = {
    **dict.fromkeys(_REMOVED),
    **dict.fromkeys(range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}"),  # lone surrogates cannot be written out
    **_BREAKS,
}
_WITH_TABS: Mapping[int, str | None] = {**_TABLE, 0x09: "\t"}
_ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def safe(text: object, *, limit: int = MAX_SHOWN) -> str:
    """Returns the text as it may be shown: visible characters, spaces and newlines.

    Args:
        text: anything; what is no string is turned into one.
        limit: characters kept; a note says how many more there were.
    """
    whole = text if isinstance(text, str) else str(text)
    # What is cut off is never looked at: cleaning may only shorten, so four times the limit is enough to fill it.
    head = whole[: 4 * limit].replace("\r\n", "\n").replace("\r", "\n")
    shown = _SEQUENCES.sub("", head).translate(_TABLE)
    if len(shown) <= limit and len(whole) <= 4 * limit:
        return shown
    return f"{shown[:limit]}\n… and {len(whole) - limit:,} more characters"


def clean(text: str) -> str:
    """Returns the whole text as a command may write it: as ``safe``, but of any length, and tabs stay."""
    return _SEQUENCES.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).translate(_WITH_TABS)


def escaped(json_text: str) -> str:
    """Returns JSON in which whatever would act on a terminal is written as an escape of JSON, so that nothing is lost."""
    return _ACTING.sub(lambda match: f"\\u{ord(match[0]):04x}", json_text)


def safe_line(text: object, *, limit: int = 400) -> str:
    """Returns the text as one line that may be shown: runs of white space become one space, an ellipsis marks a cut."""
    line = " ".join(safe(text, limit=4 * limit).split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def safe_value(value: Any, *, limit: int = 120) -> str:
    """Returns a slot's or entity's value as one line that may be shown: texts as they are, the rest as Python writes it."""
    return safe_line(value if isinstance(value, str) else repr(value), limit=limit)
