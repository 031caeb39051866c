"""The line on top: the project, the screens to go to, and the state of the model."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from assistant.languages import N_, NC_, tr, trc
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult


class ModelState(Enum):
    """What can be said of the model: a sign, a word, a colour; the word alone is enough."""

    LOADING = ("◌", N_("model loading"), "$text-accent")
    READY = ("●", N_("model ready"), "$text-success")
    TRAINING = ("◐", N_("training"), "$text-accent")
    SWITCHING = ("◐", N_("switching"), "$text-accent")
    MISSING = ("○", N_("no model yet"), "$text-warning")
    FAILED = ("✕", N_("failed"), "$text-error")


PLACES: Final = {
    "chat": ("F2", N_("Chat"), NC_("short", "Chat")),
    "faq": ("F3", N_("FAQ"), NC_("short", "FAQ")),
    "training": ("F4", N_("Training"), NC_("short", "Train")),
    "intents": ("F5", N_("Intents"), NC_("short", "Intents")),
    "evaluation": ("F6", N_("Evaluation"), NC_("short", "Eval")),
    "inbox": ("F7", N_("Inbox"), NC_("short", "Inbox")),
    "settings": ("F8", N_("Settings"), NC_("short", "Set")),
}
"""The screens with their key, their name, and a shorter one for 80 columns; in fewer the keys stand alone."""

_WIDE, _NORMAL = 110, 70


class Place(Static):
    """A screen to go to; a click goes there."""

    ALLOW_SELECT = False

    def __init__(self, place: str, *, is_here: bool) -> None:
        super().__init__(classes="-here" if is_here else "")
        self._place, self._is_here = place, is_here

    def fit(self, width: int) -> None:
        """Shows as much of the name as a banner of this width has room for."""
        key, label, short = PLACES[self._place]
        label, short = tr(label), trc("short", short)
        if width >= _WIDE:
            self.update(Content.assemble((f" {key} ", "$muted"), f"{label} "))
        elif width >= _NORMAL or self._is_here:
            self.update(Content.assemble((f"{key} ", "$muted"), f"{short} "))
        else:
            self.update(Content.styled(f"{key} ", "$muted"))

    async def on_click(self, event: events.Click) -> None:
        """Goes to the screen."""
        event.stop()
        await self.app.run_action(f"app.open('{self._place}')")


class Banner(Horizontal):
    """The line on top of each screen.

    Args:
        here: the screen it stands on.
        project: the project's name.
    """

    DEFAULT_CSS = """
    Banner {
        height: 1; background: $panel;
        #project { width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; padding: 0 1; }
        Place { width: auto; pointer: pointer; }
        Place.-here { background: $primary 25%; text-style: bold; }
        Place:hover { background: $primary 15%; }
        #model { width: 1fr; text-align: right; padding: 0 1; text-wrap: nowrap; }
    }
    """

    def __init__(self, here: str, project: str) -> None:
        super().__init__()
        self._here, self._project = here, project

    def compose(self) -> ComposeResult:
        """Lays out name, places and state."""
        yield Static(Content.assemble(("◆ ", "$text-primary"), (safe_line(self._project, limit=60), "bold")), id="project")
        for place in PLACES:
            yield Place(place, is_here=place == self._here)
        yield Static(id="model", markup=False)

    def on_resize(self) -> None:
        """Fits the names of the screens."""
        width = self.size.width
        self.query_one("#project").display = width >= _WIDE
        self.query_one("#model").styles.width = "auto" if width >= _WIDE else "1fr"  # the project's name gives way first
        for place in self.query(Place):
            place.fit(width)

    def show(self, state: ModelState, percent: int | None = None) -> None:
        """Shows the model's state, and how far training is."""
        sign, word, colour = state.value
        shown = f"{tr(word)} {percent} %" if percent is not None else tr(word)
        self.query_one("#model", Static).update(Content.assemble((f"{sign} ", colour), shown))
