"""Answers from longer documents where nothing else was understood."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialogue.policies.fallback import NLU_FALLBACK
from assistant.dialogue.policies.faq import ACTION_ANSWER_FAQ, is_question
from assistant.dialogue.tracker import ACTION_LISTEN
from assistant.messages import Decision

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.dialogue.tracker import Tracker
    from assistant.messages import DocumentResult


class DocumentPolicy:
    """Offers what a document says, to a message whose intent is not to be trusted and that the FAQ has not answered.

    Args:
        ask: asks the documents; reading them takes long beside the rest of a turn, so that nothing else is left to do first.
    """

    def __init__(self, ask: Callable[[str], DocumentResult]) -> None:
        self._ask = ask

    def predict(self, tracker: Tracker) -> Decision | None:
        """Returns to answer from the documents, or None."""
        message = tracker.latest_message
        if message is None or tracker.latest_action != ACTION_LISTEN or not is_question(message):
            return None
        if message.parse.intent.name not in {"", NLU_FALLBACK}:
            return None
        best = self._ask(message.text).best
        return (
            None if best is None else Decision(ACTION_ANSWER_FAQ, "documents", best.score, f"{best.place} answers: {best.answer}")
        )
