"""What to do when nothing fits: distrust of NLU, decided here so that it is tested without a model, and the last policy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.dialogue.tracker import ACTION_LISTEN
from assistant.messages import Decision, IntentScore

if TYPE_CHECKING:
    from assistant.dialogue.tracker import Tracker
    from assistant.messages import Parse

NLU_FALLBACK = "nlu_fallback"
ACTION_DEFAULT_FALLBACK = "action_default_fallback"


def distrust(parse: Parse, *, threshold: float, ambiguity: float) -> Parse:
    """Returns the parse with ``nlu_fallback`` put first where the best intent is not to be trusted.

    Args:
        parse: what NLU found.
        threshold: an intent below this probability is not trusted.
        ambiguity: nor is one whose lead over the second is smaller than this.
    """
    if not parse.intent_ranking:
        return replace(parse, intent_ranking=(IntentScore(NLU_FALLBACK, 1.0),))
    best = parse.intent_ranking[0].confidence
    second = parse.intent_ranking[1].confidence if len(parse.intent_ranking) > 1 else 0.0
    if best >= threshold and best - second >= ambiguity:
        return parse
    return replace(parse, intent_ranking=(IntentScore(NLU_FALLBACK, max(best, 1 - best)), *parse.intent_ranking))


class FallbackPolicy:
    """Always has a decision: after an action listen, after a message say that it was not understood.

    Args:
        action: answers a message that nothing fits; action_listen: it is met with silence.
        confidence: of the decisions.
    """

    def __init__(self, action: str = ACTION_DEFAULT_FALLBACK, confidence: float = 0.3) -> None:
        self._action = action
        self._confidence = confidence

    def predict(self, tracker: Tracker) -> Decision:
        """Returns to listen, or the fallback action."""
        if tracker.latest_action == ACTION_LISTEN and tracker.latest_message is not None:
            return Decision(self._action, "fallback", self._confidence, "no rule, story or FAQ entry fits")
        return Decision(ACTION_LISTEN, "fallback", self._confidence, "nothing is left to do")
