"""Says responses: chooses a variation, fills it with slots, and has words of its own where a project has none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assistant.dialogue.events import BotUttered, Event
from assistant.dialogue.responses import choose_variation, fill
from assistant.messages import BotMessage, Button

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

    from assistant.dialogue.domain import Domain
    from assistant.dialogue.tracker import Tracker

_SAID_WITHOUT_RESPONSE = {
    "utter_default": "Sorry, I did not get that. Could you say it another way?",
    "utter_ask_rephrase": "Sorry, I did not get that. Could you say it another way?",
    "utter_form_cancelled": "All right, I have stopped that.",
    "utter_form_stuck": "I need this to go on. If you like, we can stop here, or I can pass you on to a person.",
    "utter_restart": "Let us start over.",
    "utter_no_answer": "I do not know the answer to that yet. I have noted your question for the team.",
    "utter_action_failed": "Sorry, that did not work just now. Please try again in a moment.",
    "utter_show_whole_answer": "Show the whole answer",
    "utter_handoff": "I will pass you on to a person of our team.",
    "utter_propose_handoff": "I can hear that this is not going well. Would you rather talk to a person of our team?",
    "utter_moderation_abuse": "I want to help, and it works better without insults.",
    "utter_moderation_hate": "I do not take part in talk that runs people down. If I can help with something else, tell me.",
    "utter_moderation_sexual": "I cannot talk about that here. If I can help you with something else, please tell me.",
    "utter_moderation_spam": "This looks like advertising, so I will leave it at that.",
    "utter_moderation_self_harm": "I am sorry that you are in such pain, and glad that you wrote it. You do not have to go "
    "through this alone: please talk to somebody you trust, or call an emergency number or a crisis line where you are. "
    "I am passing you on to a person of our team now.",
}
"""What is said where a project does not define the response."""

_PERSON = Button("Talk to a person", "/request_handoff")
_BUTTONS = {"utter_form_stuck": (Button("Stop here", "/cancel_form"), _PERSON), "utter_propose_handoff": (_PERSON,)}
"""What such a response offers."""

ASIDES = tuple(name for name in _SAID_WITHOUT_RESPONSE if name == "utter_propose_handoff" or name.startswith("utter_moderation_"))
"""Responses that policies say by themselves, in whatever project."""


class Speaker:
    """Says the responses of a domain.

    Args:
        domain: defines them.
        rng: chooses among variations.
    """

    def __init__(self, domain: Domain, rng: random.Random) -> None:
        self._domain = domain
        self.rng = rng

    def say(self, response: str, tracker: Tracker, variables: Mapping[str, Any] | None = None) -> list[Event]:
        """Returns the message of a response, one variation of it, filled with slots; nothing when no variation may be said.

        Args:
            response: its name.
            tracker: gives the slots and the channel.
            variables: go before the slots.
        """
        message = self.rendered(response, tracker, variables or {})
        return [BotUttered(message)] if message else []

    def say_retrieved(self, tracker: Tracker) -> list[Event]:
        """Says the response of the retrieval intent that was understood: ``utter_faq/ask_hours`` for ``faq/ask_hours``."""
        return self.say(f"utter_{tracker.latest_message.parse.intent.name}", tracker) if tracker.latest_message else []

    def rendered(self, response: str, tracker: Tracker, variables: Mapping[str, Any]) -> BotMessage | None:
        """Returns one variation of a response, filled; None when there is none that may be said."""
        slots = tracker.slots | dict(variables)
        channel = tracker.latest_message.channel if tracker.latest_message else ""
        chosen = choose_variation(self._domain.responses.get(response, ()), slots, channel, self.rng)
        if chosen is None:
            text = _SAID_WITHOUT_RESPONSE.get(response)
            return BotMessage(text, _BUTTONS.get(response, ()), metadata={"response": response}) if text else None
        filled = fill(chosen.message, slots)
        return replace(filled, metadata={**filled.metadata, "response": response})
