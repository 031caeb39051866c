from __future__ import annotations

import pytest

from assistant.dialogue.events import ActionExecuted, ActionExecutionRejected, ActiveLoop, SlotSet
from assistant.dialogue.policies.rules import RulePolicy
from assistant.dialogue.tracker import ACTION_LISTEN, Tracker
from tests.unit.dialogue.building import domain_of, entity, listening, said, stories_of

DOMAIN = domain_of("""
intents: [a, b, c]
entities: [city, size]
slots: {s: {type: text}, flag: {type: bool}, number: {type: float, max_value: 10}}
responses: {utter_x: [{text: x}], utter_y: [{text: y}], utter_z: [{text: z}]}
forms: {form: {required_slots: [s]}}
""")


def policy(*rules: str) -> RulePolicy:
    return RulePolicy(stories_of("rules:\n" + "\n".join(f"- {{rule: r{n}, {rule}}}" for n, rule in enumerate(rules))), DOMAIN)


def wanted(rules: RulePolicy, tracker: Tracker) -> str | None:
    decision = rules.predict(tracker)
    return decision.action if decision else None


SIMPLE = "steps: [{intent: a}, {action: utter_x}]"


def test_a_rule_holds_wherever_its_intent_comes() -> None:
    rules = policy(SIMPLE)
    tracker = listening(DOMAIN, said("a"))
    assert wanted(rules, tracker) == "utter_x"
    tracker.update(ActionExecuted("utter_x"))
    assert wanted(rules, tracker) == ACTION_LISTEN
    tracker.update_all([ActionExecuted(ACTION_LISTEN), said("b")])
    assert wanted(rules, tracker) is None
    tracker.update_all([ActionExecuted(ACTION_LISTEN), SlotSet("s", "v"), said("a")])
    assert wanted(rules, tracker) == "utter_x"


def test_a_decision_names_its_rule_and_its_place() -> None:
    decision = policy(SIMPLE).predict(listening(DOMAIN, said("a")))
    assert decision is not None
    assert (decision.policy, decision.confidence, decision.reason) == ("rule", 1.0, 'rule "r0" (stories.yml:2)')


@pytest.mark.parametrize(
    ("condition", "value", "holds"),
    [
        ("{slot_was_set: [{flag: true}]}", SlotSet("flag", True), True),
        ("{slot_was_set: [{flag: true}]}", SlotSet("flag", False), False),
        ("{slot_was_set: [{flag: false}]}", SlotSet("flag", False), True),
        ("{slot_was_set: [flag]}", SlotSet("flag", True), True),
        ("{slot_was_set: [{s: any text}]}", SlotSet("s", "another text"), True),
        ("{slot_was_set: [{s: any text}]}", SlotSet("s", None), False),
        ("{slot_was_set: [{number: 5}]}", SlotSet("number", 5), True),
        ("{slot_was_set: [{number: 5}]}", SlotSet("number", 6), False),
        ("{slot_was_set: [{s: null}]}", SlotSet("s", None), True),
        ("{slot_was_set: [{s: null}]}", SlotSet("s", "x"), False),
        ("{active_loop: form}", ActiveLoop("form"), True),
        ("{active_loop: form}", ActiveLoop(None), False),
        ("{active_loop: null}", ActiveLoop(None), True),
        ("{active_loop: null}", ActiveLoop("form"), False),
    ],
)
def test_a_rule_holds_under_its_condition_only(condition: str, value: SlotSet | ActiveLoop, *, holds: bool) -> None:
    rules = policy(f"condition: [{condition}], {SIMPLE}")
    assert wanted(rules, listening(DOMAIN, value, said("a"))) == ("utter_x" if holds else None)


def test_a_rule_that_names_entities_is_for_these_and_no_others() -> None:
    rules = policy("steps: [{intent: a, entities: [city]}, {action: utter_x}]")
    assert wanted(rules, listening(DOMAIN, said("a"))) is None
    assert wanted(rules, listening(DOMAIN, said("a", entity("city", "Cork")))) == "utter_x"
    assert wanted(rules, listening(DOMAIN, said("a", entity("city", "Cork"), entity("size", "L")))) is None
    without = policy("steps: [{intent: a}, {action: utter_x}]")
    assert wanted(without, listening(DOMAIN, said("a", entity("city", "Cork"), entity("size", "L")))) == "utter_x"


def test_the_rule_that_says_more_wins() -> None:
    rules = policy(SIMPLE, "condition: [{slot_was_set: [{s: x}]}], steps: [{intent: a}, {action: utter_y}]")
    assert wanted(rules, listening(DOMAIN, said("a"))) == "utter_x"
    assert wanted(rules, listening(DOMAIN, SlotSet("s", "x"), said("a"))) == "utter_y"


def test_the_longer_rule_wins() -> None:
    rules = policy(
        "steps: [{intent: a}, {action: utter_x}]", "steps: [{intent: b}, {action: utter_y}, {intent: a}, {action: utter_z}]"
    )
    assert wanted(rules, listening(DOMAIN, said("a"))) == "utter_x"
    assert (
        wanted(rules, listening(DOMAIN, said("b"), ActionExecuted("utter_y"), ActionExecuted(ACTION_LISTEN), said("a")))
        == "utter_z"
    )


def test_a_rule_of_the_start_holds_at_the_start_only() -> None:
    rules = policy("conversation_start: true, steps: [{intent: a}, {action: utter_x}]")
    assert wanted(rules, listening(DOMAIN, said("a"))) == "utter_x"
    assert wanted(rules, listening(DOMAIN, said("b"), ActionExecuted(ACTION_LISTEN), said("a"))) is None


def test_a_rule_that_does_not_wait_leaves_the_next_action_to_others() -> None:
    tracker = listening(DOMAIN, said("a"), ActionExecuted("utter_x"))
    assert wanted(policy(f"wait_for_user_input: false, {SIMPLE}"), tracker) is None
    chained = policy(f"wait_for_user_input: false, {SIMPLE}", "steps: [{action: utter_x}, {action: utter_y}]")
    assert wanted(chained, tracker) == "utter_y"


def test_a_rule_submits_a_form_that_has_ended_but_not_one_that_goes_on() -> None:
    rules = policy(
        "condition: [{active_loop: form}], "
        "steps: [{action: form}, {active_loop: null}, {slot_was_set: [{requested_slot: null}]}, {action: utter_x}]"
    )
    ran = listening(DOMAIN, said("a"), ActionExecuted("form"), ActiveLoop("form"))
    assert wanted(rules, ran) is None
    ran.update(ActiveLoop(None))
    assert wanted(rules, ran) == "utter_x"


def test_a_rule_that_would_listen_leads_back_to_the_form_it_does_not_know_of() -> None:
    tracker = listening(DOMAIN, ActiveLoop("form"), said("a"), ActionExecutionRejected("form"))
    rules = policy(SIMPLE)
    assert wanted(rules, tracker) == "utter_x"
    tracker.update(ActionExecuted("utter_x"))
    assert wanted(rules, tracker) == "form"


def test_a_rule_that_knows_of_the_form_may_listen() -> None:
    rules = policy(f"condition: [{{active_loop: form}}], {SIMPLE}")
    tracker = listening(DOMAIN, ActiveLoop("form"), said("a"), ActionExecutionRejected("form"), ActionExecuted("utter_x"))
    assert wanted(rules, tracker) == ACTION_LISTEN
