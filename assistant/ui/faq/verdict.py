"""What the assistant would make of a question, and what two entries have against one another, in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from assistant.languages import tr
from assistant.ui.chat.evidence import bar, percent
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from assistant.faq.duplicates import Likeness
    from assistant.messages import FaqResult

_BAR = 12


def verdict(result: FaqResult) -> Content:
    """Returns which entry a question would get, or which was nearest to it."""
    if not result.matches:
        return Content.assemble((f"{tr('✕ no answer')}  ", "$warning"), (tr("nothing is near this question"), "$muted"))
    first = result.matches[0]
    shown, needed = percent(first.score).strip(), percent(result.threshold).strip()
    if result.best is not None:
        return Content.assemble((f"{tr('✓ answers  {share}', share=shown)}  ", "$success"), safe_line(first.question, limit=160))
    nearest = (
        tr(
            "nearest at {share}, {needed} needed:  {question}",
            share=shown,
            needed=needed,
            question=safe_line(first.question, limit=160),
        ),
        "$muted",
    )
    return Content.assemble((f"{tr('✕ no answer')}  ", "$warning"), nearest)


def ranking(result: FaqResult) -> Content:
    """Returns what a question would find, the best first, each with its score as a bar and a line where the threshold lies."""
    lines = [Content.styled(tr("This question finds"), "bold $primary")]
    is_over = True
    for match in result.matches:
        if is_over and match.score < result.threshold:
            is_over = False
            lines.append(Content.styled(tr("┄ answers from {share} on ┄", share=percent(result.threshold).strip()), "$muted"))
        lines.append(Content.assemble(bar(match.score, _BAR), f" {percent(match.score)}  {safe_line(match.question, limit=100)}"))
        if match.matched and match.matched != match.question:
            lines.append(
                Content.styled(" " * (_BAR + 7) + tr("by {question}", question=safe_line(match.matched, limit=100)), "$muted")
            )
    return Content("\n").join(lines)


def alike_in_words(pair: Likeness, own_id: str) -> str:
    """Returns in words how another entry answers the question of one's own."""
    is_first = pair.entry_id == own_id
    other, question = (pair.other_id, pair.other_question) if is_first else (pair.entry_id, pair.question)
    entry, asked = safe_line(other, limit=60), safe_line(question, limit=120)
    if not pair.why:
        return tr("{entry} answers “{question}”.", entry=entry, question=asked)
    why = safe_line(pair.why, limit=160)
    return tr("{entry} answers “{question}”, and says otherwise: {why}.", entry=entry, question=asked, why=why)
