"""Differences between two versions, as lines in colour; the signs alone say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from collections.abc import Sequence

_STYLES = {"+": "$text-success", "-": "$text-error"}


def diff_content(lines: Sequence[str]) -> Content:
    """Returns the lines of a difference, see ``assistant.faq.differences.changed_lines``, with what comes and goes in colour."""
    shown = lines[1:] if lines and lines[0].startswith("@@") else lines
    return Content("\n").join(_line(line) for line in shown)


def _line(line: str) -> Content:
    if line.startswith("@@"):
        return Content.styled("⋯", "$muted")
    body = line[1:]
    indent = " " * (len(body) - len(body.lstrip()))  # tells an item of a list from a field
    return Content.styled(f"{line[:1]} {indent}{safe_line(body, limit=2000)}", _STYLES.get(line[:1], "$muted"))
