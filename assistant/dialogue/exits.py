"""Words that lead out of a form, or one of its questions back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.dialogue.tracker import ACTION_LISTEN

if TYPE_CHECKING:
    from collections.abc import Collection

    from assistant.dialogue.tracker import Tracker

ACTION_CANCEL_FORM = "action_cancel_form"
ACTION_BACK = "action_back"
CANCEL_INTENTS = frozenset({"cancel", "cancel_form", "stop", "stop_form", "abort", "quit", "exit", "nevermind", "never_mind"})
BACK_INTENTS = frozenset({"back", "go_back", "previous", "previous_question"})

_NO_WORDS = re.compile(r"[\W_]+")


class Exits:
    """Says whether a message wants out of the active form, before the form takes it for an answer.

    Args:
        cancel: messages that leave a form, whatever their case and punctuation.
        back: messages that go one question back.
    """

    def __init__(self, cancel: Collection[str], back: Collection[str]) -> None:
        self._cancel = {_folded(phrase) for phrase in cancel} - {""}
        self._back = {_folded(phrase) for phrase in back} - {""}

    def wanted(self, tracker: Tracker) -> str | None:
        """Returns the action that the last message asks for: to leave the active form, to go back in it, or None: neither."""
        message = tracker.latest_message
        if tracker.active_loop not in tracker.domain.forms or message is None:
            return None
        if tracker.latest_action != ACTION_LISTEN or tracker.loop_rejected:
            return None
        text = _folded(message.text)
        if tracker.intent in CANCEL_INTENTS or text in self._cancel:
            return ACTION_CANCEL_FORM
        return ACTION_BACK if tracker.intent in BACK_INTENTS or text in self._back else None


def _folded(text: str) -> str:
    return _NO_WORDS.sub(" ", text.lower()).strip()
