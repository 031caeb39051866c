from __future__ import annotations

import pytest

from assistant.dialogue.events import ActionExecuted, ActiveLoop, FollowupAction
from assistant.dialogue.policies import decide
from assistant.dialogue.policies.commands import CommandPolicy
from assistant.dialogue.policies.fallback import FallbackPolicy
from assistant.dialogue.policies.forms import FormPolicy
from assistant.dialogue.tracker import ACTION_LISTEN, Tracker
from tests.unit.dialogue.building import domain_of, listening, said

DOMAIN = domain_of("intents: [a]\nslots: {s: {type: text}}\nforms: {form: {required_slots: [s]}}")


def wanted(tracker: Tracker) -> str | None:
    decision = CommandPolicy().predict(tracker)
    return decision.action if decision else None


@pytest.mark.parametrize("command", ["restart", "back", "session_start"])
def test_a_command_runs_its_action_and_then_listens(command: str) -> None:
    tracker = listening(DOMAIN, said(command))
    assert wanted(tracker) == f"action_{command}"
    tracker.update(ActionExecuted(f"action_{command}"))
    assert wanted(tracker) == ACTION_LISTEN


def test_a_followup_goes_before_all_else() -> None:
    assert wanted(listening(DOMAIN, said("restart"), FollowupAction("utter_x"))) == "utter_x"


def test_other_messages_are_no_commands() -> None:
    assert wanted(listening(DOMAIN, said("a"))) is None


def test_the_first_policy_that_decides_decides() -> None:
    tracker = listening(DOMAIN, ActiveLoop("form"), said("restart"))
    assert decide([CommandPolicy(), FormPolicy()], tracker).action == "action_restart"
    assert decide([FormPolicy(), CommandPolicy()], tracker).action == "form"
    assert decide([CommandPolicy(), FallbackPolicy()], listening(DOMAIN, said("a"))).action == "action_default_fallback"


def test_policies_of_which_none_decides_are_a_mistake() -> None:
    with pytest.raises(LookupError, match="no policy decided"):
        decide([CommandPolicy()], listening(DOMAIN, said("a")))
