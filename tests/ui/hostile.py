"""Strings that have broken terminals and screens, and what must be seen of them."""

from __future__ import annotations

from typing import Final

HOSTILE: Final = {
    "markup": ("[/b] [TODO] x [red]y[/] [@click=app.quit]z", "[/b] [TODO] x"),
    "clipboard": ("before\x1b]52;c;ZXZpbA==\x07after", "beforeafter"),
    "unterminated": ("before \x1b]0;title never ends, after", "after"),
    "control sequence": ("a\x1b[2J\x1b[31mred\x1b[0m", "ared"),
    "device control": ("a\x1bPq#0;2;0;0;0\x1b\\b", "ab"),
    "8-bit controls": ("a\x9b31mb\x9d0;t\x9cc\x85d\x90x\x9ce", "abc"),
    "bidi": ("abc\u202edef\u2066ghi\u200f", "abcdefghi"),
    "NUL and friends": ("a\x00b\x07c\x08d\x7fe", "abcde"),
    "lone surrogate": ("a\ud800b", "a\N{REPLACEMENT CHARACTER}b"),
    "references": ("&#27;]52;c;x &#x202e;y", "y"),
    "joiners": ("\N{MAN}\u200d\N{PERSONAL COMPUTER} ok", "ok"),
    "long": ("word " * 200_000, "word word"),
    "long word": ("w" * 1_000_000, "wwwwwwww"),
    "nested": ("> " * 5_000 + "deep", ">"),
    "carriage return": ("innocent\rEVIL", "EVIL"),
}
"""Each with a part that must be visible."""

FORBIDDEN: Final = frozenset(
    [
        *map(chr, range(0x20)),
        *map(chr, range(0x7F, 0xA0)),
        *map(chr, range(0x202A, 0x202F)),
        *map(chr, range(0x2066, 0x206A)),
        "\u200f",
    ]
) - {"\n"}
"""Characters that must never be written to a terminal as text."""


def forbidden_in(text: str) -> set[str]:
    """Returns the characters of a text that no terminal may get."""
    return set(FORBIDDEN & set(text)) | {character for character in text if "\ud800" <= character <= "\udfff"}
