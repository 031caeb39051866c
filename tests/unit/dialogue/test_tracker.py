from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.dialogue.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    EntitiesAdded,
    FollowupAction,
    LoopInterrupted,
    Restarted,
    SessionStarted,
    SlotSet,
    UserFeaturized,
    UserUtteranceReverted,
)
from assistant.dialogue.tracker import ACTION_LISTEN, Tracker
from assistant.messages import BotMessage
from tests.unit.dialogue.building import domain_of, entity, listening, said

if TYPE_CHECKING:
    from assistant.dialogue.domain import Domain

DOMAIN = """
intents: [greet, order, {secret: {use_entities: []}}, {half: {ignore_entities: [city]}}]
entities: [city, {size: {roles: [wanted]}}, {colour: {influence_conversation: false}}]
slots:
  city: {type: text}
  count: {type: float, initial_value: 1.0, max_value: 10}
  silent: {type: text, influence_conversation: false}
  anything: {type: any}
  a: {type: text}
forms:
  form: {required_slots: [a]}
"""


@pytest.fixture(scope="module")
def domain() -> Domain:
    return domain_of(DOMAIN)


def test_a_new_conversation_has_initial_values_and_no_past(domain: Domain) -> None:
    tracker = Tracker("ann", domain)
    assert tracker.slots == {"city": None, "count": 1.0, "silent": None, "anything": None, "a": None, "requested_slot": None}
    assert (tracker.latest_message, tracker.latest_action, tracker.active_loop, tracker.followup) == (None, None, None, None)
    assert not tracker.is_paused
    assert tracker.intent == ""


def test_a_message_and_an_action_are_the_latest(domain: Domain) -> None:
    message = said("greet")
    tracker = listening(domain, message, ActionExecuted("utter_greet"))
    assert tracker.latest_message is message
    assert tracker.intent == "greet"
    assert tracker.latest_action == "utter_greet"


def test_slots_that_the_domain_does_not_know_are_kept(domain: Domain) -> None:
    assert listening(domain, SlotSet("extra", 5)).slots["extra"] == 5


def test_a_reset_gives_slots_their_initial_values(domain: Domain) -> None:
    tracker = listening(domain, SlotSet("count", 7.0), SlotSet("city", "Cork"), AllSlotsReset())
    assert (tracker.slots["count"], tracker.slots["city"]) == (1.0, None)


def test_a_restart_forgets_everything_but_the_events(domain: Domain) -> None:
    tracker = listening(domain, said("greet"), SlotSet("city", "Cork"), ActiveLoop("form"), ActionExecuted("x"), Restarted())
    fresh = Tracker("ann", domain)
    assert (tracker.slots, tracker.steps, tracker.active_loop, tracker.latest_message) == (fresh.slots, [], None, None)
    assert len(tracker.events) == 6
    assert tracker.turn_events() == []


def test_a_rewind_takes_back_the_last_message_and_the_listening_before_it(domain: Domain) -> None:
    before = listening(domain, said("greet"), ActionExecuted("utter_greet"))
    after = listening(domain, *before.events[1:], ActionExecuted(ACTION_LISTEN), said("order"), SlotSet("city", "Cork"))
    after.update_all([ActiveLoop("form"), ActionExecuted("form"), BotUttered(BotMessage("which?")), UserUtteranceReverted()])
    assert (after.slots, after.steps, after.state(), after.active_loop) == (before.slots, before.steps, before.state(), None)
    assert (after.latest_action, after.intent) == ("utter_greet", "greet")


def test_two_rewinds_take_back_two_messages(domain: Domain) -> None:
    tracker = listening(domain, said("greet"), ActionExecuted("utter_greet"), ActionExecuted(ACTION_LISTEN), said("order"))
    tracker.update_all([ActionExecuted("x"), UserUtteranceReverted(), UserUtteranceReverted()])
    assert tracker.latest_message is None
    assert tracker.latest_action is None


def test_an_undo_takes_back_the_last_action_and_all_after_it(domain: Domain) -> None:
    tracker = listening(domain, said("greet"), ActionExecuted("x"), SlotSet("city", "Cork"), ActionReverted())
    assert (tracker.latest_action, tracker.slots["city"], tracker.intent) == (ACTION_LISTEN, None, "greet")


