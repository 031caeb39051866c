from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from assistant.config import load_settings
from assistant.dialogue.events import ActionExecuted, UserUttered
from assistant.dialogue.policies import decide
from assistant.dialogue.policies.mood import PATIENCE, PROPOSE_HANDOFF, MoodPolicy, mood_of
from assistant.dialogue.policies.order import build_policies
from assistant.dialogue.tracker import ACTION_LISTEN
from assistant.messages import FaqResult, Sentiment
from tests.unit.dialogue.building import domain_of, listening, said, stories_of

if TYPE_CHECKING:
    from assistant.dialogue.domain import Domain
    from assistant.dialogue.policies import Policy
    from assistant.dialogue.tracker import Tracker

DOMAIN = domain_of("""
    intents: [track, complain]
    actions: [action_handoff]
    responses: {utter_status: [{text: On its way.}], utter_offer_handoff: [{text: A person?}]}
""")
RULES = stories_of("""
    rules:
    - rule: status
      steps: [{intent: track}, {action: utter_status}]
    - rule: complaint
      steps: [{intent: complain}, {action: utter_offer_handoff}]
""")


def heard(score: float | None, intent: str = "track") -> UserUttered:
    message = said(intent)
    label = "negative" if score is not None and score < 0 else "neutral"
    sentiment = None if score is None else Sentiment(label, score, "anger" if score < -0.5 else "neutral")
    return replace(message, parse=replace(message.parse, sentiment=sentiment))


def policies(domain: Domain = DOMAIN, threshold: float | None = -0.5) -> list[Policy]:
    return build_policies(domain, RULES, load_settings(handoff_sentiment=threshold), lambda _: FaqResult((), 1.0))


def answered(tracker: Tracker, asked: list[Policy], *messages: UserUttered) -> list[list[str]]:
    turns = []
    for message in messages:
        tracker.update(message)
        done: list[str] = []
        while not done or done[-1] != ACTION_LISTEN:
            decision = decide(asked, tracker)
            tracker.update(ActionExecuted(decision.action, decision.policy))
            done.append(decision.action)
        turns.append(done[:-1])
    return turns


def test_the_latest_message_counts_most() -> None:
    assert mood_of(listening(DOMAIN, heard(0.0), heard(-1.0))) == pytest.approx(-0.6 / 0.85)
    assert mood_of(listening(DOMAIN, heard(-1.0), heard(0.0))) == pytest.approx(-0.25 / 0.85)
    assert mood_of(listening(DOMAIN, heard(-1.0), heard(0.0), heard(0.0), heard(0.5))) == pytest.approx(0.3)
    assert mood_of(listening(DOMAIN, heard(None))) is None


def test_an_angry_message_is_answered_and_then_a_person_offered() -> None:
    assert answered(listening(DOMAIN), policies(), heard(-0.9)) == [["utter_status", PROPOSE_HANDOFF]]


def test_a_mood_that_falls_step_by_step_offers_a_person_when_it_is_low() -> None:
    turns = answered(listening(DOMAIN), policies(), heard(0.1), heard(-0.4), heard(-0.8))
    assert turns == [["utter_status"], ["utter_status"], ["utter_status", PROPOSE_HANDOFF]]


def test_the_reason_names_the_emotion_and_the_mood() -> None:
    (policy,) = policies()
    tracker = listening(DOMAIN, heard(-0.9), ActionExecuted("utter_status"))
    decision = policy.predict(tracker)
    assert isinstance(policy, MoodPolicy)
    assert decision is not None
    assert (decision.policy, decision.reason) == ("mood", "the user sounds anger, mood -0.90")


def test_a_person_is_not_offered_again_at_once() -> None:
    turns = answered(listening(DOMAIN), policies(), *[heard(-0.9)] * (PATIENCE + 2))
    assert [PROPOSE_HANDOFF in turn for turn in turns] == [True, *[False] * PATIENCE, True]


def test_nothing_is_offered_twice_in_one_turn() -> None:
    assert answered(listening(DOMAIN), policies(), heard(-0.9, "complain")) == [["utter_offer_handoff"]]


def test_a_friendly_word_after_bad_ones_offers_nothing() -> None:
    turns = answered(listening(DOMAIN), policies(), heard(-0.4), heard(-0.4), heard(0.2))
    assert turns == [["utter_status"]] * 3


@pytest.mark.parametrize(
    ("domain", "threshold"),
    [
        (DOMAIN, None),
        (
            domain_of("intents: [track, complain]\nresponses: {utter_status: [{text: Hm.}], utter_offer_handoff: [{text: Hm?}]}"),
            -0.5,
        ),
    ],
)
def test_nobody_is_offered_where_the_project_does_not_say_so_or_has_no_handoff(domain: Domain, threshold: float | None) -> None:
    assert answered(listening(domain), policies(domain, threshold), heard(-1.0)) == [["utter_status"]]
