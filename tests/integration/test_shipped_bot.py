"""The shipped bot as people meet it: its files, its shop, its FAQ; only the model is a stand-in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from assistant.messages import FaqMatch, FaqResult
from tests.integration.bots import Keywords, say, shop_agent, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.agent import Agent
    from assistant.messages import Reply

INTENTS = {
    r"where is my order|track": "track_order",
    r"return something|send .* back": "return_item",
    r"another address": "change_address",
    r"opening hours|when are you open": "opening_hours",
    r"^hello": "greet",
    r"^(yes|exactly)": "affirm",
    r"^no\b": "deny",
    r"^stop": "stop",
    r"human": "human_agent",
    r"^thanks": "thanks",
    r"my dog": "out_of_scope",
    r"^(#?\d{5}|the |it )|street": "inform",
}
ENTITIES = {r"\b\d{5}\b": "order_number", r"wool coat|vase|sneakers": "product"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    agent = shop_agent(tmp_path_factory.mktemp("shop"), Keywords(INTENTS, ENTITIES))
    yield agent
    agent.close()


@pytest.fixture
def chat(shop: Agent, request: pytest.FixtureRequest) -> Callable[[str], Reply]:
    """A conversation of the test's own."""
    return lambda text: say(shop, text, request.node.name)


def heard(reply: Reply) -> str:
    assert reply.trace.problems == ()
    return "\n".join(text or "" for text in texts(reply))


def test_an_order_is_found_by_one_message(chat: Callable[[str], Reply]) -> None:
    reply = chat("where is my order 12345?")
    assert "12345" in heard(reply)
    assert reply.trace.slots["order_number"] == "12345"
    assert reply.trace.slots["order_status"] == "shipped"
    assert [decision.action for decision in reply.trace.decisions] == ["track_order_form", "action_track_order", "action_listen"]


def test_the_order_number_is_asked_for_and_checked(chat: Callable[[str], Reply]) -> None:
    assert "order number" in heard(chat("where is my order")).lower()
    assert "action_track_order" not in [decision.action for decision in chat("the 1234").trace.decisions]
    reply = chat("12345")
    assert reply.trace.slots["order_status"] == "shipped"


def test_a_return_is_interrupted_and_finished(chat: Callable[[str], Reply], shop: Agent) -> None:
    heard(chat("i want to return something"))
    heard(chat("34567"))
    reply = chat("when are you open")
    assert "9:30" in heard(reply)
    assert [decision.action for decision in reply.trace.decisions][-2:] == ["return_form", "action_listen"]
    heard(chat("the wool coat"))
    done = chat("it is too small")
    assert "action_start_return" in [decision.action for decision in done.trace.decisions]
    assert heard(done)


def test_an_address_is_changed_after_a_confirmation(chat: Callable[[str], Reply]) -> None:
    heard(chat("23456 shall go to another address"))
    confirm = chat("19 Quay Street, Cork, T12 AB34")
    assert "19 Quay Street" in heard(confirm)
    assert "action_change_address" in [decision.action for decision in chat("yes please").trace.decisions]


def test_a_form_is_stopped(chat: Callable[[str], Reply]) -> None:
    heard(chat("where is my order"))
    stopped = chat("stop it")
    assert "action_deactivate_loop" in [decision.action for decision in stopped.trace.decisions]
    assert "order number" not in heard(stopped).lower()


def test_a_question_is_answered_from_the_faq(chat: Callable[[str], Reply], shop: Agent) -> None:
    entry = shop.entries.all_published()[0]
    reply = chat(entry.question)
    assert texts(reply) == [entry.answer]
    assert reply.trace.decisions[0].policy == "faq"


def test_what_is_out_of_scope_is_turned_away_unless_the_faq_has_an_answer(
    chat: Callable[[str], Reply], shop: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = "can my dog sleep in your warehouse tonight"
    near = FaqMatch("stores-access", "Are dogs welcome?", "can i bring my dog", "On a lead.", 0.3)
    monkeypatch.setattr(shop.faq, "search", lambda *_: FaqResult((near,), 0.45))
    reply = chat(question)
    assert [decision.action for decision in reply.trace.decisions] == ["utter_out_of_scope", "action_listen"]
    assert question not in [waiting.question for waiting in shop.unanswered.list()]  # nobody has to write an entry for it
    monkeypatch.setattr(shop.faq, "search", lambda *_: FaqResult((replace(near, score=0.5),), 0.45))
    assert texts(chat("may i come with my dog")) == [near.answer]


def test_what_nobody_knows_is_said_so_and_kept(chat: Callable[[str], Reply], shop: Agent) -> None:
    assert heard(chat("blorp wibble fnord"))
    assert "blorp wibble fnord" in [question.question for question in shop.unanswered.list()]


def test_the_welcome_is_said_once(shop: Agent) -> None:
    welcome = shop.start_conversation("newcomer")
    assert welcome is not None
    assert "assistant of" in heard(welcome)
    assert shop.start_conversation("newcomer") is None
    assert heard(say(shop, "hello", "newcomer"))
