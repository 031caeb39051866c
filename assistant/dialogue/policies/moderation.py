"""Meets messages that moderation has flagged, by category: said once, warned of, refused, or left to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from assistant.dialogue.events import ActionExecuted
from assistant.dialogue.tracker import ACTION_LISTEN, MODERATION
from assistant.messages import Decision

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.dialogue.events import UserUttered
    from assistant.dialogue.tracker import Tracker
    from assistant.messages import Flag

ModerationAction: TypeAlias = Literal["log", "warn", "refuse", "hand_off"]
"""log: the flag is kept with the message, and nothing else happens; warn: a word about it, then the message is answered; refuse: a
word about it, and the message counts as not said; hand_off: a word about it, then the conversation waits for a person."""

SEVERITY: tuple[ModerationAction, ...] = ("log", "warn", "refuse", "hand_off")
ACTION_HANDOFF = "action_handoff"


def response_to(category: str) -> str:
    """Returns the name of the response that is said of a category: ``utter_moderation_abuse``."""
    return f"utter_moderation_{category}"


def measure(actions: Mapping[str, ModerationAction], message: UserUttered | None) -> tuple[ModerationAction, Flag] | None:
    """Returns the severest action that a message's flags ask for, and that flag; None where there is nothing but to log."""
    flags = message.parse.flags if message else ()
    asked = [(actions.get(flag.category, "log"), flag) for flag in flags]
    found = max(asked, key=lambda pair: (SEVERITY.index(pair[0]), pair[1].score), default=None)
    return None if found is None or found[0] == "log" else found


def is_refused(actions: Mapping[str, ModerationAction], message: UserUttered | None) -> bool:
    """Says whether a message counts as not said, so that it fills no slot either."""
    found = measure(actions, message)
    return found is not None and found[0] in {"refuse", "hand_off"}


class ModerationPolicy:
    """Decides before anything else is weighed what a flagged message gets.

    What it does stands beside the conversation: rules, stories and forms go on as if it had not been.

    Args:
        actions: by category; a category that is not named is only logged.
    """

    def __init__(self, actions: Mapping[str, ModerationAction]) -> None:
        self._actions = actions

    def predict(self, tracker: Tracker) -> Decision | None:
        """Returns the next step with a flagged message, or None: it is dealt with, or there is nothing to do."""
        found = measure(self._actions, tracker.latest_message) if tracker.latest_action == ACTION_LISTEN else None
        if found is None:
            return None
        action, flag = found
        reason = f"{flag.category.replace('_', ' ')} ({flag.score:.0%}): {action.replace('_', ' ')}"
        steps = [response_to(flag.category)]
        steps += {"refuse": [ACTION_LISTEN], "hand_off": [ACTION_HANDOFF]}.get(action, [])
        done = sum(isinstance(event, ActionExecuted) and event.policy == MODERATION for event in tracker.turn_events())
        return Decision(steps[done], MODERATION, flag.score, reason) if done < len(steps) else None
