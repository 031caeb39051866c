from __future__ import annotations

import pytest

from assistant.dialogue.events import ActionExecuted, ActiveLoop
from assistant.dialogue.policies.faq import ACTION_ANSWER_FAQ, FaqPolicy
from assistant.dialogue.tracker import ACTION_LISTEN
from assistant.messages import FaqMatch, FaqResult
from tests.unit.dialogue.building import domain_of, listening, said

DOMAIN = domain_of("intents: [a]\nslots: {s: {type: text}}\nforms: {form: {required_slots: [s]}}")


def policy(score: float, *, only_when_sure: bool, threshold: float = 0.5) -> FaqPolicy:
    match = FaqMatch("shipping", "How much is shipping?", "shipping cost", "Nothing.", score)
    return FaqPolicy(lambda _: FaqResult((match,), threshold), only_when_sure=only_when_sure)


@pytest.mark.parametrize(
    ("score", "intent", "confidence", "first", "later"),
    [
        (1.0, "a", 1.0, True, True),  # an exact match goes before any rule
        (0.9, "a", 0.6, True, True),  # surer than an intent that is not sure
        (0.9, "a", 0.75, False, True),  # a sure intent is followed
        (0.55, "a", 0.6, False, True),  # less sure
        (0.6, "a", 0.6, False, True),
        (0.6, "nlu_fallback", 0.9, True, True),
        (0.6, "out_of_scope", 0.9, True, True),
        (0.4, "nlu_fallback", 0.1, False, False),  # under the threshold
    ],
)
def test_the_faq_answers_where_it_is_surer(score: float, intent: str, confidence: float, *, first: bool, later: bool) -> None:
    tracker = listening(DOMAIN, said(intent, text="what does it cost", confidence=confidence))
    for only_when_sure, answers in ((True, first), (False, later)):
        decision = policy(score, only_when_sure=only_when_sure).predict(tracker)
        assert (decision.action if decision else None) == (ACTION_ANSWER_FAQ if answers else None)


def test_a_decision_names_the_entry_and_its_score() -> None:
    decision = policy(0.9, only_when_sure=False).predict(listening(DOMAIN, said("a", text="cost?")))
    assert decision is not None
    assert (decision.confidence, decision.reason) == (0.9, 'entry "shipping" answers: How much is shipping?')


@pytest.mark.parametrize("text", ["", "  ", "/a", '/a{"b": 1}'])
def test_payloads_and_silence_are_no_questions(text: str) -> None:
    assert policy(1.0, only_when_sure=False).predict(listening(DOMAIN, said("a", text=text))) is None


def test_a_question_is_answered_once() -> None:
    tracker = listening(DOMAIN, said("a", text="cost?"), ActionExecuted(ACTION_ANSWER_FAQ))
    assert policy(1.0, only_when_sure=True).predict(tracker) is None  # rules may go on
    decision = policy(1.0, only_when_sure=False).predict(tracker)
    assert decision is not None
    assert decision.action == ACTION_LISTEN


def test_after_an_answer_within_a_form_the_form_goes_on() -> None:
    tracker = listening(DOMAIN, ActiveLoop("form"), said("a", text="cost?"), ActionExecuted(ACTION_ANSWER_FAQ))
    assert policy(1.0, only_when_sure=False).predict(tracker) is None


def test_other_actions_of_the_turn_are_not_interrupted() -> None:
    tracker = listening(DOMAIN, said("a", text="cost?"), ActionExecuted("utter_x"))
    assert policy(1.0, only_when_sure=False).predict(tracker) is None
    assert policy(1.0, only_when_sure=False).predict(listening(DOMAIN)) is None


@pytest.mark.parametrize(("intent", "confidence", "searched"), [("a", 0.7, False), ("a", 0.69, True), ("nlu_fallback", 0.9, True)])
def test_before_the_rules_a_sure_intent_is_weighed_against_exact_matches_alone(
    intent: str, confidence: float, *, searched: bool
) -> None:
    asked: list[str] = []

    def search(question: str) -> FaqResult:
        asked.append(question)
        return FaqResult((FaqMatch("near", "q", "q", "a", 0.6),), 0.5)

    policies = [FaqPolicy(search, lambda _: FaqResult((), 0.5), only_when_sure=first) for first in (True, False)]
    tracker = listening(DOMAIN, said(intent, text="what does it cost", confidence=confidence))
    policies[0].predict(tracker)
    assert bool(asked) == searched
    decision = policies[1].predict(tracker)  # nothing else wanted the message
    assert (decision.action if decision else None) == ACTION_ANSWER_FAQ


def test_an_exact_match_is_found_without_searching() -> None:
    exact = FaqResult((FaqMatch("own", "q", "q", "a", 1.0),), 0.5)
    decision = FaqPolicy(lambda _: pytest.fail("searched"), lambda _: exact, only_when_sure=True).predict(
        listening(DOMAIN, said("a", text="q"))
    )
    assert decision is not None
    assert decision.action == ACTION_ANSWER_FAQ
