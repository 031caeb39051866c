"""The line of keys at the bottom, in the language in use: what a class binds is English for as long as the class lives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from assistant.languages import tr, trc
from assistant.ui.actions import KEY

if TYPE_CHECKING:
    from textual.app import ComposeResult

HELP = "help"


class KeyFooter(Footer):
    """Shows the keys that mean something now: as many as there is room for, each whole."""

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

    async def recompose(self) -> None:
        """Lays out other keys, and decides at once which there is room for: by the next drawing a dialog may lie over them."""
        with self.app.batch_update():
            await super().recompose()
            self._leave_out_what_is_cut()

    def on_resize(self) -> None:
        """Makes up its mind anew which keys there is room for."""
        self._leave_out_what_is_cut()

    def _leave_out_what_is_cut(self) -> None:
        """Shows the first keys that fit; help comes before others, since it names the keys that are left out."""
        keys = list(self.query(FooterKey))
        left = self.size.width - sum(_width(key) for key in keys if key.action == HELP)
        is_full = False
        for key in keys:
            if key.action != HELP:
                left -= _width(key)
                is_full = is_full or left < 0
                key.display = not is_full


def _width(key: FooterKey) -> int:
    return key.render().cell_len
