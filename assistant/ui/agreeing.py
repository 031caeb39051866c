"""Shows what would be written into the project's files, as a diff, and asks whether it shall be."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, Final

from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from assistant.corrections.applying import apply
from assistant.languages import N_, tr
from assistant.ui.actions import bindings
from assistant.ui.dialog import Dialog
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.corrections.proposal import Proposal
    from assistant.ui.app import AssistantApp

WRITTEN: Final = N_("Written. F4 trains it; `assistant correct --undo` takes it back.")
_COLOURS: Final = {"+": "$text-success", "-": "$text-error", "@": "$text-secondary"}
_MOST_LINES: Final = 2_000


async def agree(app: AssistantApp, proposal: Proposal) -> bool:
    """Shows a proposal and writes it where that is agreed; returns whether it was. Must be called in a worker.

    Raises:
        ChangedMeanwhile: somebody else has changed the file; nothing was written.
        CannotWrite: the disk refuses; all files are as they were.
    """
    if not proposal.edits:
        app.notify_text(tr("Nothing to change: {what}.", what=proposal.title))
        return False
    if not await app.push_screen_wait(AgreeDialog(proposal)):
        return False
    await asyncio.to_thread(apply, app.project, proposal)
    app.notify_text(tr(WRITTEN))
    return True


def coloured(lines: Iterable[str]) -> Content:
    """Returns a diff with what goes and what comes in colours; the signs stay, for terminals without them."""
    shown = []
    for number, line in enumerate(lines):
        if number == _MOST_LINES:
            shown.append(Content.styled("…", "$muted"))
            break
        style = "bold" if line.startswith(("+++", "---")) else _COLOURS.get(line[:1], "")
        indent = len(line) - len(line.lstrip(" "))
        body = line[:1] + " " * (len(line[1:]) - len(line[1:].lstrip(" "))) if line[:1] in _COLOURS else " " * indent
        shown.append(Content.styled(body + safe_line(line[len(body) :], limit=400), style))
    return Content("\n").join(shown)


class AgreeDialog(Dialog[bool]):
    """Asks whether a proposal shall be written; returns the answer.

    Args:
        proposal: with at least one edit.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("agree")]
    DEFAULT_CSS = """
    AgreeDialog {
        align: center middle;
        #dialog {
            width: 94%; max-width: 110; height: auto; max-height: 90%;
            padding: 1 2; background: $surface; border: round $accent; border-title-color: $text-accent;
        }
        #diff { height: auto; max-height: 100%; }
        #diff-text { width: auto; height: auto; }
        #notes { color: $text-warning; height: auto; max-height: 5; }
        #dialog-buttons { height: 1; margin-top: 1; align-horizontal: right; }
        Button { margin-left: 2; }
    }
    """

    def __init__(self, proposal: Proposal) -> None:
        super().__init__()
        self._proposal = proposal

    def compose(self) -> ComposeResult:
        """Lays out the diff, what should be known, and the answers."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = tr("Write this?")
            with VerticalScroll(id="diff", can_focus=False):
                yield Static(coloured(self._proposal.diff()), id="diff-text")
            if self._proposal.notes:
                yield Static(
                    "\n".join(tr("note: {note}", note=safe_line(note)) for note in self._proposal.notes), id="notes", markup=False
                )
            with Horizontal(id="dialog-buttons"):
                yield Button(tr("Leave it"), id="leave", compact=True)
                yield Button(tr("Write"), id="write", variant="primary", compact=True)

    def on_mount(self) -> None:
        """Focuses the harmless answer, and leaves the diff the room that there is."""
        self.query_one("#leave").focus()
        self.on_resize()

    def on_resize(self) -> None:
        """Keeps the answers in sight."""
        self.query_one("#diff").styles.max_height = max(self.size.height * 9 // 10 - 8, 3)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Returns the answer."""
        self.dismiss(event.button.id == "write")

    def action_write(self) -> None:
        """Agrees."""
        self.dismiss(True)

    def action_close(self) -> None:
        """Does not agree."""
        self.dismiss(False)

    def action_scroll_diff(self, lines: int) -> None:
        """Scrolls the diff."""
        self.query_one("#diff").scroll_relative(y=lines, animate=False)
