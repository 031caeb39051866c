"""The line above the prompt: says that the assistant is at work, and how long it has been."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from assistant.languages import tr
from assistant.ui.chat.turn import TurnState

if TYPE_CHECKING:
    from textual.timer import Timer

_FRAMES = ("●··", "·●·", "··●", "·●·")
_FRAME_S = 0.2
_PATIENCE_S = 3.0


class TypingLine(Static):
    """Shows the state of the turn; takes no processor time while there is nothing to show."""

    DEFAULT_CSS = """
    TypingLine { height: 1; padding: 0 3; color: $muted; }
    """

    def __init__(self) -> None:
        super().__init__(id="typing")
        self._since = 0.0
        self._text = ""
        self._is_failure = False
        self._timer: Timer | None = None

    def show(self, state: TurnState, *, waiting_for: str = "") -> None:
        """Shows a state.

        Args:
            state: of the turn.
            waiting_for: what a message waits for, in English, while there is nobody to send it to.
        """
        text = waiting_for or state.value
        self._text = tr(text) if text else ""
        self._is_failure = state is TurnState.FAILED and not waiting_for
        self._since = time.monotonic()
        is_moving = bool(self._text) and not self._is_failure
        if self._timer is not None and not is_moving:
            self._timer.stop()
            self._timer = None
        elif self._timer is None and is_moving:
            self._timer = self.set_interval(_FRAME_S, self._paint)
        self._paint()

    def _paint(self) -> None:
        elapsed = time.monotonic() - self._since
        if not self._text:
            self.update("")
        elif self._is_failure:
            self.update(Content.assemble(("✕ ", "$text-error"), self._text))
        else:
            frame = _FRAMES[int(elapsed / _FRAME_S) % len(_FRAMES)]
            seconds = f" · {elapsed:.0f} s" if elapsed > _PATIENCE_S else ""
            self.update(Content.assemble((f"{frame} ", "$primary"), self._text, seconds))
