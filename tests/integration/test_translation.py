"""A whole conversation in another language than the bot's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.config import TranslationSettings, load_settings
from assistant.dialogue.events import UserUttered
from assistant.dialogue.handoffs import transcript
from assistant.health import examine
from assistant.messages import UserMessage
from assistant.opening import open_translator
from assistant.translation.engine import Hypothesis
from assistant.translation.translator import Translator
from tests.integration.bots import Keywords, agent_of, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.agent import Agent
    from assistant.messages import Reply
    from assistant.project import Project

SPOKEN = {
    "Guten Tag!": "Hello!",
    "Hello!": "Guten Tag!",
    "Track": "Verfolgen",
    "Which number?": "Welche Nummer?",
    "We go on in this language: de.": "Wir machen auf Deutsch weiter.",
}


class Phrasebook:
    def hypotheses(self, sentence: str, limit: int) -> Sequence[Hypothesis]:
        return [Hypothesis(SPOKEN[sentence], -1.0)][:limit] if sentence in SPOKEN else []


@pytest.fixture
def agent(project: Project) -> Iterator[Agent]:
    settings = TranslationSettings(engine="ctranslate2", languages=("de",))
    understanding = Keywords({"hello": "greet", "track": "track"}, {r"\d+": "number"})
    agent = agent_of(project, understanding, translator=Translator(settings, lambda *_: Phrasebook()))
    yield agent
    agent.close()


def say(agent: Agent, text: str) -> Reply:
    return agent.handle(UserMessage(text, "ann"))


def test_a_conversation_in_german_with_a_bot_that_knows_english(agent: Agent) -> None:
    assert texts(say(agent, "/language de")) == ["Wir machen auf Deutsch weiter."]
    reply = say(agent, "Guten Tag!")
    assert texts(reply) == ["Guten Tag!"]
    assert [(button.title, button.payload) for button in reply.messages[0].buttons] == [("Verfolgen", "/track")]
    assert texts(say(agent, "/track")) == ["Welche Nummer?"]
    heard = [event for event in agent.events("ann") if isinstance(event, UserUttered)]
    assert (heard[0].text, heard[0].metadata["original_text"], heard[0].metadata["language"]) == ("Hello!", "Guten Tag!", "de")
    assert [line.text for line in transcript(agent.events("ann"))] == [
        "Wir machen auf Deutsch weiter.",
        "Guten Tag! (Hello!)",
        "Guten Tag! [Verfolgen]",
        "/track",
        "Welche Nummer?",
    ]


def test_what_the_engine_does_not_know_goes_through_as_it_is(agent: Agent) -> None:
    say(agent, "/language de")
    reply = say(agent, "hello, wie geht es?")
    assert reply.trace.parse is not None
    assert reply.trace.parse.intent.name == "greet"
    assert texts(reply) == ["Guten Tag!"]


def test_the_chat_goes_on_untranslated_where_the_engine_is_missing(project: Project) -> None:
    settings = TranslationSettings(engine="ctranslate2", languages=("de",))
    without = agent_of(project, Keywords({"hello": "greet"}, {}), translator=Translator(settings, problem="TRA-001 no engine"))
    reply = without.handle(UserMessage("hello", "ann"))
    without.close()
    assert texts(reply) == ["Hello!"]
    assert reply.trace.problems == ("TRA-001 no engine",)


def test_a_project_whose_engine_has_no_model_opens_and_says_so(project: Project) -> None:
    settings = load_settings(translation={"engine": "ctranslate2", "languages": ["de"], "models": {"de-en": "models/de-en"}})
    translator = open_translator(project.root, settings)
    assert not translator.is_on
    assert translator.problem.startswith("TRA-001 ctranslate2 cannot translate: ")
    agent = agent_of(project, Keywords({"hello": "greet"}, {}), translator=translator)
    assert agent.notices() == (translator.problem,)
    agent.close()
    assert open_translator(project.root, load_settings()).problem == ""


def test_doctor_tries_the_models(project: Project) -> None:
    settings = load_settings(translation={"engine": "ctranslate2", "languages": ["de"], "models": {}})
    (check,) = (check for check in examine(project, settings) if check.name == "translation")
    assert not check.is_ok
    assert check.detail.startswith('TRA-002 config.yml: translation.models: no model is named for "de-en"')
    assert not [check for check in examine(project, load_settings()) if check.name == "translation"]
