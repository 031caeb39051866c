from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from assistant.actions.execution import Actions
from assistant.actions.outcome import ActionOutcome
from assistant.dialogue.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    ConversationPaused,
    Event,
    FollowupAction,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
)
from assistant.errors import ActionNotRegistered, BadActionAnswer, NoActions
from assistant.messages import BotMessage, Button, Decision, FaqMatch, FaqResult
from tests.unit.dialogue.building import domain_of, listening, said

if TYPE_CHECKING:
    from collections.abc import Mapping

DOMAIN = domain_of("""
intents: [a]
slots: {s: {type: text}, t: {type: text}}
responses:
  utter_x: [{text: "s is {s}"}]
  utter_named: [{text: "{greeting}, {s}", buttons: [{title: One, payload: /a}], image: base.png}]
  utter_channel: [{text: x, channel: rest}]
  utter_ask_s: [{text: "s?"}]
  utter_ask_other_s: [{text: "other s, now {t}?"}]
forms: {form: {required_slots: [s]}, other: {required_slots: [s]}, checked: {required_slots: [t]}}
actions: [action_x, action_ask_t, validate_checked, action_validate_slot_mappings]
""")


class Runner:
    """Answers every call with one outcome, and keeps what it was called with."""

    def __init__(self, events: list[dict[str, Any]] | None = None, *responses: dict[str, Any], is_rejected: bool = False) -> None:
        self._outcome = ActionOutcome(events or [], responses, is_rejected)
        self.calls: list[tuple[str, Mapping[str, Any], Mapping[str, Any]]] = []

    def run(self, name: str, tracker: Mapping[str, Any], domain: Mapping[str, Any]) -> ActionOutcome:
        self.calls.append((name, tracker, domain))
        return self._outcome

    def close(self) -> None:
        pass


def actions(runner: Runner | None = None, *, score: float = 0.9) -> Actions:
    match = FaqMatch("shipping", "q", "q", "It is **free**.", score)
    return Actions(DOMAIN, runner, lambda _: FaqResult((match,), 0.5), random.Random(0))


def run(name: str, runner: Runner | None = None, *before: Event, score: float = 0.9) -> list[Event]:
    tracker = listening(DOMAIN, said("a", text="how much?"), *before)
    return actions(runner, score=score).run(Decision(name, "rule", 1.0, "because"), tracker)


def texts(events: list[Event]) -> list[str | None]:
    return [event.message.text for event in events if isinstance(event, BotUttered)]


def kinds(events: list[Event]) -> list[type[Event]]:
    return [type(event) for event in events]


# --- responses and the actions that every bot has -------------------------------------------------------------------------------


def test_an_action_first_says_that_it_ran_and_why() -> None:
    event = run("utter_x")[0]
    assert isinstance(event, ActionExecuted)
    assert (event.name, event.policy, event.confidence, event.reason) == ("utter_x", "rule", 1.0, "because")


def test_a_response_is_filled_with_slots_and_says_its_name() -> None:
    events = run("utter_x", None, SlotSet("s", "v"))
    assert texts(events) == ["s is v"]
    assert isinstance(events[1], BotUttered)
    assert events[1].message.metadata == {"response": "utter_x"}


def test_a_response_without_a_variation_for_the_channel_is_silent() -> None:
    assert kinds(run("utter_channel")) == [ActionExecuted]


@pytest.mark.parametrize(
    ("name", "after"),
    [
        ("action_listen", []),
        ("action_restart", [BotUttered, Restarted]),
        ("action_session_start", [SessionStarted]),
        ("action_back", [UserUtteranceReverted, UserUtteranceReverted]),
        ("action_deactivate_loop", [SlotSet, ActiveLoop]),
        ("action_default_fallback", [BotUttered, UserUtteranceReverted]),
        ("action_two_stage_fallback", [ActiveLoop, BotUttered]),
        ("action_answer_faq", [BotUttered]),
        ("action_handoff", [BotUttered, ConversationPaused]),
    ],
)
def test_the_actions_that_every_bot_has(name: str, after: list[type[Event]]) -> None:
    assert kinds(run(name)) == [ActionExecuted, *after]


def test_the_faq_gives_its_answer_or_says_that_it_has_none() -> None:
    answered = run("action_answer_faq")[1]
    assert isinstance(answered, BotUttered)
    assert answered.message == BotMessage("It is **free**.", metadata={"faq_entry": "shipping", "faq_score": 0.9})
    assert texts(run("action_answer_faq", score=0.4)) == [
        "I do not know the answer to that yet. I have noted your question for the team."
    ]


# --- custom actions -------------------------------------------------------------------------------------------------------------


def test_a_custom_action_speaks_before_its_events() -> None:
    events = run("action_x", Runner([{"event": "slot", "name": "s", "value": 1}, {"event": "unheard_of"}], {"text": "hi"}))
    assert kinds(events) == [ActionExecuted, BotUttered, SlotSet]


def test_a_custom_action_gets_the_tracker_and_always_a_domain() -> None:
    runner = Runner()
    run("action_x", runner, SlotSet("s", "v"))
    ((name, tracker, domain),) = runner.calls
    assert (name, tracker["slots"]["s"], tracker["latest_message"]["text"]) == ("action_x", "v", "how much?")
    assert set(domain["forms"]) == {"form", "other", "checked"}


@pytest.mark.parametrize(
    ("n_before", "n_since", "n_sent"), [(0, 50, 53), (1000, 50, 200), (1000, 500, 501), (1000, 5000, 2000), (None, 5000, 2000)]
)
def test_the_session_is_sent_and_no_more_than_actions_look_at(n_before: int | None, n_since: int, n_sent: int) -> None:
    runner = Runner()
    session: list[Event] = [] if n_before is None else [*(SlotSet("s", -1) for _ in range(n_before)), SessionStarted()]
    run("action_x", runner, *session, *(SlotSet("s", number) for number in range(n_since)))
    sent = runner.calls[0][1]["events"]
    assert len(sent) == n_sent
    assert sent[-1]["value"] == n_since - 1


