"""The buttons of a reply: pressed by number, with Enter, by mouse, or simply ignored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import ItemGrid
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from assistant.languages import NC_
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.messages import Button

MAX_NUMBERED = 9


class Choice(Static, can_focus=True):
    """One button of a reply.

    Args:
        number: its key, from 1; above 9 it has none.
        button: what it says and sends.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "press", NC_("key", "Press"), key_display="Enter")]
    DEFAULT_CSS = """
    Choice {
        height: 1; width: 100%; padding: 0 1 0 0; pointer: pointer;
        background: $panel; text-wrap: nowrap; text-overflow: ellipsis;
        &:hover, &:focus, &.-armed { background: $primary 35%; text-style: bold; }
        &:disabled { background: $panel 40%; text-opacity: 60%; pointer: default; }
    }
    """

    @dataclass
    class Pressed(Message):
        """A button was pressed."""

        button: Button

    def __init__(self, number: int, button: Button) -> None:
        key = f" {number} " if number <= MAX_NUMBERED else "   "
        title = safe_line(button.title, limit=80) or safe_line(button.payload, limit=80)
        super().__init__(Content.assemble((key, "$text-accent"), title))
        self.button = button
        self.n_cells = len(key) + len(title) + 2

    def action_press(self) -> None:
        """Presses the button."""
        if not self.disabled:
            self.post_message(self.Pressed(self.button))

    def on_click(self, event: events.Click) -> None:
        """Presses the button."""
        event.stop()
        self.action_press()


class Choices(ItemGrid):
    """The buttons of one reply, in as many columns as fit."""

    DEFAULT_CSS = """
    Choices { height: auto; grid-gutter: 0 1; margin-top: 1; max-width: 76; }
    """

    def __init__(self, buttons: Sequence[Button], *, is_spent: bool = False) -> None:
        self.choices = [Choice(number, button) for number, button in enumerate(buttons, start=1)]
        super().__init__(min_column_width=min(max((choice.n_cells for choice in self.choices), default=8), 60))
        if is_spent:
            self.spend()

    def compose(self) -> ComposeResult:
        """Lays out the buttons."""
        yield from self.choices

    def spend(self) -> None:
        """Fades the buttons: something else was said, they are not offered any more."""
        for choice in self.choices:
            choice.disabled = True

    def arm(self, number: int | None) -> None:
        """Marks the button whose number was typed; None marks none."""
        for position, choice in enumerate(self.choices, start=1):
            choice.set_class(position == number, "-armed")
