from __future__ import annotations

import pytest

from assistant.dialogue.events import ActionExecuted
from assistant.dialogue.policies.fallback import NLU_FALLBACK, FallbackPolicy, distrust
from assistant.dialogue.tracker import ACTION_LISTEN, Tracker
from assistant.messages import IntentScore, Parse
from tests.unit.dialogue.building import domain_of, listening, said

DOMAIN = domain_of("intents: [a]")


def first(*confidences: float, threshold: float = 0.4, ambiguity: float = 0.1) -> str:
    ranking = tuple(IntentScore(name, confidence) for name, confidence in zip("abc", confidences, strict=False))
    parse = distrust(Parse("x", ranking), threshold=threshold, ambiguity=ambiguity)
    assert parse.intent_ranking[-len(ranking) :] == ranking or not ranking
    return parse.intent.name


@pytest.mark.parametrize(
    ("confidences", "name"),
    [
        ((0.9,), "a"),
        ((0.4, 0.3), "a"),
        ((0.39, 0.01), NLU_FALLBACK),
        ((0.5, 0.45), NLU_FALLBACK),
        ((), NLU_FALLBACK),
    ],
)
def test_an_intent_that_is_unsure_or_ambiguous_is_not_trusted(confidences: tuple[float, ...], name: str) -> None:
    assert first(*confidences) == name


def test_thresholds_are_the_projects() -> None:
    assert first(0.1, 0.1, threshold=0.0, ambiguity=0.0) == "a"


def test_distrust_is_a_probability_and_keeps_what_was_found() -> None:
    parse = distrust(Parse("x", (IntentScore("a", 0.2),), out_of_scope=3.0), threshold=0.4, ambiguity=0.1)
    assert parse.intent == IntentScore(NLU_FALLBACK, 0.8)
    assert parse.out_of_scope == 3.0


@pytest.mark.parametrize(
    ("tracker", "action"),
    [
        (listening(DOMAIN, said("a")), "action_default_fallback"),
        (listening(DOMAIN, said("a"), ActionExecuted("utter_x")), ACTION_LISTEN),
        (listening(DOMAIN), ACTION_LISTEN),
        (Tracker("ann", DOMAIN), ACTION_LISTEN),
    ],
)
def test_the_last_policy_says_so_when_a_message_was_not_understood_and_else_listens(tracker: Tracker, action: str) -> None:
    assert FallbackPolicy().predict(tracker).action == action
