"""A dialog that asks one question and returns which answer was chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from assistant.ui.actions import bindings
from assistant.ui.dialog import Dialog
from assistant.ui.safe_text import safe, safe_line

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


_ROW_CELLS, _BUTTON_CELLS = 64, 6
"""Answers that need more cells than a row has stand under one another."""


class QuestionDialog(Dialog[str | None]):
    """Asks, and returns the key of the chosen answer; None when nothing was chosen.

    Args:
        title: one or two words.
        text: the question.
        answers: key and label of each; the first has the focus, so it should be the harmless one.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("dialog")[:1]]
    DEFAULT_CSS = """
    QuestionDialog {
        align: center middle;
        #dialog {
            width: 90%; max-width: 72; height: auto; max-height: 90%;
            padding: 1 2; background: $surface; border: round $accent; border-title-color: $text-accent;
        }
        #dialog-buttons { height: auto; margin-top: 1; align-horizontal: right; }
        Button { margin-left: 2; }
        Vertical#dialog-buttons { align-horizontal: left; }
    }
    """

    def __init__(self, title: str, text: str, answers: dict[str, str]) -> None:
        super().__init__()
        self._title, self._text, self._answers = title, text, answers
        self._is_wide = sum(len(label) + _BUTTON_CELLS for label in answers.values()) > _ROW_CELLS

    def compose(self) -> ComposeResult:
        """Lays out the question and its answers."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content(safe_line(self._title))
            yield Static(safe(self._text, limit=2000), markup=False)
            with Vertical(id="dialog-buttons") if self._is_wide else Horizontal(id="dialog-buttons"):
                for key, label in self._answers.items():
                    yield Button(Content(safe_line(label)), id=key, compact=True)

    def on_mount(self) -> None:
        """Focuses the first answer."""
        self.query(Button).first().focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Returns the answer."""
        self.dismiss(event.button.id)

    def action_close(self) -> None:
        """Returns no answer."""
        self.dismiss(None)
