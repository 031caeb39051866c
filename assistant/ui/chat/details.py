"""The side panel: how the message in question was understood and answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from assistant.languages import N_, tr
from assistant.ui.chat.evidence import sections

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from assistant.messages import Trace

_EMPTY = N_("Send a message, and here stands what was understood, what was decided, and why.")


class DetailsPanel(VerticalScroll, can_focus=False):
    """Shows a trace, section by section."""

    DEFAULT_CSS = """
    DetailsPanel {
        display: none; width: 40; padding: 1 2; background: $surface;
        border-left: vkey $border-blurred;
        scrollbar-size-vertical: 1;
        & > #trace { width: 100%; }
        &.-shown { display: block; }
    }
    """

    def __init__(self) -> None:
        super().__init__(id="details")
        self._trace: Trace | None = None

    @property
    def is_shown(self) -> bool:
        """Whether it can be seen."""
        return self.display and self.styles.display != "none"

    def compose(self) -> ComposeResult:
        """Lays out one text."""
        yield Static(id="trace")

    def toggle(self) -> None:
        """Shows the panel where it is hidden, hides it where it is shown, whatever the width of the terminal would say."""
        was_shown = self.is_shown
        self.set_class(not was_shown, "-shown")
        self.set_class(was_shown, "-hidden")

    def reveal(self) -> None:
        """Shows the panel."""
        if not self.is_shown:
            self.toggle()

    def show(self, trace: Trace | None) -> None:
        """Shows how a turn came about; None: there is nothing to show yet."""
        self._trace = trace
        self._paint()
        self.scroll_home(animate=False)

    def on_mount(self) -> None:
        """Says what will stand here."""
        self._paint()

    def on_resize(self) -> None:
        """Fits the bars to the new width."""
        self._paint()

    def _paint(self) -> None:
        text = self.query_one("#trace", Static)
        if self._trace is None:
            text.update(Content.styled(tr(_EMPTY), "$muted"))
            return
        width = max(self.scrollable_content_region.width, 24)
        shown = [
            Content.assemble((tr(title).upper(), "bold $text-secondary"), "\n", content)
            for title, content in sections(self._trace, width)
        ]
        text.update(
            Content("\n\n").join(shown) if shown else Content.styled(tr("A greeting: nothing had to be understood."), "$muted")
        )
