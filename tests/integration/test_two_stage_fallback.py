"""What a bot does about messages that it is not sure to understand: asks what was meant, asks to say it again, gives up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.dialogue.events import ActionExecuted
from assistant.messages import IntentScore, Parse
from assistant.project import find_project
from tests.integration.bots import Keywords, agent_of, say, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from assistant.agent import Agent
    from assistant.messages import Reply

DOMAIN = """\
version: "3.1"
intents: [greet, track, refund, affirm, deny]
entities: [number]
slots:
  number: {type: text, mappings: [{type: from_entity, entity: number}]}
forms: {refund_form: {required_slots: [number]}}
responses:
  utter_greet: [{text: "Hello!"}]
  utter_track: [{text: "Order {number}."}]
  utter_ask_number: [{text: "Which order?"}]
  utter_refunded: [{text: "Refunded {number}."}]
"""

RULES = """\
rules:
- {rule: greet, steps: [{intent: greet}, {action: utter_greet}]}
- {rule: track, steps: [{intent: track}, {action: utter_track}]}
- {rule: refund, steps: [{intent: refund}, {action: refund_form}, {active_loop: refund_form}]}
- rule: refunded
  condition: [{active_loop: refund_form}]
  steps: [{action: refund_form}, {active_loop: null}, {slot_was_set: [{requested_slot: null}]}, {action: utter_refunded}]
- rule: not understood
  steps: [{intent: nlu_fallback}, {action: action_two_stage_fallback}, {active_loop: action_two_stage_fallback}]
"""

ONE = ["I am not sure that I understand. What did you mean?"]
REPHRASE = ["Sorry, I did not get that. Could you say it another way?"]


class Unsure(Keywords):
    """Is sure of some words, and torn between two intents by all others."""

    def parse(self, text: str) -> Parse:
        parse = super().parse(text)
        if parse.intent.confidence < 0.5:
            ranking = (IntentScore("track", 0.3), IntentScore("refund", 0.25), IntentScore("greet", 0.05))
            return Parse(text, ranking, parse.entities)
        return parse


@pytest.fixture
def open_bot(tmp_path: Path) -> Iterator[Callable[..., Agent]]:
    agents = []

    def make(rules: str = RULES) -> Agent:
        for name, text in (("domain.yml", DOMAIN), ("data/rules.yml", rules), ("config.yml", "language: en")):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        intents = {r"^hello": "greet", r"^track": "track", r"^refund": "refund", r"^yes": "affirm", r"^no\b": "deny"}
        agents.append(agent_of(find_project(tmp_path), Unsure(intents, {r"\b\d{5}\b": "number"})))
        return agents[-1]

    yield make
    for agent in agents:
        agent.close()


def talk(bot: Agent, *messages: str) -> Reply:
    return [say(bot, message) for message in messages][-1]


def test_the_likeliest_intents_are_offered_as_buttons(bot: Agent) -> None:
    reply = talk(bot, "gibberish 12345")
    assert texts(reply) == ONE
    assert [(button.title, button.payload) for button in reply.messages[0].buttons] == [
        ("track", "/track"),
        ("refund", "/refund"),
        ("None of these", "/out_of_scope"),
    ]
    assert bot.tracker("ann").active_loop == "action_two_stage_fallback"


@pytest.mark.parametrize("answer", ["/track", "track", "yes, that"])
def test_what_was_meant_happens_as_if_it_had_been_said_at_once(bot: Agent, answer: str) -> None:
    talk(bot, "hello", "gibberish 12345")
    reply = talk(bot, answer)
    assert texts(reply) == ["Order 12345."]
    tracker = bot.tracker("ann")
    assert (tracker.active_loop, tracker.intent, tracker.slots["number"]) == (None, "track", "12345")
    assert [step.action for step in tracker.steps[-2:]] == ["utter_track", "action_listen"]
    acted = [event.name for event in tracker.applied_events() if isinstance(event, ActionExecuted)]
    assert "action_two_stage_fallback" not in acted  # rules and stories do not see the detour


@pytest.mark.parametrize("no", ["/out_of_scope", "no"])
def test_who_meant_none_of_it_is_asked_to_say_it_another_way(bot: Agent, no: str) -> None:
    assert texts(talk(bot, "gibberish", no)) == REPHRASE
    assert texts(talk(bot, "track 54321")) == ["Order 54321."]
    assert bot.tracker("ann").active_loop is None


def test_after_two_messages_in_a_row_that_are_not_understood_it_gives_up(bot: Agent) -> None:
    talk(bot, "hello", "gibberish")
    assert texts(talk(bot, "more gibberish")) == REPHRASE  # what action_default_fallback says without utter_default
    tracker = bot.tracker("ann")
    assert (tracker.active_loop, tracker.intent) == (None, "greet")  # neither of them counts
    assert texts(talk(bot, "hello")) == ["Hello!"]


def test_after_a_second_no_it_gives_up(bot: Agent) -> None:
    assert texts(talk(bot, "gibberish", "/out_of_scope", "other gibberish")) == ONE
    assert texts(talk(bot, "/out_of_scope")) == REPHRASE
    assert bot.tracker("ann").active_loop is None


def test_a_form_goes_on_after_the_detour(bot: Agent) -> None:
    assert texts(talk(bot, "refund")) == ["Which order?"]
    assert texts(talk(bot, "gibberish")) == ONE
    assert bot.tracker("ann").active_loop == "action_two_stage_fallback"
    assert texts(talk(bot, "no", "refund 12345")) == ["Refunded 12345."]


def test_an_unlikely_intent_in_a_story_does_no_harm(open_bot: Callable[..., Agent]) -> None:
    stories = """\
stories:
- {story: surprising, steps: [{intent: deny}, {action: action_unlikely_intent}, {action: utter_track}]}
- {story: as ever, steps: [{intent: deny}, {action: utter_greet}]}
"""
    assert texts(talk(open_bot(RULES + stories), "no")) == ["Hello!"]
