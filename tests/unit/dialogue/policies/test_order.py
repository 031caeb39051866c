from __future__ import annotations

from assistant.config import Settings
from assistant.dialogue.policies.fallback import FallbackPolicy
from assistant.dialogue.policies.order import build_policies
from assistant.dialogue.policies.rules import RulePolicy
from assistant.dialogue.policies.stories import StoryPolicy
from assistant.dialogue.tracker import ACTION_LISTEN
from assistant.messages import FaqResult
from tests.unit.dialogue.building import domain_of, listening, said, stories_of

DOMAIN = domain_of("intents: [a, b, c]\nresponses: {utter_a: [{text: a}], utter_b: [{text: b}]}\nactions: [action_shrug]")
STORIES = stories_of("""
    rules: [{rule: r, steps: [{intent: a}, {action: utter_a}]}]
    stories: [{story: s, steps: [{intent: b}, {action: utter_b}]}]
""")


def decided(intent: str, **settings: object) -> str:
    """What a bot with these settings does after a message of another intent and then one of this."""
    policies = build_policies(DOMAIN, STORIES, Settings(**settings), lambda _: FaqResult((), 1.0))  # type: ignore[arg-type]
    tracker = listening(DOMAIN, said("c"), said(intent))
    return next(decision.action for policy in policies if (decision := policy.predict(tracker)) is not None)


def test_the_settings_say_which_policies_decide() -> None:
    assert (decided("a"), decided("b"), decided("c")) == ("utter_a", "utter_b", "action_default_fallback")
    assert decided("a", rule_policy=False) == "action_default_fallback"
    assert decided("b", story_policy="off") == "action_default_fallback"
    assert decided("c", fallback_action="action_shrug") == "action_shrug"
    assert decided("c", fallback_prediction=False) == ACTION_LISTEN


def test_policies_that_do_not_decide_are_not_made() -> None:
    made = build_policies(
        DOMAIN, STORIES, Settings.model_validate({"rule_policy": False, "story_policy": "off"}), lambda _: FaqResult((), 1.0)
    )
    assert not any(isinstance(policy, RulePolicy | StoryPolicy) for policy in made)
    assert isinstance(made[-1], FallbackPolicy)
