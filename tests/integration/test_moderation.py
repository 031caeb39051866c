"""Moods and flagged messages in whole conversations: what is said, what is filled, who takes over, what is stored."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from assistant.dialogue.events import UserUttered
from assistant.messages import Flag, Parse, Sentiment
from assistant.project import find_project
from tests.integration.bots import Keywords, agent_of, say, texts
from tests.integration.conftest import DOMAIN, INTENTS, RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from assistant.agent import Agent

RULE = "- {rule: person, steps: [{intent: person}, {action: action_handoff}]}\n"
SETTINGS = """
assistant:
  moderation: {abuse: warn, hate: refuse, self_harm: hand_off}
  handoff_sentiment: -0.5
  sentiment_slot: mood
  emotion_slot: feeling
"""
SLOTS = """
  mood: {type: float, min_value: -1.0, mappings: [{type: custom}]}
  feeling: {type: text, mappings: [{type: custom}]}
"""
WORDS = {"idiot": "abuse", "vermin": "hate", "die": "self_harm"}


class Moods(Keywords):
    """Finds flags and moods by words, too."""

    def parse(self, text: str) -> Parse:
        flags = tuple(Flag(category, 0.9) for word, category in WORDS.items() if word in text)
        score = -0.9 if "furious" in text else 0.0
        sentiment = Sentiment("negative" if score else "neutral", score, "anger" if score else "neutral")
        return replace(super().parse(text), flags=flags, sentiment=sentiment)


@pytest.fixture
def open_bot(tmp_path: Path) -> Iterator[Callable[[str], Agent]]:
    agents = []

    def make(config: str) -> Agent:
        root = tmp_path / "bot"
        domain = DOMAIN.replace("[greet,", "[greet, person,", 1).replace("slots:\n", f"slots:{SLOTS}", 1)
        rules = RULES.replace("rules:\n", f"rules:\n{RULE}", 1)
        for name, text in (("domain.yml", domain), ("data/rules.yml", rules), ("config.yml", f"language: en\n{config}")):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        agents.append(agent_of(find_project(root), Moods({"human|person": "person", **INTENTS}, {r"\b\d{5}\b": "number"})))
        return agents[-1]

    yield make
    for agent in agents:
        agent.close()


def test_an_insult_is_warned_of_and_the_message_answered_all_the_same(open_bot: Callable[[str], Agent]) -> None:
    bot = open_bot(SETTINGS)
    plain = texts(say(bot, "hello", sender="bob"))
    reply = say(bot, "hello idiot")
    assert texts(reply) == ["I want to help, and it works better without insults.", *plain]
    assert reply.trace.decisions[0].reason == "abuse (90%): warn"


def test_a_refused_message_fills_no_slot_and_the_form_goes_on(open_bot: Callable[[str], Agent]) -> None:
    bot = open_bot(SETTINGS)
    asked = texts(say(bot, "track my order"))
    reply = say(bot, "12345 vermin")
    assert texts(reply) == ["I do not take part in talk that runs people down. If I can help with something else, tell me."]
    tracker = bot.tracker("ann")
    assert (tracker.slots["number"], tracker.active_loop) == (None, "order_form")
    assert asked
    say(bot, "12345")
    assert bot.tracker("ann").slots["number"] == "12345"


def test_who_wants_to_die_is_met_with_care_and_waits_for_a_person(open_bot: Callable[[str], Agent]) -> None:
    bot = open_bot(SETTINGS)
    reply = say(bot, "i want to die")
    (text,) = texts(reply)
    assert text is not None
    assert "crisis line" in text
    assert reply.is_handed_over
    (waiting,) = bot.handoffs.list()
    assert "self harm (90%): hand off" in waiting.request.reason


def test_an_angry_message_offers_a_person_who_is_told_of_it(open_bot: Callable[[str], Agent]) -> None:
    bot = open_bot(SETTINGS)
    plain = texts(say(bot, "hello", sender="bob"))
    reply = say(bot, "hello, i am furious")
    assert texts(reply)[:-1] == plain
    (button,) = reply.messages[-1].buttons
    assert reply.trace.slots["mood"] == -0.9
    assert reply.trace.slots["feeling"] == "anger"
    assert say(bot, button.payload).is_handed_over
    (waiting,) = bot.handoffs.list()
    assert waiting.request.sentiment == pytest.approx(-0.9)
    assert "furious" in waiting.request.summary


def test_a_project_that_asks_for_nothing_behaves_as_before_and_keeps_what_was_found(open_bot: Callable[[str], Agent]) -> None:
    bot = open_bot("")
    plain = texts(say(bot, "hello", sender="bob"))
    assert texts(say(bot, "hello furious idiot vermin")) == plain
    assert bot.tracker("ann").slots["mood"] is None
    (heard,) = [event.parse for event in bot.events("ann") if isinstance(event, UserUttered)]
    assert [flag.category for flag in heard.flags] == ["abuse", "hate"]
    assert heard.sentiment == Sentiment("negative", -0.9, "anger")
