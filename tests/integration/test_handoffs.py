"""Conversations that a person takes over: from the user's wish to the assistant's next answer."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from assistant.dialogue.events import AgentUttered, SessionStarted, UserUttered
from assistant.dialogue.handoffs import transcript
from assistant.errors import DatabaseUnavailable
from assistant.messages import Parse, Sentiment
from assistant.project import find_project
from tests.integration.bots import Keywords, agent_of, say, texts
from tests.integration.conftest import DOMAIN, INTENTS, RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from assistant.agent import Agent

RULE = "- {rule: person, steps: [{intent: person}, {action: action_handoff}]}\n"


@pytest.fixture
def open_bot(tmp_path: Path) -> Iterator[Callable[..., Agent]]:
    root = tmp_path / "bot"
    rules = RULES.replace("rules:\n", f"rules:\n{RULE}", 1)
    for name, text in (("domain.yml", DOMAIN.replace("[greet,", "[greet, person,", 1)), ("data/rules.yml", rules)):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    agents = []

    def make(**options: Any) -> Agent:
        interpreter = options.pop("interpreter", None) or Keywords({"human|person": "person", **INTENTS}, {r"\b\d{5}\b": "number"})
        agents.append(agent_of(find_project(root), interpreter, **options))
        return agents[-1]

    yield make
    for agent in agents:
        agent.close()


class Moods(Keywords):
    """Finds what is bad by its name."""

    def parse(self, text: str) -> Parse:
        score = -0.9 if "bad" in text else 0.1
        return replace(super().parse(text), sentiment=Sentiment("negative" if score < 0 else "neutral", score))


def test_the_queue_and_the_stored_conversation_know_how_the_user_sounds(open_bot: Callable[..., Agent]) -> None:
    bot = open_bot(interpreter=Moods({"human|person": "person", **INTENTS}, {}))
    say(bot, "this is bad")
    say(bot, "a human please")
    (waiting,) = bot.handoffs.list()
    assert waiting.request.sentiment == pytest.approx(-0.4)
    heard = [event.parse.sentiment for event in bot.events("ann") if isinstance(event, UserUttered)]
    assert heard == [Sentiment("negative", -0.9), Sentiment("neutral", 0.1)]


def test_who_wants_a_person_is_told_so_and_waits_in_the_queue(bot: Agent) -> None:
    say(bot, "track 12345")
    reply = say(bot, "a human please")
    assert texts(reply) == ["I will pass you on to a person of our team."]
    assert reply.is_handed_over
    (waiting,) = bot.handoffs.list()
    assert waiting.sender_id == "ann"
    assert waiting.request.reason == 'person, action_handoff: rule "person" (data/rules.yml:2)'
    assert waiting.request.summary.splitlines() == [
        'The customer wants: "track 12345".',
        "The assistant has begun the order form.",
        'Open: the order form waits for name; the customer said last: "a human please".',
        "Known: number = 12345.",
    ]


def test_the_assistant_keeps_silent_until_it_gets_the_conversation_back(bot: Agent) -> None:
    say(bot, "a human please")
    reply = say(bot, "hello")
    assert (texts(reply), reply.is_handed_over) == ([], True)
    (waiting,) = bot.handoffs.list()
    bot.handoffs.answer(waiting.id, "kim", "Kim here. What is it?")
    assert texts(say(bot, "nothing, thanks")) == []
    bot.handoffs.give_back(waiting.id, "kim")
    reply = say(bot, "hello")
    assert (texts(reply), reply.is_handed_over) == (["Hello!"], False)
    said = [(line.speaker, line.text, line.name) for line in transcript(bot.events("ann"))]
    assert said == [
        ("user", "a human please", ""),
        ("bot", "I will pass you on to a person of our team.", ""),
        ("user", "hello", ""),
        ("agent", "Kim here. What is it?", "kim"),
        ("user", "nothing, thanks", ""),
        ("user", "hello", ""),
        ("bot", "Hello! [Track]", ""),
    ]


def test_a_form_goes_on_where_it_was(bot: Agent) -> None:
    assert texts(say(bot, "track my parcel")) == ["Which number?"]
    assert say(bot, "a human please").is_handed_over
    bot.handoffs.give_back(1, "kim")
    assert texts(say(bot, "12345")) == ["Your name?"]


def test_a_user_who_starts_over_leaves_the_queue(bot: Agent) -> None:
    say(bot, "a human please")
    reply = say(bot, "/restart")
    assert (texts(reply), reply.is_handed_over) == (["Let us start over."], False)
    assert bot.handoffs.list() == ()
    assert bot.handoffs.get(1).status == "closed"
    assert texts(say(bot, "hello")) == ["Hello!"]


def test_waiting_long_is_no_new_session(open_bot: Callable[..., Agent]) -> None:
    now = [time.time()]
    bot = open_bot(clock=lambda: now[0])
    say(bot, "a human please")
    now[0] += 7200
    assert say(bot, "hello?").is_handed_over
    assert sum(isinstance(event, SessionStarted) for event in bot.events("ann")) == 1


def test_the_queue_is_there_after_a_new_start_and_in_another_process(open_bot: Callable[..., Agent]) -> None:
    first = open_bot()
    say(first, "a human please")
    first.close()
    again, desk = open_bot(), open_bot()
    (waiting,) = desk.handoffs.list()
    desk.handoffs.answer(waiting.id, "kim", "Hello Ann.")
    assert say(again, "hello").is_handed_over
    assert [event.text for event in again.events("ann") if isinstance(event, AgentUttered)] == ["Hello Ann."]


def test_a_queue_that_cannot_be_written_leaves_the_conversation_as_it_was(bot: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    say(bot, "hello")
    before = bot.events("ann")

    def fail(*_: Any) -> int:
        raise DatabaseUnavailable(path="assistant.db", why="disk full")

    with monkeypatch.context() as patch:
        patch.setattr(bot.handoffs, "add", fail)
        with pytest.raises(DatabaseUnavailable):
            say(bot, "a human please")
    assert bot.events("ann") == before
    assert texts(say(bot, "hello")) == ["Hello!"]


def test_a_turn_that_an_agent_overtook_is_run_again(bot: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    say(bot, "a human please")
    append = bot.conversations.append
    answered: list[object] = []

    def overtake(*arguments: Any) -> int:
        if not answered:
            answered.append(bot.handoffs.give_back(1, "kim"))
        return append(*arguments)

    monkeypatch.setattr(bot.conversations, "append", overtake)
    assert texts(say(bot, "hello")) == ["Hello!"]
    assert [event.text for event in bot.events("ann") if isinstance(event, UserUttered)] == ["a human please", "hello"]
