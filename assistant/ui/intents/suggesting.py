"""Messages that nobody has labelled, those that would teach most first: one key says what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from assistant.languages import tr
from assistant.ui.actions import bindings
from assistant.ui.chat.evidence import percent
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType

    from assistant.corrections.suggestions import Suggestion


class SuggestionList(OptionList):
    """Suggestions, a line each."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("suggestions")]
    DEFAULT_CSS = """
    SuggestionList {
        height: 1fr; background: transparent; border: none; padding: 0 1; scrollbar-size-vertical: 1;
        text-wrap: nowrap; text-overflow: ellipsis;
        &:focus { border: none; }
    }
    """

    @dataclass
    class Judged(Message):
        """Somebody has said what a message means: ``accept`` what the model makes of it, ``relabel`` or ``ignore`` it."""

        what: str
        suggestion: Suggestion

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._suggestions: list[Suggestion] = []

    def show(self, suggestions: Sequence[Suggestion]) -> None:
        """Shows suggestions, the first under the cursor."""
        self._suggestions = list(suggestions)
        self.clear_options()
        self.add_options([Option(_line(one)) for one in suggestions])
        self.highlighted = 0 if suggestions else None

    @property
    def current(self) -> Suggestion | None:
        """The suggestion under the cursor; None when there is none."""
        row = self.highlighted
        return self._suggestions[row] if row is not None and row < len(self._suggestions) else None

    def drop(self, suggestion: Suggestion) -> None:
        """Takes a suggestion off the list; the next one is under the cursor."""
        if suggestion not in self._suggestions:
            return
        row = self._suggestions.index(suggestion)
        del self._suggestions[row]
        self.remove_option_at_index(row)
        self.highlighted = min(row, len(self._suggestions) - 1) if self._suggestions else None

    def action_judge(self, what: str) -> None:
        """Says what the message under the cursor means."""
        if self.current is not None:
            self.post_message(self.Judged(what, self.current))


def _line(one: Suggestion) -> Content:
    best = one.parse.intent
    times = "  " + tr("{n} times", n=one.n_times) if one.n_times > 1 else ""
    guess = f"{safe_line(best.name, limit=30)} {percent(best.confidence).strip()}" if best.name else tr("nothing")
    return Content.assemble((f"{guess:<24} ", "$muted"), safe_line(one.text, limit=300), (times, "$text-accent"))
