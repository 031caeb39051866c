"""What the user or an action commands outright: a follow-up action, restart, back, a new session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialogue.tracker import ACTION_LISTEN
from assistant.messages import Decision

if TYPE_CHECKING:
    from assistant.dialogue.tracker import Tracker

_COMMANDS = {
    "restart": "action_restart",
    "back": "action_back",
    "session_start": "action_session_start",
}
ASIDES = {"show_whole_answer": "action_show_whole_answer"}
"""Commands that leave a form as it was."""
_REQUESTS = {**_COMMANDS, **ASIDES, "request_handoff": "action_handoff"}


class CommandPolicy:
    """Obeys before anything is weighed."""

    def predict(self, tracker: Tracker) -> Decision | None:
        """Returns the action that was commanded, or None."""
        if tracker.followup is not None:
            return Decision(tracker.followup, "command", 1.0, f"{tracker.latest_action} asked for it")
        if tracker.latest_action in _COMMANDS.values():
            return Decision(ACTION_LISTEN, "command", 1.0, "the command is done")
        if tracker.latest_action in ASIDES.values():
            return self._after_aside(tracker)
        if tracker.latest_action == ACTION_LISTEN and tracker.intent in _REQUESTS:
            return Decision(_REQUESTS[tracker.intent], "command", 1.0, f"the user asked to {tracker.intent.replace('_', ' ')}")
        return None

    def _after_aside(self, tracker: Tracker) -> Decision:
        """Goes back to what the form wanted to know, where there is one."""
        if tracker.active_loop:
            return Decision(tracker.active_loop, "command", 1.0, f"{tracker.active_loop} is taken up again")
        return Decision(ACTION_LISTEN, "command", 1.0, "the command is done")
