"""What the assistant does about a form besides running it: asks for a slot, goes one question back, leaves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialogue.attempts import failed_attempts
from assistant.dialogue.events import ActionExecuted, ActiveLoop, Event, SlotSet, UserUtteranceReverted
from assistant.dialogue.slots import REQUESTED_SLOT
from assistant.dialogue.tracker import Tracker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.actions.custom import CustomActions
    from assistant.actions.speaking import Speaker


class FormSteps:
    """Asks, goes back, and leaves.

    Args:
        custom: the project's own actions, which may ask.
        speaker: says responses.
        max_attempts: so many messages in vain, and a way out is offered with the question; 0: never.
    """

    def __init__(self, custom: CustomActions, speaker: Speaker, max_attempts: int) -> None:
        self._custom = custom
        self._speaker = speaker
        self._max_attempts = max_attempts

    def ask(self, form: str, slot: str, tracker: Tracker, events: Sequence[Event]) -> list[Event]:
        """Returns the events of asking for a slot: by ``action_ask_<form>_<slot>``, ``utter_ask_<form>_<slot>`` or without form.

        Args:
            form: that asks.
            slot: that it asks for.
            tracker: the conversation before this run of the form.
            events: of this run.
        """
        slots = {event.name: event.value for event in events if isinstance(event, SlotSet)}
        way_out = self._way_out(form, slot, tracker, events)
        for name in (f"{form}_{slot}", slot):
            if f"action_ask_{name}" in self._custom.names:
                return way_out + self._custom.run(f"action_ask_{name}", tracker, events)
            if f"utter_ask_{name}" in tracker.domain.responses:
                return way_out + self._speaker.say(f"utter_ask_{name}", tracker, slots)
        return way_out

    def go_back(self, tracker: Tracker) -> list[Event]:
        """Returns the events of taking the last message back: a form asks again what it asked before it."""
        reverted: list[Event] = [UserUtteranceReverted(), UserUtteranceReverted()]
        before = Tracker(tracker.sender_id, tracker.domain, [*tracker.events, ActionExecuted("action_back"), *reverted])
        form, slot = before.active_loop, before.slots.get(REQUESTED_SLOT)
        if form in tracker.domain.forms and form is not None and slot is not None:
            return [*reverted, *self.ask(form, slot, before, [])]
        if tracker.active_loop in tracker.domain.forms:
            return [*reverted, *self._speaker.say("utter_form_cancelled", tracker)]
        return reverted

    def cancel(self, tracker: Tracker) -> list[Event]:
        """Returns the events of leaving the active form; what was said in it stays known."""
        return [*self._speaker.say("utter_form_cancelled", tracker), SlotSet(REQUESTED_SLOT, None), ActiveLoop(None)]

    def _way_out(self, form: str, slot: str, tracker: Tracker, events: Sequence[Event]) -> list[Event]:
        if not self._max_attempts or failed_attempts([*tracker.events, *events], form, slot) < self._max_attempts:
            return []
        return self._speaker.say("utter_form_stuck", tracker)
