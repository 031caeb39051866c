"""Out of a form, and one question back, in every bot: "cancel" and "go back" work where no rule was written for them, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialogue.exits import ACTION_CANCEL_FORM, BACK_INTENTS, CANCEL_INTENTS
from assistant.dialogue.tracker import ACTION_LISTEN
from assistant.messages import Decision

if TYPE_CHECKING:
    from assistant.dialogue.exits import Exits
    from assistant.dialogue.policies import Policy
    from assistant.dialogue.policies.rules import RulePolicy
    from assistant.dialogue.tracker import Tracker


class FormExitPolicy:
    """Leaves a form, or goes back in it, where the user says so.

    A rule that knows of the form, or a story, goes first where it says what to do about the message.

    Args:
        exits: says what a message wants.
        rules: of the project; None: they do not decide.
        stories: likewise.
        learned: what was learned from the stories; it is asked about the project's own intents for leaving, not about mere words.
    """

    def __init__(self, exits: Exits, rules: RulePolicy | None, stories: Policy | None, learned: Policy | None = None) -> None:
        self._exits = exits
        self._rules = rules
        self._stories = stories
        self._learned = learned

    def predict(self, tracker: Tracker) -> Decision | None:
        """Returns what the project or the assistant itself does about it, or None where the message wants something else."""
        if tracker.latest_action == ACTION_CANCEL_FORM:
            return Decision(ACTION_LISTEN, "form", 1.0, "the form was left")
        wanted = self._exits.wanted(tracker)
        if wanted is None:
            return None
        form = tracker.active_loop
        reason = f"the user wants to {f'leave {form}' if wanted == ACTION_CANCEL_FORM else f'go one question back in {form}'}"
        return self._planned(tracker) or Decision(wanted, "form", 1.0, reason)

    def _planned(self, tracker: Tracker) -> Decision | None:
        if self._rules is not None and self._rules.knows_form(tracker):
            return self._rules.predict(tracker)
        planned = self._stories.predict(tracker) if self._stories is not None else None
        if planned is None and self._learned is not None and tracker.intent in CANCEL_INTENTS | BACK_INTENTS:
            return self._learned.predict(tracker)
        return planned