def test_what_a_restart_forgot_no_rewind_brings_back(domain: Domain) -> None:
    tracker = listening(domain, SlotSet("city", "Cork"), Restarted(), ActionExecuted(ACTION_LISTEN), said("greet"))
    tracker.update(UserUtteranceReverted())
    assert tracker.slots["city"] is None
    assert tracker.latest_message is None


@pytest.mark.parametrize(("carries", "city"), [("true", "Cork"), ("false", None)])
def test_a_new_session_carries_slots_over_or_not(carries: str, city: str | None) -> None:
    domain = domain_of(DOMAIN + f"session_config: {{carry_over_slots_to_new_session: {carries}}}")
    tracker = listening(domain, said("order"), SlotSet("city", "Cork"), ActiveLoop("form"), SessionStarted())
    assert tracker.slots["city"] == city
    assert tracker.active_loop is None
    assert tracker.steps == []
    assert tracker.state().slots == ((("city", (1.0,)),) if city else ()) + (("count", (1.0, 0.1)),)


def test_a_followup_holds_until_an_action_ran_or_somebody_spoke(domain: Domain) -> None:
    followup = FollowupAction("x")
    assert listening(domain, said("greet"), followup).followup == "x"
    assert listening(domain, said("greet"), followup, ActionExecuted("x")).followup is None
    assert listening(domain, said("greet"), followup, said("greet")).followup is None


def test_a_pause_lasts_until_it_is_lifted(domain: Domain) -> None:
    events = (ConversationPaused(), said("greet"))
    assert listening(domain, *events).is_paused
    assert not listening(domain, *events, ConversationResumed()).is_paused


def test_a_rejected_form_stays_active_until_the_next_message_is_tried_on_it(domain: Domain) -> None:
    tracker = listening(domain, ActiveLoop("form"), ActionExecuted("form"), ActionExecuted(ACTION_LISTEN), said("greet"))
    tracker.update(ActionExecutionRejected("form"))
    assert (tracker.active_loop, tracker.loop_rejected) == ("form", True)
    tracker.update(said("order"))
    assert not tracker.loop_rejected


def test_the_rejection_of_another_action_says_nothing_of_the_form(domain: Domain) -> None:
    assert not listening(domain, ActiveLoop("form"), ActionExecutionRejected("action_x")).loop_rejected


def test_an_interruption_ends_when_the_form_runs_again(domain: Domain) -> None:
    tracker = listening(domain, ActiveLoop("form"), LoopInterrupted())
    assert tracker.loop_interrupted
    tracker.update(ActionExecuted("form"))
    assert not tracker.loop_interrupted


# --- what policies see ----------------------------------------------------------------------------------------------------------


def test_the_state_shows_what_influences_the_conversation_only(domain: Domain) -> None:
    entities = (entity("city", "Cork"), entity("size", "M", role="wanted"), entity("colour", "red"), entity("unheard_of", 1))
    tracker = listening(domain, said("order", *entities), SlotSet("silent", "x"), SlotSet("anything", "x"), SlotSet("city", "Cork"))
    state = tracker.state()
    assert (state.intent, state.prev_action, state.active_loop) == ("order", ACTION_LISTEN, None)
    assert state.entities == ("city", "size", "size#wanted")
    assert state.slots == (("city", (1.0,)), ("count", (1.0, 0.1)))


@pytest.mark.parametrize(("intent", "seen"), [("secret", ()), ("half", ("size",))])
def test_an_intent_may_hide_entities(domain: Domain, intent: str, seen: tuple[str, ...]) -> None:
    assert listening(domain, said(intent, entity("city", "Cork"), entity("size", "M"))).state().entities == seen


def test_the_states_of_the_past_stand_before_the_present_one(domain: Domain) -> None:
    tracker = listening(domain, said("greet"), ActionExecuted("x"), ActionExecuted("y"))
    assert [state.prev_action for state in tracker.states(10)] == [None, ACTION_LISTEN, "x", "y"]
    assert [state.prev_action for state in tracker.states(2)] == ["x", "y"]