def test_a_response_that_an_action_names_is_rendered_with_what_it_adds() -> None:
    answer = {"response": "utter_named", "greeting": "Hi", "text": None, "buttons": [{"title": "Two"}], "image": "own.png"}
    message = run("action_x", Runner([], answer), SlotSet("s", "Ann"))[1]
    assert isinstance(message, BotUttered)
    assert message.message.text == "Hi, Ann"
    assert message.message.buttons == (Button("One", "/a"), Button("Two", "Two"))
    assert message.message.image == "own.png"


def test_an_empty_message_is_not_said() -> None:
    assert kinds(run("action_x", Runner([], {"text": None, "buttons": [], "custom": {}}))) == [ActionExecuted]


def test_an_action_that_declines_leaves_one_event() -> None:
    (event,) = run("action_x", Runner(is_rejected=True))
    assert isinstance(event, ActionExecutionRejected)
    assert event.name == "action_x"


@pytest.mark.parametrize(
    "response",
    [{"text": ["hi"]}, {"buttons": "yes"}, {"buttons": ["yes"]}, {"text": "x", "custom": [1]}, {"text": "x", "metadata": "m"}],
)
def test_a_message_of_no_known_shape_is_a_failure_of_the_action(response: dict[str, Any]) -> None:
    with pytest.raises(BadActionAnswer, match="ACT-006 action_x"):
        run("action_x", Runner([], response))


def test_an_action_that_nobody_has_is_a_failure() -> None:
    with pytest.raises(ActionNotRegistered, match='did you mean "utter_x"'):
        run("utter_xx")
    assert FollowupAction("utter_xx").name not in set(DOMAIN.action_names())


def test_custom_actions_without_anywhere_to_run_are_a_failure() -> None:
    with pytest.raises(NoActions, match="ACT-007 action_x"):
        run("action_x")


# --- what forms need ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("form", "question"), [("form", "s?"), ("other", "other s, now new?")])
def test_a_form_asks_with_its_own_question_where_there_is_one(form: str, question: str) -> None:
    asked = actions().ask(form, "s", listening(DOMAIN), [SlotSet("t", "new")])
    assert texts(asked) == [question]


def test_an_action_may_ask() -> None:
    runner = Runner([], {"text": "t?"})
    assert texts(actions(runner).ask("checked", "t", listening(DOMAIN), [])) == ["t?"]
    assert runner.calls[0][0] == "action_ask_t"


def test_without_a_validator_what_was_said_stands() -> None:
    candidates = [SlotSet("s", "v")]
    assert actions().validate("form", candidates, listening(DOMAIN), []) == candidates


def test_a_validator_finds_the_candidates_at_the_end_of_the_events() -> None:
    runner = Runner([{"event": "slot", "name": "t", "value": None}])
    found = actions(runner).validate("checked", [SlotSet("t", "v")], listening(DOMAIN, said("a")), [ActiveLoop("checked")])
    assert [(event.name, event.value) for event in found if isinstance(event, SlotSet)] == [("t", None)]
    name, tracker, _ = runner.calls[0]
    assert name == "validate_checked"
    assert [event["event"] for event in tracker["events"][-4:]] == ["active_loop", "slot", "action", "slot"]
    assert [event["name"] for event in tracker["events"][-3:]] == ["requested_slot", "checked", "t"]
    assert (tracker["slots"]["t"], tracker["active_loop"]) == ("v", {"name": "checked"})
    assert (tracker["slots"]["requested_slot"], tracker["latest_action_name"]) == (None, "checked")


def test_a_candidate_that_the_validator_does_not_mention_is_valid() -> None:
    runner = Runner([{"event": "slot", "name": "s", "value": 1}])
    found = actions(runner).validate("checked", [SlotSet("t", "v")], listening(DOMAIN, said("a")), [])
    assert {event.name: event.value for event in found if isinstance(event, SlotSet)} == {"s": 1, "t": "v"}


def test_a_form_that_declines_keeps_what_its_validator_has_set() -> None:
    runner = Runner([{"event": "slot", "name": "s", "value": 1}, {"event": "action_execution_rejected", "name": "checked"}])
    asked = (ActiveLoop("checked"), SlotSet("requested_slot", "t"), ActionExecuted("action_listen"), said("a"))
    slot, rejected = run("checked", runner, *asked)
    assert isinstance(slot, SlotSet)
    assert isinstance(rejected, ActionExecutionRejected)
    assert (slot.name, rejected.name, rejected.policy) == ("s", "checked", "rule")


def test_the_mappings_of_all_slots_may_be_validated() -> None:
    runner = Runner([{"event": "slot", "name": "s", "value": "checked"}])
    assert kinds(actions(runner).validate_mappings(listening(DOMAIN, said("a")))) == [SlotSet]
    assert runner.calls[0][0] == "action_validate_slot_mappings"
    assert actions(Runner(is_rejected=True)).validate_mappings(listening(DOMAIN, said("a"))) == []


def test_a_form_runs_as_an_action_and_its_rejection_is_the_actions() -> None:
    assert kinds(run("form")) == [ActionExecuted, ActiveLoop, SlotSet, BotUttered]
    (event,) = run("form", None, ActiveLoop("form"), SlotSet("requested_slot", "s"), ActionExecuted("action_listen"), said("a"))
    assert isinstance(event, ActionExecutionRejected)
    assert (event.name, event.policy) == ("form", "rule")
