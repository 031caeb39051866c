"""Lets reminders go off: a thread that asks the agent each second whether one is due."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

from assistant.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.messages import Reply

EVERY_S = 1.0
PATIENCE_S = 30.0


class Reminding(Protocol):
    """What the clock needs of the agent."""

    def remind_due(self) -> list[tuple[str, Reply]]:
        """Triggers the reminders that are due; see Agent.remind_due."""


class ReminderClock:
    """Triggers reminders until it is stopped; reminders that were due while nothing ran are triggered at its start.

    Args:
        agent: that answers.
        tell: gets the name of a conversation and what the assistant says in it; called in the clock's thread.
        every_s: seconds between two looks.
    """

    def __init__(self, agent: Reminding, tell: Callable[[str, Reply], None], every_s: float = EVERY_S) -> None:
        self._agent = agent
        self._tell = tell
        self._every_s = every_s
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reminders", daemon=True)

    def start(self) -> None:
        """Starts the thread; does nothing where it runs already, or was stopped."""
        if not self._thread.is_alive() and not self._stopped.is_set():
            self._thread.start()

    def stop(self) -> None:
        """Ends the thread; a reminder that is being triggered is finished."""
        self._stopped.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        pause = 0.0
        while not self._stopped.wait(pause):
            pause = self._every_s
            try:
                for sender_id, reply in self._agent.remind_due():
                    self._tell(sender_id, reply)
            except StoreError:  # what is due stays due
                pause = max(self._every_s, PATIENCE_S)
