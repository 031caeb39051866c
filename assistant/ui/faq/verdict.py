"""What the assistant would make of a question, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from assistant.ui.chat.evidence import percent
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from assistant.messages import FaqResult


def verdict(result: FaqResult) -> Content:
    """Returns which entry a question would get, or which was nearest to it."""
    if not result.matches:
        return Content.assemble(("✕ no answer  ", "$warning"), ("nothing is near this question", "$muted"))
    first = result.matches[0]
    shown, needed = percent(first.score).strip(), percent(result.threshold).strip()
    if result.best is not None:
        return Content.assemble((f"✓ answers  {shown}  ", "$success"), safe_line(first.question, limit=160))
    nearest = (f"nearest at {shown}, {needed} needed:  {safe_line(first.question, limit=160)}", "$muted")
    return Content.assemble(("✕ no answer  ", "$warning"), nearest)
