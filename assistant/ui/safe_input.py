"""A field of one line that never holds what must not reach a terminal, whoever types or pastes it."""

from __future__ import annotations

from textual.widgets import Input

from assistant.ui.safe_text import safe

MAX_CHARS = 2_000_000
"""More than the longest field may hold: what is pasted is cut there."""


class SafeInput(Input):
    """An input whose value is always safe to show: escape sequences, control and bidi characters are left out as they come in."""

    def validate_value(self, value: str) -> str:
        """Returns the value as it may be shown; a line break becomes a space."""
        return value if value.isascii() and value.isprintable() else safe(value, limit=MAX_CHARS).replace("\n", " ")
