"""Asks for one of many names: a field narrows the choice, letters in their order are enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.fuzzy import Matcher
from textual.widgets import Input, OptionList, Static

from assistant.languages import tr
from assistant.ui.actions import bindings
from assistant.ui.dialog import Dialog
from assistant.ui.safe_text import safe, safe_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType


def narrowed(names: Iterable[str], wanted: str) -> tuple[str, ...]:
    """Returns the names that have the letters in their order; first those that have them in one piece, as they came."""
    wanted = wanted.strip().lower()
    if not wanted:
        return tuple(names)
    matcher = Matcher(wanted)
    scored = [(wanted in name.lower(), matcher.match(name), name) for name in names]
    found = [(is_piece, score, name) for is_piece, score, name in scored if is_piece or score > 0]
    return tuple(name for _, _, name in sorted(found, key=lambda row: (not row[0], 0 if row[0] else -row[1])))


class Picker(Dialog["str | None"]):
    """Asks which of many names is meant; returns it, or None.

    Args:
        title: the question in a few words.
        text: what it is about.
        names: to choose from, the likeliest first.
        placeholder: says what can be typed.
    """

    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("dialog")[:1]]
    DEFAULT_CSS = """
    Picker {
        align: center middle;
        #dialog {
            width: 90%; max-width: 72; height: auto; max-height: 90%;
            padding: 1 2; background: $surface; border: round $accent; border-title-color: $text-accent;
        }
        #about { max-height: 6; }
        Input { margin-top: 1; }
        OptionList { height: auto; max-height: 10; }
    }
    """

    def __init__(self, title: str, text: str, names: Sequence[str], *, placeholder: str = "") -> None:
        super().__init__()
        self._title, self._text, self._placeholder = title, text, placeholder
        self._names = tuple(names)
        self._offered = self._names

    def compose(self) -> ComposeResult:
        """Lays out what it is about, a field to narrow the choice, and the names."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content(safe_line(self._title))
            yield Static(safe(self._text, limit=300), id="about", markup=False)
            yield Input(placeholder=self._placeholder or tr("Some letters of the name; Enter takes the first"))
            yield OptionList(*map(_option, self._names))

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        self._offered = narrowed(self._names, event.value)
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(map(_option, self._offered))

    @on(Input.Submitted)
    def _take_first(self) -> None:
        if self._offered:
            self.dismiss(self._offered[0])

    @on(OptionList.OptionSelected)
    def _take(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._offered[event.option_index])

    def action_close(self) -> None:
        """Returns no name."""
        self.dismiss(None)


def _option(name: str) -> Content:
    return Content(safe_line(name))
