"""The tracker is a pure fold over its events, and every event survives being stored."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from assistant.dialogue import events as ev
from assistant.dialogue.events import (
    ActionExecuted,
    ActionReverted,
    Event,
    Restarted,
    UserUtteranceReverted,
    UserUttered,
    event_from_json,
)
from assistant.dialogue.tracker import ACTION_LISTEN, Tracker
from assistant.messages import BotMessage, Button, Entity, IntentScore, Parse
from tests.unit.dialogue.building import domain_of

if TYPE_CHECKING:
    from collections.abc import Sequence

DOMAIN = domain_of("""
intents: [a, b, {c: {use_entities: [city]}}]
entities: [city, {size: {roles: [now]}}]
slots:
  city: {type: text}
  flag: {type: bool, initial_value: false}
  kind: {type: categorical, values: [x, y]}
  number: {type: float, max_value: 10, initial_value: 2}
  many: {type: list}
responses: {utter_x: [{text: x}]}
forms: {form: {required_slots: [city, kind]}, other: {required_slots: [many]}}
session_config: {carry_over_slots_to_new_session: true}
""")

TIMES = st.floats(0, 4e9, allow_nan=False)
NAMES = st.sampled_from(["city", "flag", "kind", "number", "many", "requested_slot", "unknown to the domain"])
FORMS = st.sampled_from(["form", "other", None])
ACTIONS = st.sampled_from([ACTION_LISTEN, "utter_x", "form", "other", "action_session_start", "action_custom"])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)
MAPPINGS = st.dictionaries(st.text(max_size=3), VALUES, max_size=2)
SHARES = st.floats(0, 1)
ENTITIES = st.builds(
    Entity,
    st.sampled_from(["city", "size", "ghost"]),
    st.integers(0, 9),
    st.integers(0, 9),
    VALUES,
    st.sampled_from([None, "now"]),
    st.sampled_from([None, "g"]),
    SHARES,
    st.text(max_size=3),
)
SCORES = st.builds(IntentScore, st.sampled_from(["a", "b", "c", "restart"]), SHARES)
PARSES = st.builds(
    Parse,
    st.text(max_size=9),
    st.lists(SCORES, max_size=2).map(tuple),
    st.lists(ENTITIES, max_size=2).map(tuple),
    st.floats(0, 9),
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=2).map(tuple),
)
PARTS = st.none() | st.text(min_size=1, max_size=5)
MESSAGES = st.builds(
    BotMessage,
    st.none() | st.text(max_size=5),
    st.lists(st.builds(Button, st.text(max_size=3), st.text(min_size=1, max_size=3)), max_size=2).map(tuple),
    PARTS,
    PARTS,
    st.none() | st.dictionaries(st.text(max_size=3), VALUES, min_size=1, max_size=2),
    MAPPINGS,
)
LISTED = st.lists(MAPPINGS, max_size=2).map(tuple)
USERS = st.builds(UserUttered, st.text(max_size=9), PARSES, st.text(max_size=3), st.text(max_size=3), MAPPINGS, timestamp=TIMES)
KINDS: dict[type[Any], st.SearchStrategy[Any]] = {
    ev.UserUttered: USERS,
    ev.BotUttered: st.builds(ev.BotUttered, MESSAGES, timestamp=TIMES),
    ev.ActionExecuted: st.builds(ActionExecuted, ACTIONS, PARTS, st.none() | SHARES, st.text(max_size=5), timestamp=TIMES),
    ev.ActionExecutionRejected: st.builds(ev.ActionExecutionRejected, ACTIONS, PARTS, st.none() | SHARES, timestamp=TIMES),
    ev.SlotSet: st.builds(ev.SlotSet, NAMES, VALUES, timestamp=TIMES),
    ev.ActiveLoop: st.builds(ev.ActiveLoop, FORMS, timestamp=TIMES),
    ev.LoopInterrupted: st.builds(ev.LoopInterrupted, st.booleans(), timestamp=TIMES),
    ev.FollowupAction: st.builds(ev.FollowupAction, ACTIONS, timestamp=TIMES),
    ev.AgentUttered: st.builds(ev.AgentUttered, st.text(max_size=5), MAPPINGS, timestamp=TIMES),
    ev.ReminderScheduled: st.builds(
        ev.ReminderScheduled, st.text(max_size=3), st.text(max_size=5), st.text(max_size=3), LISTED, st.booleans(), timestamp=TIMES
    ),
    ev.EntitiesAdded: st.builds(ev.EntitiesAdded, st.lists(ENTITIES, max_size=2).map(tuple), timestamp=TIMES),
    ev.UserFeaturized: st.builds(ev.UserFeaturized, st.booleans(), timestamp=TIMES),
    ev.ReminderCancelled: st.builds(ev.ReminderCancelled, PARTS, PARTS, st.none() | LISTED, timestamp=TIMES),
} | {
    kind: st.builds(kind, timestamp=TIMES)
    for kind in (
        ev.Restarted,
        ev.SessionStarted,
        ev.SessionEnded,
        ev.UserUtteranceReverted,
        ev.ActionReverted,
        ev.AllSlotsReset,
        ev.ConversationPaused,
        ev.ConversationResumed,
        ev.StoryExported,
    )
}
EVENTS: st.SearchStrategy[Event] = st.one_of(*KINDS.values())
HISTORIES = st.lists(EVENTS, max_size=12)
UNDOING = (Restarted, UserUtteranceReverted, ActionReverted)


def state(tracker: Tracker) -> tuple[Any, ...]:
    """All that policies and actions may look at."""
    loop = (tracker.active_loop, tracker.loop_rejected, tracker.loop_interrupted)
    latest = (tracker.latest_message, tracker.latest_action, tracker.followup, tracker.is_paused)
    return tracker.slots, tracker.steps, loop, latest, tracker.state(), tracker.states(99), tracker.forgetful_states(0)


def tracker_of(events: Sequence[Event]) -> Tracker:
    return Tracker("ann", DOMAIN, events)


def test_every_kind_of_event_is_made_here() -> None:
    assert {kind.__name__ for kind in KINDS} == {kind.__name__ for kind in ev.Event.__args__}


@given(EVENTS)
def test_an_event_survives_being_stored(event: Event) -> None:
    assert event_from_json(json.loads(json.dumps(event.as_json()))) == event


@given(HISTORIES)
def test_a_conversation_read_from_the_store_is_the_one_that_was_folded_event_by_event(history: list[Event]) -> None:
    folded = tracker_of([])
    for event in history:
        folded.update(event)
    stored = [event_from_json(json.loads(json.dumps(event.as_json()))) for event in history]
    assert state(tracker_of([event for event in stored if event])) == state(folded)


@given(HISTORIES)
def test_any_conversation_can_be_shown_to_an_action(history: list[Event]) -> None:
    shown = tracker_of(history).as_json()
    assert len(json.loads(json.dumps(shown))["events"]) == len(history)


@given(HISTORIES, USERS, st.lists(EVENTS.filter(lambda event: not isinstance(event, (*UNDOING, UserUttered))), max_size=6))
def test_a_rewind_leaves_no_trace_of_the_last_turn(history: list[Event], message: UserUttered, turn: list[Event]) -> None:
    before = tracker_of(history)
    after = tracker_of([*history, ActionExecuted(ACTION_LISTEN), message, *turn, UserUtteranceReverted()])
    assert state(after) == state(before)


@given(HISTORIES, ACTIONS, st.lists(EVENTS.filter(lambda event: not isinstance(event, (*UNDOING, ActionExecuted))), max_size=6))
def test_an_undo_leaves_no_trace_of_the_last_action(history: list[Event], action: str, after: list[Event]) -> None:
    assert state(tracker_of([*history, ActionExecuted(action), *after, ActionReverted()])) == state(tracker_of(history))


@given(HISTORIES, HISTORIES)
def test_after_a_restart_only_what_follows_counts(before: list[Event], after: list[Event]) -> None:
    assert state(tracker_of([*before, Restarted(), *after])) == state(tracker_of(after))
