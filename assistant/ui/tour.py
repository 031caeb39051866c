"""The tour of the first start: four pages that say what there is and which key leads to it. Escape skips it, once and for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from assistant.languages import N_, tr
from assistant.ui.actions import bindings
from assistant.ui.dialog import Dialog

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

PAGES: Final = (
    (
        N_("Talk"),
        N_(
            "Type a message and press Enter; Shift+Enter begins a new line. Choices have numbers, and a text of your own is always "
            "possible. ↑ brings back what you wrote."
        ),
    ),
    (
        N_("Look inside"),
        N_(
            "Under each answer stands what was understood and who decided. Tab goes to the messages; there w tells why, i mends "
            "the intent, and + and - say what you think of the answer. Ctrl+D shows the whole turn beside the conversation."
        ),
    ),
    (
        N_("Teach it"),
        N_(
            "F3 curates the FAQ, and an entry that is saved answers in the next message. F5 keeps the examples of intents, F4 "
            "trains, F6 measures, and F7 gathers the conversations that want a person's eye."
        ),
    ),
    (
        N_("Make it yours"),
        N_(
            "F8 chooses the looks, and shows settings, health and keys. F1 lists the keys of the screen you are on, and Ctrl+P "
            "finds any command by its name; this tour is one."
        ),
    ),
)


class TourScreen(Dialog[None]):
    """Shows the pages one by one; ends with None, whether it was seen to its end or skipped."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("tour")]
    DEFAULT_CSS = """
    TourScreen {
        align: center middle;
        #tour {
            width: 90%; max-width: 70; height: auto; padding: 1 2;
            background: $surface; border: round $primary; border-title-color: $text-primary; border-subtitle-color: $muted;
        }
        #tour-title { text-style: bold; color: $text-primary; }
        #tour-text { height: auto; margin-top: 1; }
        #tour-dots { margin-top: 1; color: $muted; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._page = 0

    def compose(self) -> ComposeResult:
        """Lays out one page."""
        with Vertical(id="tour") as box:
            box.border_title = tr("Welcome")
            box.border_subtitle = tr("Enter next · ← back · Esc skip")
            yield Static(id="tour-title", markup=False)
            yield Static(id="tour-text", markup=False)
            yield Static(id="tour-dots", markup=False)

    def on_mount(self) -> None:
        """Shows the first page."""
        self._show()

    def action_turn(self, pages: int) -> None:
        """Goes on or back; after the last page the tour is over."""
        if self._page + pages >= len(PAGES):
            self.dismiss(None)
            return
        self._page = max(0, self._page + pages)
        self._show()

    def action_skip(self) -> None:
        """Ends the tour."""
        self.dismiss(None)

    def _show(self) -> None:
        title, text = PAGES[self._page]
        self.query_one("#tour-title", Static).update(Content(tr(title)))
        self.query_one("#tour-text", Static).update(Content(tr(text)))
        dots = "".join("●" if number == self._page else "○" for number in range(len(PAGES)))
        self.query_one("#tour-dots", Static).update(f"{dots}  {tr('{n} of {all}', n=self._page + 1, all=len(PAGES))}")