def test_a_state_forgets_the_slots_set_before_a_step(domain: Domain) -> None:
    tracker = listening(domain, said("order"), SlotSet("city", "Cork"), ActionExecuted("x"), ActionExecuted(ACTION_LISTEN))
    tracker.update_all([said("greet"), SlotSet("a", 1)])
    assert [name for name, _ in tracker.state().slots] == ["a", "city", "count"]
    assert [name for name, _ in tracker.forgetful_states(3)[-1].slots] == ["a", "count"]


def test_the_happy_path_of_a_form_counts_as_one_step(domain: Domain) -> None:
    """Asked twice or ten times: what stories see of a form that went well is the same."""

    def after(n_questions: int) -> Tracker:
        tracker = listening(domain, said("order"), ActionExecuted("form"), ActiveLoop("form"))
        for number in range(n_questions):
            tracker.update_all([ActionExecuted(ACTION_LISTEN), said("greet"), SlotSet("silent", number), ActionExecuted("form")])
        tracker.update(ActiveLoop(None))
        return tracker

    assert after(1).states(10) == after(5).states(10)
    assert [step.action for step in after(3).steps] == [ACTION_LISTEN, "form"]
    assert after(3).state().intent == "order"


def test_slots_that_a_form_filled_were_set_when_it_ran(domain: Domain) -> None:
    tracker = listening(domain, said("order"), ActionExecuted("form"), ActiveLoop("form"))
    for _ in range(3):
        tracker.update_all([ActionExecuted(ACTION_LISTEN), said("greet"), SlotSet("city", "Cork"), ActionExecuted("form")])
    tracker.update_all([ActiveLoop(None), ActionExecuted(ACTION_LISTEN)])
    assert "city" in dict(tracker.forgetful_states(2)[-1].slots)
    assert "city" not in dict(tracker.forgetful_states(3)[-1].slots)


def test_an_interrupted_form_keeps_its_steps(domain: Domain) -> None:
    tracker = listening(domain, said("order"), ActionExecuted("form"), ActiveLoop("form"), ActionExecuted(ACTION_LISTEN))
    tracker.update_all([said("greet"), ActionExecutionRejected("form"), ActionExecuted("utter_greet"), ActionExecuted("form")])
    assert [step.action for step in tracker.steps] == [ACTION_LISTEN, "form", ACTION_LISTEN, "utter_greet", "form"]


# --- what actions see -----------------------------------------------------------------------------------------------------------


def test_the_turn_is_what_happened_since_the_last_message(domain: Domain) -> None:
    message = said("order")
    tracker = listening(domain, SlotSet("city", "Galway"), message, SlotSet("a", 1), SlotSet("a", 2))
    assert tracker.turn_events()[0] is message
    assert tracker.slots_set_this_turn() == {"a": 2}


def test_actions_see_the_tracker_as_rasa_shows_it(domain: Domain) -> None:
    tracker = listening(domain, said("order", entity("city", "Cork")), SlotSet("city", "Cork"), ActiveLoop("form"))
    shown = tracker.as_json(n_events=2)
    assert shown["sender_id"] == "ann"
    assert shown["slots"]["city"] == "Cork"
    assert shown["latest_message"]["intent"] == {"name": "order", "confidence": 1.0}
    assert shown["latest_message"]["entities"][0]["value"] == "Cork"
    assert shown["active_loop"]["name"] == "form"
    assert shown["latest_action_name"] == ACTION_LISTEN
    assert [event["event"] for event in shown["events"]] == ["slot", "active_loop"]
    assert len(tracker.as_json()["events"]) == 4
    assert Tracker("bob", domain).as_json()["latest_message"] == {"intent": {}, "entities": [], "text": None}


def test_entities_found_later_belong_to_the_last_message(domain: Domain) -> None:
    tracker = listening(domain, said("order", entity("city", "Cork")))
    tracker.update(EntitiesAdded((entity("city", "Cork"), entity("city", "Galway"))))
    assert tracker.latest_message is not None
    assert [found.value for found in tracker.latest_message.parse.entities] == ["Cork", "Galway"]
    before = Tracker("ann", domain, [EntitiesAdded((entity("city", "Cork"),))])
    assert before.latest_message is None


def test_rasas_note_on_features_changes_nothing(domain: Domain) -> None:
    plain, noted = listening(domain, said("order")), listening(domain, said("order"))
    noted.update(UserFeaturized(use_text=True))
    assert noted.state() == plain.state()
