"""Failures as people see them: a dialog that can be copied, opened from a notice."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, ClassVar, Final

from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static, TextArea

from assistant.errors import AssistantError
from assistant.languages import tr
from assistant.ui.actions import bindings
from assistant.ui.dialog import Dialog
from assistant.ui.safe_text import safe

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


_MAX_DETAILS: Final = 8_000


def as_problem(error: BaseException) -> AssistantError:
    """Returns the error as one of the catalogue; one that nobody foresaw keeps its name and says that it was not foreseen."""
    if isinstance(error, AssistantError):
        return error
    what = tr("something unforeseen happened: {error}", error=f"{type(error).__name__}: {error}")
    return AssistantError(what, fix=tr("try again; if it stays, report it with the details shown here"))


def details_of(error: BaseException) -> str:
    """Returns all there is to say of an error, for copying: the message, and for one that nobody foresaw where it came from."""
    message = str(as_problem(error))
    if isinstance(error, AssistantError) and error.__cause__ is None:
        return safe(message, limit=_MAX_DETAILS)
    return safe(message + "\n\n" + "".join(traceback.format_exception(error)), limit=_MAX_DETAILS)


class ProblemDialog(Dialog[None]):
    """Shows an error with a button to copy it."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("dialog")]
    DEFAULT_CSS = """
    ProblemDialog {
        align: center middle;
        #dialog {
            width: 90%; max-width: 92; height: auto; max-height: 90%;
            padding: 1 2; background: $surface; border: round $error; border-title-color: $text-error;
        }
        #what { text-style: bold; }
        #fix { color: $muted; margin-top: 1; }
        #details { height: auto; max-height: 10; margin-top: 1; border: none; background: $background; }
        #dialog-buttons { height: auto; margin-top: 1; align-horizontal: right; }
        Button { margin-left: 2; }
    }
    """

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.problem = as_problem(error)
        self.details = details_of(error)

    def compose(self) -> ComposeResult:
        """Lays out what is wrong, how to fix it, and the whole text."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = f"✕ {self.problem.code}"
            yield Static(safe(self.problem.what, limit=600), id="what", markup=False)
            if self.problem.fix:
                yield Static(safe(f"→ {self.problem.fix}", limit=600), id="fix", markup=False)
            yield TextArea(self.details, id="details", read_only=True, compact=True, show_cursor=False)
            with Horizontal(id="dialog-buttons"):
                yield Button(tr("Copy"), id="copy", compact=True)
                yield Button(tr("Close"), id="close", variant="primary", compact=True)

    def on_mount(self) -> None:
        """Focuses the button that closes."""
        self.query_one("#close").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Copies or closes."""
        if event.button.id == "copy":
            self.action_copy_all()
        else:
            self.action_close()

    def action_copy_all(self) -> None:
        """Copies the whole text."""
        self.app.copy_to_clipboard(self.details)
        self.notify(tr("Copied."), timeout=2)

    def action_close(self) -> None:
        """Closes the dialog."""
        self.dismiss(None)
