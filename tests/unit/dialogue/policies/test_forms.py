from __future__ import annotations

from assistant.dialogue.events import ActionExecuted, ActionExecutionRejected, ActiveLoop
from assistant.dialogue.policies.forms import FormPolicy, ResumePolicy
from assistant.dialogue.tracker import ACTION_LISTEN, Tracker
from tests.unit.dialogue.building import domain_of, listening, said

DOMAIN = domain_of("intents: [a]\nslots: {s: {type: text}}\nforms: {form: {required_slots: [s]}}")


def in_form() -> Tracker:
    return listening(DOMAIN, said("a"), ActionExecuted("form"), ActiveLoop("form"))


def wanted(policy: FormPolicy | ResumePolicy, tracker: Tracker) -> str | None:
    decision = policy.predict(tracker)
    return decision.action if decision else None


def test_without_a_form_both_are_silent() -> None:
    tracker = listening(DOMAIN, said("a"))
    assert wanted(FormPolicy(), tracker) is None
    assert wanted(ResumePolicy(), tracker) is None


def test_a_form_that_has_asked_waits_and_then_gets_the_answer() -> None:
    tracker = in_form()
    assert wanted(FormPolicy(), tracker) == ACTION_LISTEN
    tracker.update_all([ActionExecuted(ACTION_LISTEN), said("a")])
    assert wanted(FormPolicy(), tracker) == "form"


def test_a_form_that_declined_is_taken_up_again_after_the_others() -> None:
    tracker = in_form()
    tracker.update_all([ActionExecuted(ACTION_LISTEN), said("a"), ActionExecutionRejected("form")])
    assert wanted(FormPolicy(), tracker) is None
    assert wanted(ResumePolicy(), tracker) == "form"
    tracker.update(ActionExecuted("utter_x"))
    assert wanted(FormPolicy(), tracker) is None
    assert wanted(ResumePolicy(), tracker) == "form"
