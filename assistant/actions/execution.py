"""Runs actions by name: responses, forms, the actions every bot has, and the project's own."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assistant.dialogue.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    bot_message_from_json,
    event_from_json,
)
from assistant.dialogue.forms import run_form
from assistant.dialogue.responses import choose_variation, fill
from assistant.dialogue.slots import REQUESTED_SLOT
from assistant.errors import ActionNotRegistered, BadActionAnswer, NoActions
from assistant.messages import BotMessage, Decision

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from assistant.actions.outcome import ActionOutcome, ActionRunner
    from assistant.dialogue.domain import Domain
    from assistant.dialogue.tracker import Tracker
    from assistant.messages import FaqResult

VALIDATE_MAPPINGS = "action_validate_slot_mappings"
_RESPONSE_KEYS = {"text", "buttons", "elements", "custom", "template", "response", "image", "attachment"}
_SENT_EVENTS = 200
"""Only so many of the latest events are sent to an action: conversations grow, and actions look at the last turns."""

_SAID_WITHOUT_RESPONSE = {
    "utter_default": "Sorry, I did not get that. Could you say it another way?",
    "utter_ask_rephrase": "Sorry, I did not get that. Could you say it another way?",
    "utter_restart": "Let us start over.",
    "utter_no_answer": "I do not know the answer to that yet. I have noted your question for the team.",
    "utter_action_failed": "Sorry, that did not work just now. Please try again in a moment.",
    "utter_handoff": "I will pass you on to a person of our team.",
}
"""What is said where a project does not define the response."""


class Actions:
    """Runs actions and gives back what happened as events, the assistant's messages among them.

    Args:
        domain: says which names are responses, forms and custom actions.
        runner: runs custom actions; None: the project has none.
        ask_faq: asks the FAQ.
        rng: chooses among variations of a response.
    """

    def __init__(
        self, domain: Domain, runner: ActionRunner | None, ask_faq: Callable[[str], FaqResult], rng: random.Random | None = None
    ) -> None:
        self._domain = domain
        self._runner = runner
        self._ask_faq = ask_faq
        self._rng = rng or random.Random()
        self._domain_json = domain.as_json()
        self._custom = set(domain.custom_actions())
        self._defaults: dict[str, Callable[[Tracker], list[Event]]] = {
            "action_listen": lambda _: [],
            "action_restart": lambda tracker: [*self.say("utter_restart", tracker), Restarted()],
            "action_session_start": lambda _: [SessionStarted()],
            "action_back": lambda _: [UserUtteranceReverted(), UserUtteranceReverted()],
            "action_deactivate_loop": lambda _: [SlotSet(REQUESTED_SLOT, None), ActiveLoop(None)],
            "action_default_fallback": lambda tracker: [*self.say("utter_default", tracker), UserUtteranceReverted()],
            "action_default_ask_rephrase": lambda tracker: self.say("utter_ask_rephrase", tracker),
            "action_two_stage_fallback": lambda tracker: self.say("utter_ask_rephrase", tracker),
            "action_answer_faq": self._answer_faq,
        }

    def run(self, decision: Decision, tracker: Tracker) -> list[Event]:
        """Returns the events of an action: that it ran first, or that it declined.

        Raises:
            ActionError: a custom action failed; nothing has happened then.
        """
        name = decision.action
        ran = ActionExecuted(name, decision.policy, decision.confidence, decision.reason)
        if name in self._domain.forms:
            events = run_form(self._domain.forms[name], tracker, self)
        elif name in self._custom:
            events = self._run_custom(name, tracker, [])
        elif name in self._defaults:
            events = self._defaults[name](tracker)
        elif name in self._domain.responses:
            events = self.say(name, tracker)
        elif self._domain.is_retrieval(name):
            events = self._say_retrieved(tracker)
        elif self._domain.has_action(name):
            events = []
        else:  # an action has asked for it by a follow-up
            raise ActionNotRegistered(action=name, known=self._domain.action_names())
        if any(isinstance(event, ActionExecutionRejected) for event in events):
            return [ActionExecutionRejected(name, decision.policy, decision.confidence)]
        return [ran, *events]

    def validate_mappings(self, tracker: Tracker) -> list[Event]:
        """Returns what the project's own ``action_validate_slot_mappings`` makes of the slots just set; nothing without one."""
        if VALIDATE_MAPPINGS not in self._custom:
            return []
        return [
            event for event in self._run_custom(VALIDATE_MAPPINGS, tracker, []) if not isinstance(event, ActionExecutionRejected)
        ]

    # --- saying something -------------------------------------------------------------------------------------------------------

    def say(self, response: str, tracker: Tracker, slots: Mapping[str, Any] | None = None) -> list[Event]:
        """Returns the message of a response, one variation of it, filled with slots; nothing when no variation may be said."""
        message = self._rendered(response, tracker, slots or {})
        return [BotUttered(message)] if message else []

    def _say_retrieved(self, tracker: Tracker) -> list[Event]:
        """Says the response of the retrieval intent that was understood: ``utter_faq/ask_hours`` for ``faq/ask_hours``."""
        return self.say(f"utter_{tracker.latest_message.parse.intent.name}", tracker) if tracker.latest_message else []

    def _rendered(self, response: str, tracker: Tracker, variables: Mapping[str, Any]) -> BotMessage | None:
        slots = tracker.slots | dict(variables)
        channel = tracker.latest_message.channel if tracker.latest_message else ""
        chosen = choose_variation(self._domain.responses.get(response, ()), slots, channel, self._rng)
        if chosen is None:
            text = _SAID_WITHOUT_RESPONSE.get(response)
            return BotMessage(text, metadata={"response": response}) if text else None
        filled = fill(chosen.message, slots)
        return replace(filled, metadata={**filled.metadata, "response": response})

    def _answer_faq(self, tracker: Tracker) -> list[Event]:
        question = tracker.latest_message.text if tracker.latest_message else ""
        best = self._ask_faq(question).best if question.strip() else None
        if best is None:
            return self.say("utter_no_answer", tracker)
        return [BotUttered(BotMessage(best.answer, metadata={"faq_entry": best.entry_id, "faq_score": best.score}))]

    # --- forms: what assistant.dialogue.forms.FormHost asks for -----------------------------------------------------------------

    def ask(self, form: str, slot: str, tracker: Tracker, events: Sequence[Event]) -> list[Event]:
        """Returns the events of asking for a slot: by ``action_ask_<form>_<slot>``, ``utter_ask_<form>_<slot>`` or without form."""
        slots = {event.name: event.value for event in events if isinstance(event, SlotSet)}
        for name in (f"{form}_{slot}", slot):
            if f"action_ask_{name}" in self._custom:
                return self._run_custom(f"action_ask_{name}", tracker, events)
            if f"utter_ask_{name}" in self._domain.responses:
                return self.say(f"utter_ask_{name}", tracker, slots)
        return []

    def validate(self, form: str, candidates: Sequence[SlotSet], tracker: Tracker, events: Sequence[Event]) -> list[Event]:
        """Returns what ``validate_<form>`` makes of the candidates; the candidates themselves without such an action."""
        name = f"validate_{form}"
        if name not in self._custom:
            return list(candidates)
        # rasa-sdk reads the candidates from the slot events that the tracker ends with.
        return self._run_custom(name, tracker, [*events, *candidates])

    # --- custom actions ---------------------------------------------------------------------------------------------------------

    def _run_custom(self, name: str, tracker: Tracker, events: Sequence[Event]) -> list[Event]:
        if self._runner is None:
            raise NoActions(action=name)
        outcome = self._runner.run(name, _with(tracker, events), self._domain_json)
        if outcome.is_rejected:
            return [ActionExecutionRejected(name)]
        try:
            return [*self._messages(outcome, tracker), *_events(outcome)]
        except TypeError as error:  # a text that is a list, buttons that are none
            raise BadActionAnswer(action=name) from error

    def _messages(self, outcome: ActionOutcome, tracker: Tracker) -> list[Event]:
        return [BotUttered(message) for response in outcome.responses if (message := self._message(response, tracker)) is not None]

    def _message(self, response: Mapping[str, Any], tracker: Tracker) -> BotMessage | None:
        """Renders the response that is named, then lays over it what the action said itself."""
        said = bot_message_from_json(response)
        name = response.get("response") or response.get("template")
        variables = {key: value for key, value in response.items() if key not in _RESPONSE_KEYS}
        base = self._rendered(str(name), tracker, variables) if name else None
        if base is None:
            return said if said.text or said.buttons or said.image or said.attachment or said.custom else None
        return replace(
            base,
            text=said.text or base.text,
            buttons=base.buttons + said.buttons,
            image=said.image or base.image,
            attachment=said.attachment or base.attachment,
            custom=said.custom or base.custom,
        )


def _events(outcome: ActionOutcome) -> list[Event]:
    return [event for data in outcome.events if (event := event_from_json(data)) is not None]


def _with(tracker: Tracker, events: Sequence[Event]) -> dict[str, Any]:
    """The tracker as JSON, as it would be after more events."""
    shown = tracker.as_json(n_events=_SENT_EVENTS)
    shown["events"] += [event.as_json() for event in events]
    shown["slots"] |= {event.name: event.value for event in events if isinstance(event, SlotSet)}
    loops = [event.name for event in events if isinstance(event, ActiveLoop)]
    if loops:
        shown["active_loop"] = {"name": loops[-1]} if loops[-1] else {}
    return shown
