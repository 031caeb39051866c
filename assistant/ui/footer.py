"""The line of keys at the bottom, in the language in use: what a class binds is English for as long as the class lives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from assistant.languages import tr, trc
from assistant.ui.actions import KEY

if TYPE_CHECKING:
    from textual.app import ComposeResult


class KeyFooter(Footer):
    """Shows the keys that mean something now."""

    def __init__(self) -> None:
        super().__init__(show_command_palette=False)

    def compose(self) -> ComposeResult:
        """Lays out the keys with their labels, and with their sentences for whoever points at one."""
        for widget in super().compose():
            if isinstance(widget, FooterKey):
                widget.description = trc(KEY, widget.description)
                if isinstance(widget.tooltip, str):
                    widget.tooltip = tr(widget.tooltip)
            yield widget
