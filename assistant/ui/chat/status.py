"""The line above the prompt: what the assistant does, how the user feels, and whether there is news further down."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from assistant.languages import tr, trn
from assistant.ui.chat.typing_line import TypingLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import ComposeResult

N_MOODS = 16
"""So many messages of the user are drawn."""

_STEPS = "▁▂▃▄▅▆▇█"
_BAD, _GOOD = -0.25, 0.25


def sparkline(sentiments: Sequence[float]) -> Content:
    """Returns a bar for each sentiment in [-1, 1], oldest first: low and red where it is bad, high and green where it is good."""
    bars = []
    for sentiment in sentiments:
        within = min(max(sentiment, -1.0), 1.0)
        colour = "$text-error" if within <= _BAD else "$text-success" if within >= _GOOD else "$muted"
        bars.append((_STEPS[round((within + 1) / 2 * (len(_STEPS) - 1))], colour))
    return Content.assemble(*bars)


class NewsPill(Static):
    """Says how much was said below what can be seen; a click goes there."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    NewsPill {
        width: auto; height: 1; padding: 0 1; margin-right: 1; display: none; pointer: pointer;
        background: $accent; color: $background; text-style: bold;
        &:hover { background: $primary; }
    }
    """

    def show(self, n_new: int, *, is_at_end: bool) -> None:
        """Shows what is new; at the end of the conversation there is nothing to say."""
        self.display = not is_at_end
        self.update(trn("↓ {n} new", "↓ {n} new", n_new) if n_new else tr("↓ to the end"))

    async def on_click(self, event: events.Click) -> None:
        """Goes to the end."""
        event.stop()
        await self.screen.run_action("screen.to_end")


class StatusLine(Horizontal):
    """Puts the typing line, the mood and the pill beside one another."""

    DEFAULT_CSS = """
    StatusLine {
        height: 1;
        TypingLine { width: 1fr; }
        #mood { width: auto; height: 1; padding: 0 2; color: $muted; display: none; }
    }
    """
    MOST: ClassVar[int] = N_MOODS

    def compose(self) -> ComposeResult:
        """Lays out the three."""
        yield TypingLine()
        yield Static("", id="mood")
        yield NewsPill()

    def show_mood(self, sentiments: Sequence[float]) -> None:
        """Draws the sentiment of the user's messages; nothing where none was measured."""
        mood = self.query_one("#mood", Static)
        mood.display = bool(sentiments)
        if sentiments:
            mood.update(Content.assemble((f"{tr('mood')} ", "$muted"), sparkline(sentiments)))
