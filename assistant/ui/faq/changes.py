"""What an import does, in words: how much of what, each change line by line, and what in it should be read once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from assistant.faq.differences import changed_lines
from assistant.languages import tr, trn
from assistant.ui.faq.diff import diff_content
from assistant.ui.faq.fields import doubt_of
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.knowledge.entry_doubts import Doubt
    from assistant.stores.entry_import import ImportChange, ImportReport


def counts_of(report: ImportReport) -> str:
    """Returns how many entries are new, changed, archived and as they were."""
    counts = [
        trn("{n} new", "{n} new", report.n_added) if report.n_added else "",
        trn("{n} changed", "{n} changed", report.n_changed) if report.n_changed else "",
        trn("{n} archived", "{n} archived", report.n_archived) if report.n_archived else "",
        trn("{n} as they were", "{n} as they were", report.n_unchanged),
    ]
    return ", ".join(filter(None, counts))


def changes_content(changes: Sequence[ImportChange], n_changes: int, doubts: Mapping[str, Sequence[Doubt]]) -> Content:
    """Returns changes line by line.

    Args:
        changes: those that are shown.
        n_changes: how many there are.
        doubts: what in an entry should be read once more, by its id.
    """
    shown = [_change(change, doubts.get(change.after.id, ())) for change in changes]
    if n_changes > len(changes):
        shown.append(Content.styled("… " + tr("and {n} more", n=n_changes - len(changes)), "$muted"))
    return Content("\n").join(shown)


def _change(change: ImportChange, doubts: Sequence[Doubt]) -> Content:
    before, after = change.before, change.after
    sign = "+" if before is None else "✕" if after.status == "archived" != before.status else "~"
    head = Content.styled(f"{sign} {safe_line(after.id, limit=80)}", "bold")
    warnings = [
        Content.assemble((f"⚠ {safe_line(doubt_of(doubt), limit=100)}", "$text-warning"), f"  {safe_line(doubt.text, limit=120)}")
        for doubt in doubts
    ]
    return Content("\n").join([head, *warnings, diff_content(changed_lines(before, after)), Content("")])
