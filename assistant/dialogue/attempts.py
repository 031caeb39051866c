"""Counts how often a form has asked in vain: from some attempt on it must offer a way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialogue.events import ActionExecuted, ActionExecutionRejected, ActiveLoop, SlotSet, UserUttered
from assistant.dialogue.reminders import is_external
from assistant.dialogue.slots import REQUESTED_SLOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from assistant.dialogue.events import Event

_NO_ANSWERS = {"action_listen", "action_default_fallback", "action_default_ask_rephrase", "action_unlikely_intent"}
_NOT_UNDERSTOOD = {"", "nlu_fallback", "out_of_scope"}


def failed_attempts(events: Sequence[Event], form: str, slot: str) -> int:
    """Returns how many messages in a row have not answered what a form asks for.

    A message counts when its value was refused, or when the form declined it and nothing else could answer it either. One that
    asked for something else, and got it, does not count.

    Args:
        events: of the conversation, those of the present run of the form included.
        form: that asks.
        slot: that it asks for.
    """
    return sum(_is_failed(turn, form, slot) for turn in _turns(_since_asked(events, form, slot)))


def _since_asked(events: Sequence[Event], form: str, slot: str) -> Sequence[Event]:
    """The events since the form asked for the slot, having asked for something else or nothing before."""
    start = len(events)
    for position in range(len(events) - 1, -1, -1):
        event = events[position]
        if isinstance(event, SlotSet) and event.name == REQUESTED_SLOT:
            if event.value != slot:
                break
            start = position
        elif isinstance(event, ActiveLoop) and event.name != form:
            break
    return events[start:]


def _turns(events: Iterable[Event]) -> Iterator[list[Event]]:
    turn: list[Event] = []
    for event in events:
        if isinstance(event, UserUttered):
            if turn:
                yield turn
            turn = [event]
        elif turn:
            turn.append(event)
    if turn:
        yield turn


def _is_failed(turn: Sequence[Event], form: str, slot: str) -> bool:
    if any(isinstance(event, UserUttered) and is_external(event) for event in turn):
        return False
    if any(isinstance(event, SlotSet) and event.name == slot and event.value is None for event in turn):
        return True
    if not any(isinstance(event, ActionExecutionRejected) and event.name == form for event in turn):
        return False
    answers = {event.name for event in turn if isinstance(event, ActionExecuted)} - _NO_ANSWERS - {form}
    intent = next(event.parse.intent.name for event in turn if isinstance(event, UserUttered))
    return not answers or (intent in _NOT_UNDERSTOOD and "action_answer_faq" not in answers)
