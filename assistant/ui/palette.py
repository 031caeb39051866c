"""Textual's own commands of the palette, in the language in use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.app import SystemCommand

from assistant.languages import ENGLISH, N_, in_use, tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_KEYS: Final = "Keys"
_KNOWN: Final = frozenset(
    {
        N_("Theme"),
        N_("Change the current theme"),
        N_("Quit"),
        N_("Quit the application as soon as possible"),
        N_("Minimize"),
        N_("Minimize the widget and restore to normal size"),
        N_("Maximize"),
        N_("Maximize the focused widget"),
        N_("Screenshot"),
        N_("Save an SVG 'screenshot' of the current screen"),
    }
)


def in_our_words(commands: Iterable[SystemCommand]) -> Iterator[SystemCommand]:
    """Yields commands with their texts in the language in use; Textual's list of keys, which is English, only where that is."""
    for command in commands:
        if command.title != _KEYS or in_use() == ENGLISH.language:
            title, about = (tr(text) if text in _KNOWN else text for text in (command.title, command.help))
            yield SystemCommand(title, about, command.callback, command.discover)
