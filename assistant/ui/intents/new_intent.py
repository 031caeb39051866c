"""Asks for a new intent: its name, a few lines that people may write, and what the bot says to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static, TextArea

from assistant.corrections.draft import said_in
from assistant.corrections.new_intent import NewIntent, fault_of_name
from assistant.errors import AssistantError
from assistant.languages import tr
from assistant.ui.actions import bindings
from assistant.ui.dialog import Dialog
from assistant.ui.safe_text import safe, safe_line

if TYPE_CHECKING:
    from collections.abc import Collection

    from textual.app import ComposeResult
    from textual.binding import BindingType

_MAX_LINES_CHARS = 100_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A new intent with its first examples, marked up as files have them."""

    intent: NewIntent
    examples: tuple[str, ...]


class NewIntentDialog(Dialog["Wanted | None"]):
    """Asks for an intent; returns it, or None.

    Args:
        known: names that are taken.
        lines: examples to begin with.
    """

    AUTO_FOCUS = "#name"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("new_intent")]
    DEFAULT_CSS = """
    NewIntentDialog {
        align: center middle;
        #dialog {
            width: 90%; max-width: 84; height: auto; max-height: 94%; padding: 0 2; background: $surface;
            border: round $accent; border-title-color: $text-accent; border-subtitle-color: $muted;
        }
        Input, TextArea { border: round $border-blurred; border-title-color: $muted; background: transparent; }
        Input:focus, TextArea:focus { border: round $primary; }
        #lines { height: 8; }
        #fault { height: auto; color: $text-error; padding: 0 1; }
        #dialog-buttons { height: 1; align-horizontal: right; }
        Button { margin-left: 2; }
    }
    """

    def __init__(self, known: Collection[str], lines: str = "") -> None:
        super().__init__()
        self._known, self._lines = frozenset(known), safe(lines, limit=_MAX_LINES_CHARS)

    def compose(self) -> ComposeResult:
        """Lays out the fields."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = tr("New intent")
            dialog.border_subtitle = tr("Tab next field · ^s make it · Esc cancel")
            name = Input(id="name", placeholder=tr("such as ask_gift_card"), max_length=80)
            name.border_title = tr("Name")
            yield name
            lines = TextArea(self._lines, id="lines", tab_behavior="focus")
            lines.border_title = tr("What people write, a line each")
            yield lines
            response = Input(id="response", placeholder=tr("left empty, a rule or story of yours answers it"), max_length=2000)
            response.border_title = tr("What the bot says to it, if anything")
            yield response
            yield Static(id="fault", markup=False)
            with Horizontal(id="dialog-buttons"):
                yield Button(tr("Cancel"), id="cancel", compact=True)
                yield Button(tr("Make it"), id="make", variant="primary", compact=True)

    @on(Input.Submitted)
    def _next_field(self, event: Input.Submitted) -> None:
        if event.input.id == "name":
            self.query_one("#lines").focus()
        else:
            self.action_make()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "make":
            self.action_make()
        else:
            self.action_close()

    def action_make(self) -> None:
        """Returns the intent, or says what is wrong with it."""
        name = self.query_one("#name", Input).value.strip()
        examples = [line.strip().removeprefix("- ").strip() for line in self.query_one("#lines", TextArea).text.splitlines()]
        examples = [line for line in examples if line]
        fault = fault_of_name(name, self._known) or ("" if examples else tr("an intent needs at least one line that people write"))
        try:
            for line in examples:
                said_in(line)
        except AssistantError as error:
            fault = fault or error.what
        if fault:
            self.query_one("#fault", Static).update(f"✕ {safe_line(fault, limit=200)}")
            return
        self.dismiss(Wanted(NewIntent(name, self.query_one("#response", Input).value.strip()), tuple(examples)))

    def action_close(self) -> None:
        """Returns nothing."""
        self.dismiss(None)
