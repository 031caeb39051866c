"""The F1 help: every key of the registry with its sentence, the place one stands in first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from assistant.languages import N_, tr
from assistant.ui.actions import ACTIONS, PLACES, bindings
from assistant.ui.dialog import Dialog
from assistant.ui.markdown_blocks import Block
from assistant.ui.prose import Prose

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.ui.actions import Action

_COMMANDS = (
    ("/restart", N_("Start the conversation anew.")),
    ("/help", N_("Show this help.")),
    ('/intent{"entity": "value"}', N_("Send an intent as if it had been understood, past the language model.")),
)

_COLUMN = 13


class HelpScreen(Dialog[None]):
    """Lists all keys.

    Args:
        first: the places that matter where help was asked for; they stand on top.
        keymap: the keys that people have given to actions, by the action's id.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("dialog")[:1]]
    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        #help {
            width: 90%; max-width: 88; height: 90%; padding: 1 2;
            background: $surface; border: round $primary; border-title-color: $text-primary; border-subtitle-color: $muted;
        }
        .place { text-style: bold; color: $text-primary; margin-top: 1; }
        .place:first-child { margin-top: 0; }
    }
    """

    def __init__(self, first: tuple[str, ...] = (), keymap: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._keymap = keymap or {}
        self._order = (*first, *(place for place in PLACES if place not in first))

    def compose(self) -> ComposeResult:
        """Lays out one section a place."""
        with VerticalScroll(id="help") as box:
            box.border_title = tr("Keys")
            box.border_subtitle = tr("↑ ↓ scroll · Esc close")
            for place in self._order:
                yield Static(tr(PLACES[place]), classes="place", markup=False)
                yield KeyRows((self._key(action), action.shown_help) for action in ACTIONS if action.place == place)
            yield Static(tr("Commands in a message"), classes="place", markup=False)
            yield KeyRows((command, tr(about)) for command, about in _COMMANDS)

    def _key(self, action: Action) -> str:
        keys = self._keymap.get(action.id)
        return action.key_text if keys is None else (replace(action, keys=keys, display=None).key_text or tr("none"))

    def on_mount(self) -> None:
        """Lets the arrow keys scroll at once."""
        self.query_one("#help").focus()

    def action_close(self) -> None:
        """Closes the help."""
        self.dismiss(None)


class KeyRows(Prose):
    """Keys and sentences in two columns; a key too wide for its column has a line of its own."""

    def __init__(self, rows: Iterable[tuple[str, str]]) -> None:
        super().__init__("")
        self.blocks = tuple(block for key, sentence in rows for block in _row(key, sentence))


def _row(key: str, sentence: str) -> tuple[Block, ...]:
    named = Content.styled(key, "$text-accent")
    if len(key) < _COLUMN:
        return (Block(Content(sentence), named + " " * (_COLUMN - len(key)), " " * _COLUMN, gap=False),)
    return (Block(named, gap=False), Block(Content(sentence), " " * _COLUMN, " " * _COLUMN, gap=False))
