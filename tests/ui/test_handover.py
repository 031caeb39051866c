"""A person takes over in the chat: their words appear as theirs, whoever wrote them and wherever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialogue.events import (
    AgentUttered,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    Restarted,
    UserUttered,
)
from assistant.messages import BotMessage, Reply, Trace
from assistant.ui.chat.handover import PersonWatch, is_handed_over
from assistant.ui.chat.items import BotItem, DividerItem
from tests.ui.driving import chat_of, say, see, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.dialogue.events import Event
    from assistant.ui.app import AssistantApp
    from tests.ui.fake import FakeAgent

PASSED_ON = Reply((BotMessage("I will pass you on."),), Trace(), is_handed_over=True)
SILENCE = Reply((), Trace(), is_handed_over=True)


async def test_what_a_person_says_appears_by_itself(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    agent.scripted = {"a human": PASSED_ON, "are you there": SILENCE}
    async with make_app().run_test(size=(100, 40)) as pilot:
        await see(pilot, "What can I do for you?")
        await say(pilot, "a human")
        await see(pilot, "A person takes over; /restart brings the assistant back")
        agent.stored += [ConversationPaused(), AgentUttered("Kim here.\x1b[31m [b]What is it?", {"agent": "kim"})]
        await see(pilot, "Kim here.")
        assert "[b]What is it?" in shown(pilot)
        assert "kim, support team" in shown(pilot)
        await say(pilot, "are you there")
        agent.stored.append(AgentUttered("I am.", {"agent": "kim"}))
        await see(pilot, "I am.")
        assert shown(pilot).count("Kim here.") == 1
        assert shown(pilot).count("A person takes over") == 1
        agent.stored.append(ConversationResumed())
        await see(pilot, "The assistant answers again")
        assert not chat_of(pilot).person.is_on
        await say(pilot, "delivery time")
        await see(pilot, "working days")


async def test_a_conversation_that_waits_goes_on_waiting_after_a_start(
    make_app: Callable[..., AssistantApp], agent: FakeAgent
) -> None:
    agent.stored += [UserUttered("a human"), BotUttered(BotMessage("I will pass you on.")), ConversationPaused()]
    agent.stored += [AgentUttered("Kim here.", {"agent": "kim"})]
    async with make_app().run_test(size=(100, 40)) as pilot:
        await see(pilot, "Kim here.")
        agent.stored.append(AgentUttered("Still here."))
        await see(pilot, "Still here.")
        assert shown(pilot).count("Kim here.") == 1


async def test_who_starts_over_has_the_assistant_again(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    agent.scripted = {"a human": PASSED_ON}
    async with make_app().run_test(size=(100, 40)) as pilot:
        await see(pilot, "What can I do for you?")
        await say(pilot, "a human")
        await see(pilot, "A person takes over")
        await say(pilot, "/restart")
        await see(pilot, "Conversation restarted")
        assert not chat_of(pilot).person.is_on


def test_only_what_is_new_and_said_by_a_person_is_shown() -> None:
    watch = PersonWatch()
    watch.begin()
    before: list[Event] = [
        UserUttered("a human"),
        AgentUttered("of an earlier time"),
        BotUttered(BotMessage("one moment")),
        ConversationPaused(),
    ]
    assert watch.look(before) == []
    after: list[Event] = [*before, UserUttered("hello?"), AgentUttered("Hi.", {"agent": "kim"})]
    (item,) = watch.look(after)
    assert isinstance(item, BotItem)
    assert (item.message.text, item.author) == ("Hi.", "kim, support team")
    assert watch.look(after) == []
    assert watch.look([*after, ConversationResumed()]) == [DividerItem("The assistant answers again")]
    assert not watch.is_on


def test_who_has_the_conversation() -> None:
    assert not is_handed_over([])
    assert is_handed_over([ConversationPaused(), AgentUttered("hi")])
    assert not is_handed_over([ConversationPaused(), ConversationResumed()])
    assert not is_handed_over([ConversationPaused(), Restarted()])
