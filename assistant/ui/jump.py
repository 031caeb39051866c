"""Jump mode: a letter stands at everything that can be focused, and pressing it goes there."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.widgets import Static

from assistant.ui.actions import bindings
from assistant.ui.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.geometry import Offset
    from textual.screen import Screen
    from textual.widget import Widget

LETTERS: Final = "asdfghjklqwertyuiopzxcvbnm"


async def jump(screen: Screen[None]) -> None:
    """Shows the letters over a screen, and focuses what is chosen; must be called in a worker."""
    targets = dict(zip(LETTERS, _targets(screen), strict=False))
    chosen = await screen.app.push_screen_wait(JumpOverlay({letter: place for letter, (_, place) in targets.items()}))
    if chosen is not None:
        widget = targets[chosen][0]
        if widget.is_attached:
            widget.focus()


def _targets(screen: Screen[None]) -> Iterable[tuple[Widget, Offset]]:
    """What can be focused and seen, with where its letter stands; what is nearest to the bottom comes first."""
    seen = []
    for widget in screen.focus_chain:
        visible = screen.find_widget(widget).visible_region
        if visible:
            seen.append((widget, visible.offset))
    return sorted(seen, key=lambda row: (-row[1].y, row[1].x))


class JumpOverlay(Dialog["str | None"]):
    """Shows letters at places, and returns the one that is pressed; None when another key is.

    Args:
        letters: each with the place where it stands.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("dialog")[:1]]
    DEFAULT_CSS = """
    JumpOverlay {
        background: $background 40%;
        .letter {
            position: absolute; width: 3; height: 1; text-align: center;
            background: $accent; color: $background; text-style: bold;
        }
    }
    """

    def __init__(self, letters: dict[str, Offset]) -> None:
        super().__init__()
        self._letters = letters

    def compose(self) -> ComposeResult:
        """Lays out the letters."""
        for letter, place in self._letters.items():
            label = Static(letter, classes="letter", markup=False)
            label.styles.offset = (place.x, place.y)
            yield label

    def on_key(self, event: events.Key) -> None:
        """Returns the letter that was pressed."""
        event.stop()
        event.prevent_default()
        self.dismiss(event.key if event.key in self._letters else None)

    def on_click(self) -> None:
        """Leaves things as they are."""
        self.dismiss(None)

    def action_close(self) -> None:
        """Leaves things as they are."""
        self.dismiss(None)
