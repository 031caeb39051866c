from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from assistant.config import load_settings
from assistant.dialogue.events import ActionExecuted, UserUttered
from assistant.dialogue.policies import decide
from assistant.dialogue.policies.moderation import ModerationAction, ModerationPolicy, is_refused
from assistant.dialogue.policies.order import build_policies
from assistant.dialogue.tracker import ACTION_LISTEN, Tracker
from assistant.messages import FaqResult, Flag
from tests.unit.dialogue.building import domain_of, listening, said, stories_of

if TYPE_CHECKING:
    from assistant.dialogue.policies import Policy

DOMAIN = domain_of("""
    intents: [track, deny]
    responses: {utter_status: [{text: On its way.}], utter_bye: [{text: Bye.}]}
""")
RULES = stories_of("""
    stories:
    - story: then no more
      steps: [{intent: track}, {action: utter_status}, {intent: deny}, {action: utter_bye}]
    rules:
    - rule: status
      steps: [{intent: track}, {action: utter_status}]
""")


def flagged(intent: str, *flags: Flag) -> UserUttered:
    message = said(intent)
    return replace(message, parse=replace(message.parse, flags=flags))


def policies(**actions: ModerationAction) -> list[Policy]:
    return build_policies(DOMAIN, RULES, load_settings(moderation=actions), lambda _: FaqResult((), 1.0))


def run(asked: list[Policy], tracker: Tracker) -> list[str]:
    """Runs the turn to its end, with every action only noted."""
    done: list[str] = []
    while not done or done[-1] != ACTION_LISTEN:
        decision = decide(asked, tracker)
        tracker.update(ActionExecuted(decision.action, decision.policy))
        done.append(decision.action)
        if decision.action == "action_handoff":
            break
    return done


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("log", ["utter_status", ACTION_LISTEN]),
        ("warn", ["utter_moderation_abuse", "utter_status", ACTION_LISTEN]),
        ("refuse", ["utter_moderation_abuse", ACTION_LISTEN]),
        ("hand_off", ["utter_moderation_abuse", "action_handoff"]),
    ],
)
def test_a_flagged_message_gets_what_the_project_wants(action: ModerationAction, expected: list[str]) -> None:
    assert run(policies(abuse=action), listening(DOMAIN, flagged("track", Flag("abuse", 0.9)))) == expected


def test_a_message_without_flags_and_a_category_without_action_are_left_alone() -> None:
    asked = policies(abuse="refuse")
    for message in (said("track"), flagged("track", Flag("spam", 0.9))):
        assert run(asked, listening(DOMAIN, message)) == ["utter_status", ACTION_LISTEN]


def test_the_severest_of_several_flags_decides() -> None:
    policy = ModerationPolicy({"abuse": "warn", "self_harm": "hand_off", "spam": "log"})
    decision = policy.predict(listening(DOMAIN, flagged("track", Flag("spam", 0.99), Flag("abuse", 0.9), Flag("self_harm", 0.6))))
    assert decision is not None
    assert (decision.action, decision.reason, decision.policy) == (
        "utter_moderation_self_harm",
        "self harm (60%): hand off",
        "moderation",
    )


def test_a_story_goes_on_as_if_a_refused_message_had_not_been_said() -> None:
    asked = policies(abuse="refuse")
    tracker = listening(DOMAIN, said("track"))
    run(asked, tracker)
    tracker.update(flagged("track", Flag("abuse", 0.9)))
    run(asked, tracker)
    tracker.update(said("deny"))
    assert run(asked, tracker) == ["utter_bye", ACTION_LISTEN]


def test_only_what_is_refused_or_handed_over_counts_as_not_said() -> None:
    message = flagged("track", Flag("abuse", 0.9))
    counts = {action: is_refused({"abuse": action}, message) for action in ("log", "warn", "refuse", "hand_off")}
    assert counts == {"log": False, "warn": False, "refuse": True, "hand_off": True}
    assert not is_refused({"abuse": "refuse"}, None)


def test_nothing_is_moderated_where_the_project_does_not_ask_for_it() -> None:
    tracker = listening(DOMAIN, flagged("track", Flag("hate", 0.99), Flag("self_harm", 0.99)))
    assert run(policies(), tracker) == ["utter_status", ACTION_LISTEN]


def test_replaying_a_moderated_conversation_gives_the_same_state() -> None:
    tracker = listening(DOMAIN, flagged("track", Flag("abuse", 0.9)))
    run(policies(abuse="warn"), tracker)
    again = Tracker("ann", DOMAIN, tracker.events)
    assert (again.state(), again.steps) == (tracker.state(), tracker.steps)
    assert [step.action for step in again.steps] == [ACTION_LISTEN, "utter_status", ACTION_LISTEN]
