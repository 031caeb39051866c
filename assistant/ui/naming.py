"""Asks for a line of text, such as the name of a story."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from assistant.languages import tr
from assistant.ui.actions import bindings
from assistant.ui.dialog import Dialog
from assistant.ui.safe_text import safe, safe_line

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


class NameDialog(Dialog["str | None"]):
    """Asks for a line of text; returns it, or None when it is left.

    Args:
        title: the question in a few words; text: what there is to say about it.
        value: what the field holds at first.
        may_be_empty: whether an empty line is an answer.
    """

    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("dialog")[:1]]
    DEFAULT_CSS = """
    NameDialog {
        align: center middle;
        #dialog {
            width: 90%; max-width: 72; height: auto; max-height: 90%;
            padding: 1 2; background: $surface; border: round $accent;
            border-title-color: $text-accent; border-subtitle-color: $muted;
        }
        Input { margin-top: 1; }
    }
    """

    def __init__(self, title: str, text: str, value: str = "", *, may_be_empty: bool = False) -> None:
        super().__init__()
        self._title, self._text, self._value, self._may_be_empty = title, text, value, may_be_empty

    def compose(self) -> ComposeResult:
        """Lays out the text and the field."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content(safe_line(self._title))
            dialog.border_subtitle = tr("Enter ok · Esc cancel")
            yield Static(safe(self._text, limit=300), markup=False)
            yield Input(safe_line(self._value, limit=200), max_length=200)

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        value = " ".join(safe(event.value).split())
        if value or self._may_be_empty:
            self.dismiss(value)

    def action_close(self) -> None:
        """Returns nothing."""
        self.dismiss(None)
