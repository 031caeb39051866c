"""Keeps the active form going, and takes it up again after an interruption."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialogue.tracker import ACTION_LISTEN
from assistant.messages import Decision

if TYPE_CHECKING:
    from assistant.dialogue.tracker import Tracker


class FormPolicy:
    """Gives each message to the active form first; the form may decline it."""

    def predict(self, tracker: Tracker) -> Decision | None:
        """Returns the form to run, or to listen once it has asked."""
        form = tracker.active_loop
        if form is None or tracker.loop_rejected:
            return None
        if tracker.latest_action == form:
            return Decision(ACTION_LISTEN, "form", 1.0, f"{form} has asked and waits for the answer")
        if tracker.latest_action == ACTION_LISTEN:
            return Decision(form, "form", 1.0, f"{form} is active")
        return None


class ResumePolicy:
    """Returns to a form that declined a message, once nothing else is left to do about it."""

    def predict(self, tracker: Tracker) -> Decision | None:
        """Returns the form to run again, or None when none was interrupted."""
        form = tracker.active_loop
        if form is None or tracker.latest_action == form:
            return None
        return Decision(form, "form", 1.0, f"{form} is taken up again")
