"""Forms: ask for slots one by one, validate what was said, step aside when the user wants something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from assistant.dialogue.events import ActionExecuted, ActionExecutionRejected, ActiveLoop, Event, SlotSet
from assistant.dialogue.slot_filling import fill_on_activation
from assistant.dialogue.slots import REQUESTED_SLOT
from assistant.dialogue.tracker import ACTION_LISTEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.dialogue.domain import Form
    from assistant.dialogue.tracker import Tracker


class FormHost(Protocol):
    """What a form needs from whoever runs it."""

    def ask(self, form: str, slot: str, tracker: Tracker, events: Sequence[Event]) -> list[Event]:
        """Returns the events of asking for a slot."""

    def validate(self, form: str, candidates: Sequence[SlotSet], tracker: Tracker, events: Sequence[Event]) -> list[Event]:
        """Returns what the project's own validation makes of the candidates; the candidates themselves when it has none.

        It is asked without candidates, too: it may extract slots, or say which one comes next.
        """


def run_form(form: Form, tracker: Tracker, host: FormHost) -> list[Event]:
    """Returns the events of one run of a form.

    ActionExecutionRejected at their end means that the form declined: it had asked for a slot, and the message filled none, or the
    project's own validation declined; the slots that it set all the same stand before.

    Args:
        form: to run.
        tracker: the conversation so far.
        host: asks and validates.
    """
    events: list[Event] = []
    if tracker.active_loop != form.name:
        events.append(ActiveLoop(form.name))
        events += _activate(form, tracker, host, events)
    elif tracker.latest_action == ACTION_LISTEN and not tracker.loop_rejected and not tracker.loop_interrupted:
        validated = _validate_message(form, tracker, host)
        if any(isinstance(event, ActionExecutionRejected) for event in validated):
            kept = [event for event in validated if not isinstance(event, ActionExecutionRejected)]
            return [*kept, ActionExecutionRejected(form.name)]
        events += validated
    else:  # nothing to validate, but the project's own code may say what is asked for next
        events += host.validate(form.name, [], tracker, events)
    if not _is_done(events):
        events += _ask_next(form, tracker, host, events)
    if _is_done(events):
        events += _closing(events)
    return events


def leave_form(form: str, reason: str, now: float) -> list[Event]:
    """Returns the events of leaving a form without a word.

    Args:
        form: the active one.
        reason: a clause that people understand.
        now: when. Unit: seconds since the epoch.
    """
    return [
        ActionExecuted("action_deactivate_loop", "form", 1.0, f"{form}: {reason}", timestamp=now),
        SlotSet(REQUESTED_SLOT, None, timestamp=now),
        ActiveLoop(None, timestamp=now),
        ActionExecuted(ACTION_LISTEN, timestamp=now),
    ]


def _activate(form: Form, tracker: Tracker, host: FormHost, events: Sequence[Event]) -> list[Event]:
    filled = fill_on_activation(tracker, form)
    slots = _slots_after(tracker, filled)
    prefilled = [SlotSet(name, slots[name]) for name in form.required_slots if slots.get(name) is not None]
    return host.validate(form.name, prefilled, tracker, events)


def _validate_message(form: Form, tracker: Tracker, host: FormHost) -> list[Event]:
    wanted = {*form.required_slots, tracker.slots.get(REQUESTED_SLOT)}
    said = tracker.slots_set_this_turn()
    candidates = [SlotSet(name, value) for name, value in said.items() if name in wanted]
    validated = host.validate(form.name, candidates, tracker, [])
    if any(isinstance(event, SlotSet) and event.name != REQUESTED_SLOT for event in validated) or _is_done(validated):
        return validated
    if any(isinstance(event, ActionExecutionRejected) for event in validated) or not tracker.slots.get(REQUESTED_SLOT):
        return validated
    return [ActionExecutionRejected(form.name)]


def _ask_next(form: Form, tracker: Tracker, host: FormHost, events: Sequence[Event]) -> list[Event]:
    chosen = [event.value for event in events if isinstance(event, SlotSet) and event.name == REQUESTED_SLOT]
    slot = chosen[-1] if chosen else _next_slot(form, _slots_after(tracker, events))
    if slot is None:
        return [SlotSet(REQUESTED_SLOT, None)]
    request: list[Event] = [SlotSet(REQUESTED_SLOT, slot)]
    return request + host.ask(form.name, slot, tracker, [*events, *request])


def _next_slot(form: Form, slots: dict[str, Any]) -> str | None:
    return next((name for name in form.required_slots if slots.get(name) is None), None)


def _slots_after(tracker: Tracker, events: Sequence[Event]) -> dict[str, Any]:
    return tracker.slots | {event.name: event.value for event in events if isinstance(event, SlotSet)}


def _is_done(events: Sequence[Event]) -> bool:
    """Nothing is asked for any more, or somebody has ended the form; the last word counts."""
    requests = [event.value for event in events if isinstance(event, SlotSet) and event.name == REQUESTED_SLOT]
    loops = [event.name for event in events if isinstance(event, ActiveLoop)]
    return requests[-1:] == [None] or loops[-1:] == [None]


def _closing(events: Sequence[Event]) -> list[Event]:
    closing: list[Event] = []
    if not any(isinstance(event, SlotSet) and event.name == REQUESTED_SLOT and event.value is None for event in events):
        closing.append(SlotSet(REQUESTED_SLOT, None))
    if not any(isinstance(event, ActiveLoop) and event.name is None for event in events):
        closing.append(ActiveLoop(None))
    return closing
