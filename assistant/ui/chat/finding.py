"""Find in conversation: a line under the transcript that takes what to look for, and says which of how many messages is shown."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from assistant.languages import tr
from assistant.ui.actions import bindings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.ui.chat.scrollback import Entry

_MARKS = str.maketrans("", "", "*_`\\")
"""Marks of Markdown that stand between words of the source and are not seen."""

_SLICE: Final = 400


@dataclass(slots=True)
class Finder:
    """The messages with a text, and the one among them that is shown.

    Attributes:
        needle: what is looked for; empty: nothing is.
        found: the messages that have it, oldest first.
        position: of the one that is shown, in ``found``.
    """

    needle: str = ""
    found: Sequence[Entry] = ()
    position: int = 0
    _wanted: str = ""
    _n_looked_at: int = 0

    def look(self, needle: str, entries: Sequence[Entry]) -> Entry | None:
        """Looks for a text; returns the last message with it, or None. Letter case, spacing and Markdown make no difference."""
        self.needle = needle.strip()
        wanted = _folded(self.needle)
        is_narrower = bool(self._wanted) and self._wanted in wanted and self._n_looked_at == len(entries)
        self._wanted, self._n_looked_at = wanted, len(entries)
        self.found = [entry for entry in (self.found if is_narrower else entries) if wanted in _text(entry)] if wanted else ()
        self.position = max(len(self.found) - 1, 0)
        return self.current

    @property
    def current(self) -> Entry | None:
        """The message that is shown."""
        return self.found[self.position] if self.found else None

    def step(self, step: int) -> Entry | None:
        """Goes to another message: 1 to the next, -1 to the one before, around at the ends; returns it."""
        if self.found:
            self.position = (self.position + step) % len(self.found)
        return self.current


async def prepare(entries: Sequence[Entry]) -> None:
    """Makes entries ready to be searched, a few at a time, so that the first letter finds as fast as the others."""
    for start in range(0, len(entries), _SLICE):
        for entry in entries[start : start + _SLICE]:
            _text(entry)
        await asyncio.sleep(0)


def _text(entry: Entry) -> str:
    if entry.folded is None:
        entry.folded = _folded(entry.text.translate(_MARKS))
    return entry.folded


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


class FindInput(Input):
    """The field of the find bar."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("find")]

    @dataclass
    class Stepped(Message):
        """Another of the messages found is wanted."""

        step: int

    @dataclass
    class Closed(Message):
        """Nothing is looked for any more."""

    def action_step(self, step: int) -> None:
        """Goes to another of the messages found."""
        self.post_message(self.Stepped(step))

    def action_close_find(self) -> None:
        """Ends the search."""
        self.post_message(self.Closed())


class FindBar(Horizontal):
    """Asks what to look for; hidden while nothing is looked for."""

    DEFAULT_CSS = """
    FindBar {
        height: 1; display: none; background: $surface; padding: 0 1;
        &.-shown { display: block; }
        #find-sign { width: auto; color: $text-accent; }
        FindInput { width: 1fr; height: 1; border: none; padding: 0 1; background: $surface; }
        FindInput:focus { border: none; background: $panel; }
        #find-count { width: auto; color: $muted; padding: 0 1; }
    }
    """

    @dataclass
    class Wanted(Message):
        """A text is looked for."""

        needle: str

    @dataclass
    class Settled(Message):
        """The message that is shown is the one that was meant: it gets the focus."""

    @property
    def is_shown(self) -> bool:
        """Whether something is looked for."""
        return self.has_class("-shown")

    def compose(self) -> ComposeResult:
        """Lays out a sign, the field and the count."""
        yield Static(f"{tr('Find')} ", id="find-sign", markup=False)
        yield FindInput(compact=True, max_length=200, select_on_focus=True)
        yield Static("", id="find-count", markup=False)

    def open(self) -> None:
        """Shows the bar, and lets what to look for be written."""
        self.add_class("-shown")
        self.query_one(FindInput).focus()

    def close(self) -> None:
        """Hides the bar and empties it."""
        self.remove_class("-shown")
        with self.prevent(Input.Changed):
            self.query_one(FindInput).value = ""
        self.show(Finder())

    def show(self, finder: Finder) -> None:
        """Says which of how many messages is shown."""
        n_found = len(finder.found)
        text = tr("{n} of {all:,}", n=finder.position + 1, all=n_found) if n_found else tr("not found") if finder.needle else ""
        self.query_one("#find-count", Static).update(text)

    @on(Input.Changed)
    def _look(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Wanted(event.value))

    @on(Input.Submitted)
    def _settle(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Settled())
