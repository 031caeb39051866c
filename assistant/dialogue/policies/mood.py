"""Offers a person where the user's mood falls: the last word of a turn, after the message was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialogue.events import ActionExecuted, UserUttered
from assistant.dialogue.policies import decide
from assistant.dialogue.tracker import ACTION_LISTEN, MODERATION, MOOD
from assistant.messages import Decision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.dialogue.policies import Policy
    from assistant.dialogue.tracker import Tracker

PROPOSE_HANDOFF = "utter_propose_handoff"
WEIGHTS = (0.6, 0.25, 0.15)
"""What the latest messages count, the last first."""
PATIENCE = 5
"""A person is offered at most once in so many messages."""


def mood_of(tracker: Tracker) -> float | None:
    """Returns the sentiment of the latest messages, in [-1, 1]; None where nothing has measured them."""
    said = [event.parse.sentiment for event in _messages(tracker)]
    scores = [sentiment.score for sentiment in reversed(said) if sentiment is not None][: len(WEIGHTS)]
    if not scores:
        return None
    weights = WEIGHTS[: len(scores)]
    return sum(weight * score for weight, score in zip(weights, scores, strict=True)) / sum(weights)


class MoodPolicy:
    """Asks the other policies; where they would listen to a user in a bad mood, offers a person first.

    Args:
        policies: the others, highest first.
        threshold: a mood below it is bad.
    """

    def __init__(self, policies: Sequence[Policy], threshold: float) -> None:
        self._policies = policies
        self._threshold = threshold

    def predict(self, tracker: Tracker) -> Decision:
        """Returns what the other policies decide, or to offer a person."""
        decision = decide(self._policies, tracker)
        if decision.action != ACTION_LISTEN or decision.policy == MODERATION or _is_offered(tracker):
            return decision
        sentiment, mood = tracker.latest_message and tracker.latest_message.parse.sentiment, mood_of(tracker)
        if not sentiment or sentiment.score >= 0 or mood is None or mood > self._threshold:
            return decision
        return Decision(PROPOSE_HANDOFF, MOOD, min(1.0, -mood), f"the user sounds {sentiment.emotion}, mood {mood:+.2f}")


def _messages(tracker: Tracker) -> list[UserUttered]:
    return [event for event in tracker.applied_events() if isinstance(event, UserUttered)]


def _is_offered(tracker: Tracker) -> bool:
    """Whether a person was offered by now: by whatever action in this turn, by this policy some messages ago."""
    if any("handoff" in name for name in tracker.actions_of_turn()):
        return True
    n_messages = 0
    for event in reversed(tracker.events):
        n_messages += isinstance(event, UserUttered)
        if n_messages > PATIENCE:
            return False
        if isinstance(event, ActionExecuted) and event.name == PROPOSE_HANDOFF:
            return True
    return False
