"""The one place that says whether a turn is under way: what waits to be sent, and what the screen may claim."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from assistant.languages import N_

if TYPE_CHECKING:
    from assistant.ui.chat.scrollback import Entry


class TurnState(Enum):
    """What the assistant is doing; the value is what the typing line says, in English."""

    IDLE = ""
    THINKING = N_("Assistant is thinking")
    ACTING = N_("Switching to the new model")
    FAILED = N_("The last message was not answered; ↑ brings it back")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way.

    Attributes:
        text: what is sent, such as ``/track_order``.
        title: what is shown for it, such as the title of the button pressed; empty: the text itself.
        entry: what shows it; it learns how the turn came about when that is known.
        sender_id: the conversation that it was written in.
    """

    text: str
    title: str = ""
    entry: Entry | None = None
    sender_id: str = ""


@dataclass(slots=True)
class TurnQueue:
    """Hands out one message at a time, in the order they were written.

    A turn ends through ``finish``, whatever became of it; one that is not the current one any more changes nothing. So a late
    answer cannot free the wrong turn, and no failure can keep the next message from being sent.

    Attributes:
        state: what the assistant is doing.
        is_ready: whether there is an assistant to send to.
    """

    state: TurnState = TurnState.IDLE
    is_ready: bool = False
    _waiting: deque[Outgoing] = field(default_factory=deque)
    _turn: int = 0

    @property
    def n_waiting(self) -> int:
        """Messages that were written and not sent yet."""
        return len(self._waiting)

    def add(self, message: Outgoing) -> None:
        """Lets a message wait for its turn."""
        self._waiting.append(message)

    def start(self) -> tuple[int, Outgoing] | None:
        """Returns the next turn's number and message and starts it; None when nothing waits or nothing may be sent now."""
        if not self.is_ready or not self._waiting or self.state in {TurnState.THINKING, TurnState.ACTING}:
            return None
        self._turn += 1
        self.state = TurnState.THINKING
        return self._turn, self._waiting.popleft()

    def finish(self, turn: int, *, has_failed: bool = False) -> None:
        """Ends a turn."""
        if turn == self._turn:
            self.state = TurnState.FAILED if has_failed else TurnState.IDLE

    def hold(self) -> None:
        """Lets messages wait while the assistant itself is being changed; a turn under way ends as it would."""
        if self.state is not TurnState.THINKING:
            self.state = TurnState.ACTING

    def release(self) -> None:
        """Lets messages go again."""
        if self.state is TurnState.ACTING:
            self.state = TurnState.IDLE
