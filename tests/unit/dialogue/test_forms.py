from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from assistant.dialogue.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    Event,
    LoopInterrupted,
    SlotSet,
)
from assistant.dialogue.forms import run_form
from assistant.dialogue.slot_filling import fill_slots
from assistant.dialogue.tracker import ACTION_LISTEN, Tracker
from assistant.messages import BotMessage
from tests.unit.dialogue.building import domain_of, entity, listening, said

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DOMAIN = domain_of("""
intents: [order, inform, chat]
entities: [number, item]
slots:
  number: {type: text, mappings: [{type: from_entity, entity: number}]}
  item: {type: text, mappings: [{type: from_entity, entity: item}]}
  reason: {type: text, mappings: [{type: from_text, intent: inform, conditions: [{active_loop: form, requested_slot: reason}]}]}
  outside: {type: text, mappings: [{type: from_intent, intent: chat, value: x}]}
forms:
  form: {required_slots: [number, item, reason]}
""")
FORM = DOMAIN.forms["form"]


class Host:
    """Asks with the slot's name, and validates with a function."""

    def __init__(self, check: Callable[[Sequence[SlotSet]], list[Event]] = list) -> None:
        self._check = check
        self.candidates: list[dict[str, Any]] = []

    def ask(self, form: str, slot: str, tracker: Tracker, events: Sequence[Event]) -> list[Event]:  # noqa: ARG002 (a protocol's)
        return [BotUttered(BotMessage(f"{slot}?"))]

    def validate(
        self,
        form: str,  # noqa: ARG002 (the protocol's arguments)
        candidates: Sequence[SlotSet],
        tracker: Tracker,  # noqa: ARG002
        events: Sequence[Event],  # noqa: ARG002
    ) -> list[Event]:
        self.candidates.append({event.name: event.value for event in candidates})
        return self._check(candidates)


def start(*entities: Any, host: Host | None = None) -> Tracker:
    """A conversation in which the form has just run for the first time."""
    tracker = listening(DOMAIN, said("order", *entities))
    tracker.update_all(fill_slots(tracker))
    return run(tracker, host)


def run(tracker: Tracker, host: Host | None = None) -> Tracker:
    events = run_form(FORM, tracker, host or Host())
    if events == [ActionExecutionRejected(FORM.name, timestamp=events[0].timestamp)]:
        tracker.update(events[0])
    else:
        tracker.update_all([ActionExecuted(FORM.name), *events])
    return tracker


def answer(tracker: Tracker, intent: str, *entities: Any, text: str | None = None, host: Host | None = None) -> Tracker:
    tracker.update_all([ActionExecuted(ACTION_LISTEN), said(intent, *entities, text=text)])
    tracker.update_all(fill_slots(tracker))
    return run(tracker, host)


def questions(tracker: Tracker) -> list[str | None]:
    return [event.message.text for event in tracker.events if isinstance(event, BotUttered)]


def test_a_form_asks_for_its_slots_one_by_one_and_ends() -> None:
    tracker = start()
    assert (tracker.active_loop, tracker.slots["requested_slot"], questions(tracker)) == ("form", "number", ["number?"])
    answer(tracker, "inform", entity("number", "12345"))
    answer(tracker, "inform", entity("item", "vase"))
    assert (tracker.slots["requested_slot"], questions(tracker)) == ("reason", ["number?", "item?", "reason?"])
    answer(tracker, "inform", text="it broke")
    assert (tracker.active_loop, tracker.slots["requested_slot"]) == (None, None)
    assert [tracker.slots[name] for name in FORM.required_slots] == ["12345", "vase", "it broke"]
    assert len(questions(tracker)) == 3


def test_one_message_may_fill_several_slots() -> None:
    tracker = answer(start(), "inform", entity("number", "12345"), entity("item", "vase"))
    assert tracker.slots["requested_slot"] == "reason"


def test_what_the_first_message_says_is_not_asked() -> None:
    assert questions(start(entity("number", "12345"))) == ["item?"]


def test_a_form_with_nothing_left_to_ask_ends_at_once() -> None:
    tracker = listening(DOMAIN, SlotSet("number", "1"), SlotSet("item", "b"), SlotSet("reason", "c"), said("order"))
    assert run(tracker).active_loop is None
    assert questions(tracker) == []


def test_slots_filled_before_are_validated_when_the_form_starts() -> None:
    host = Host(lambda _: [SlotSet("number", None)])
    tracker = start(entity("number", "bad"), host=host)
    assert host.candidates == [{"number": "bad"}]
    assert questions(tracker) == ["number?"]


def test_a_validator_sees_what_the_message_said_and_may_set_other_slots() -> None:
    host = Host(lambda found: [*found, SlotSet("item", "the only one")])
    tracker = answer(start(), "inform", entity("number", "12345"), host=host)
    assert host.candidates == [{"number": "12345"}]
    assert questions(tracker) == ["number?", "reason?"]


def test_a_value_that_is_refused_is_asked_for_again() -> None:
    host = Host(lambda _: [BotUttered(BotMessage("five digits, please")), SlotSet("number", None)])
    tracker = answer(start(), "inform", entity("number", "1"), host=host)
    assert questions(tracker) == ["number?", "five digits, please", "number?"]
    assert tracker.active_loop == "form"


@pytest.mark.parametrize(("requested", "expected"), [("reason", "reason?"), (None, None)])
def test_a_validator_may_choose_the_next_slot_or_end_the_form(requested: str | None, expected: str | None) -> None:
    host = Host(lambda found: [*found, SlotSet("requested_slot", requested)])
    tracker = answer(start(), "inform", entity("number", "12345"), host=host)
    assert questions(tracker) == ["number?", *([expected] if expected else [])]
    assert tracker.active_loop == ("form" if expected else None)


def test_a_validator_may_deactivate_the_form() -> None:
    tracker = answer(start(), "inform", entity("number", "1"), host=Host(lambda found: [*found, ActiveLoop(None)]))
    assert (tracker.active_loop, tracker.slots["requested_slot"], questions(tracker)) == (None, None, ["number?"])


def test_a_message_that_fills_nothing_is_declined() -> None:
    tracker = answer(start(), "chat_about_nothing")
    assert (tracker.active_loop, tracker.loop_rejected, questions(tracker)) == ("form", True, ["number?"])


def test_a_form_is_asked_again_after_something_else_was_answered() -> None:
    tracker = answer(start(), "chat_about_nothing")
    tracker.update(ActionExecuted("utter_chat"))
    assert questions(run(tracker)) == ["number?", "number?"]
    assert not tracker.loop_rejected


def test_a_message_that_fills_only_a_slot_the_form_does_not_ask_for_is_declined() -> None:
    tracker = answer(start(), "chat")
    assert tracker.slots["outside"] == "x"
    assert tracker.loop_rejected
    assert questions(tracker) == ["number?"]


def test_the_rejection_of_the_validator_is_the_forms() -> None:
    tracker = answer(start(), "inform", entity("number", "1"), host=Host(lambda _: [ActionExecutionRejected("validate_form")]))
    assert tracker.loop_rejected


def test_a_form_set_aside_does_not_read_the_message() -> None:
    tracker = start()
    tracker.update_all([LoopInterrupted(), ActionExecuted(ACTION_LISTEN), said("inform", entity("number", "1"))])
    host = Host()
    run(tracker, host)
    assert host.candidates == [{}]


def test_a_form_that_nothing_else_could_answer_for_asks_again_without_reading_the_message_twice() -> None:
    tracker = answer(start(), "chat_about_nothing")
    host = Host()
    assert questions(run(tracker, host)) == ["number?", "number?"]
    assert host.candidates == [{}]
