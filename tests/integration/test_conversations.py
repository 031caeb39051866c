"""Whole conversations with a small bot on SQLite: what people write, and what they get."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from assistant.actions.process import ProcessRunner
from assistant.dialogue.events import ActionExecuted, UserUttered
from assistant.dialogue.tracker import Tracker
from assistant.errors import DatabaseUnavailable, StaleConversation
from assistant.faq.entry import FaqEntry
from assistant.messages import Button, UserMessage
from tests.integration.bots import say, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.agent import Agent
    from assistant.messages import Reply
    from assistant.project import Project


def policies(agent: Agent, text: str) -> list[tuple[str, str]]:
    return [(decision.policy, decision.action) for decision in say(agent, text).trace.decisions]


# --- rules, stories, fallback ---------------------------------------------------------------------------------------------------


def test_a_rule_answers_and_the_trace_says_why(bot: Agent) -> None:
    reply = say(bot, "hello there")
    assert texts(reply) == ["Hello!"]
    assert [button.payload for button in reply.messages[0].buttons] == ["/track"]
    assert [(decision.policy, decision.action) for decision in reply.trace.decisions] == [
        ("rule", "utter_greet"),
        ("rule", "action_listen"),
    ]
    assert reply.trace.decisions[0].reason == 'rule "greet" (data/rules.yml:2)'
    assert reply.trace.parse is not None
    assert reply.trace.parse.intent.name == "greet"
    assert set(reply.trace.timings_ms) >= {"nlu", "dialogue", "actions", "store", "total"}


def test_a_story_goes_on_in_the_middle_of_a_conversation(bot: Agent) -> None:
    for text in ("hello", "how is the weather", "hello"):
        say(bot, text)
    assert texts(say(bot, "maybe later")) == ["Anything else?"]
    assert policies(bot, "yes") == [("story", "utter_greet"), ("story", "action_listen")]


def test_what_is_not_understood_is_said_so(bot: Agent) -> None:
    reply = say(bot, "blorp wibble")
    assert texts(reply) == ["Pardon?"]
    assert reply.trace.parse is not None
    assert [score.name for score in reply.trace.parse.intent_ranking] == ["nlu_fallback", "inform", "greet"]


def test_an_intent_without_a_rule_falls_back_and_counts_as_never_said(bot: Agent) -> None:
    say(bot, "hello")
    assert texts(say(bot, "yes")) == ["Sorry, I did not get that. Could you say it another way?"]
    assert bot.tracker("ann").intent == "greet"


@pytest.mark.parametrize("text", ["", "   ", "\x00\ud800\u202e", "x" * 1_000_000, "/", "[b]bold[/b]"])
def test_any_text_is_answered(bot: Agent, text: str) -> None:
    assert texts(say(bot, text)) == ["Pardon?"]
    assert [event.text for event in bot.events("ann") if isinstance(event, UserUttered)] == [text]


def test_a_payload_goes_past_understanding(bot: Agent) -> None:
    reply = say(bot, '/track{"number": "54321"}')
    assert texts(reply) == ["Your name?"]
    assert reply.trace.slots["number"] == "54321"
    broken = say(bot, "/track{broken", "bob")
    assert texts(broken) == ["Which number?"]
    assert broken.trace.problems == ()


def test_a_payload_that_cannot_be_read_is_a_text(bot: Agent) -> None:
    reply = say(bot, "/track{broken}")
    assert texts(reply) == ["Which number?"]
    assert reply.trace.problems[0].startswith("DOM-004")


# --- forms ----------------------------------------------------------------------------------------------------------------------


def test_a_form_in_one_message_and_an_answer(bot: Agent) -> None:
    assert texts(say(bot, "track 12345")) == ["Your name?"]
    assert texts(say(bot, "it is Ann")) == ["Order 12345 of it is Ann."]
    assert bot.tracker("ann").active_loop is None


def test_a_form_is_interrupted_by_a_rule_and_resumed(bot: Agent) -> None:
    assert texts(say(bot, "track my parcel")) == ["Which number?"]
    assert texts(say(bot, "how is the weather")) == ["Nice weather.", "Which number?"]
    assert texts(say(bot, "12345")) == ["Your name?"]


def test_a_form_is_interrupted_by_a_question_and_resumed(bot: Agent) -> None:
    say(bot, "track my parcel")
    assert texts(say(bot, "how much is shipping")) == ["Shipping is **free** from 50 euros.", "Which number?"]
    assert texts(say(bot, "12345")) == ["Your name?"]


def test_a_form_asks_again_what_was_not_understood(bot: Agent) -> None:
    say(bot, "track my parcel")
    assert texts(say(bot, "blorp")) == ["Pardon?", "Which number?"]


def test_a_form_is_left(bot: Agent) -> None:
    say(bot, "track my parcel")
    assert texts(say(bot, "stop")) == ["Stopped."]
    assert bot.tracker("ann").active_loop is None
    assert texts(say(bot, "hello")) == ["Hello!"]


# --- going back -----------------------------------------------------------------------------------------------------------------


def test_a_restart_forgets_the_form_and_its_slots(bot: Agent) -> None:
    say(bot, "track 12345")
    assert texts(say(bot, "/restart")) == ["Let us start over."]
    tracker = bot.tracker("ann")
    assert (tracker.active_loop, tracker.slots["number"], tracker.latest_action) == (None, None, "action_listen")
    assert texts(say(bot, "track my parcel")) == ["Which number?"]


def test_going_back_takes_the_last_message_back(bot: Agent) -> None:
    say(bot, "hello")
    before = bot.tracker("ann")
    say(bot, "track 12345")
    assert texts(say(bot, "/back")) == ["All right, I have stopped that."]
    after = bot.tracker("ann")
    assert (after.slots, after.active_loop, after.intent) == (before.slots, None, "greet")
    assert after.latest_action == "action_listen"
    assert texts(say(bot, "track my parcel")) == ["Which number?"]


def test_going_back_further_than_the_conversation_is_long_does_no_harm(bot: Agent) -> None:
    for _ in range(3):
        assert texts(say(bot, "/back")) == []
    assert texts(say(bot, "hello")) == ["Hello!"]


# --- sessions -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "started"), [(59, 1), (61, 2)])
def test_after_a_silence_a_new_session_starts_with_its_slots(open_bot: Callable[..., Agent], minutes: int, started: int) -> None:
    now = [time.time()]
    bot = open_bot(clock=lambda: now[0])
    say(bot, "track 12345")
    now[0] += minutes * 60
    assert texts(say(bot, "hello")) == (["Hello!", "Your name?"] if started == 1 else ["Hello!"])
    assert sum(event.kind == "session_started" for event in bot.events("ann")) == started
    assert bot.tracker("ann").slots["number"] == "12345"


# --- the FAQ --------------------------------------------------------------------------------------------------------------------


def test_the_faq_answers_with_its_entry_in_the_trace(bot: Agent) -> None:
    reply = say(bot, "How much is shipping?")
    assert texts(reply) == ["Shipping is **free** from 50 euros."]
    assert reply.trace.decisions[0].policy == "faq"
    assert reply.trace.faq is not None
    assert (reply.trace.faq.matches[0].entry_id, reply.trace.faq.matches[0].score) == ("shipping", 1.0)
    assert bot.unanswered.list() == ()


def test_an_exact_question_goes_before_a_rule(bot: Agent) -> None:
    bot.entries.add(FaqEntry("", "hello", "An entry says hello.", status="published"), "ann", "test")
    assert texts(say(bot, "hello")) == ["An entry says hello."]


def test_a_sure_intent_with_a_rule_does_not_search_the_faq(bot: Agent) -> None:
    assert say(bot, "hello").trace.faq is None
    reply = say(bot, "any loyalty card")
    assert reply.trace.faq is not None
    assert reply.trace.faq.best is None


def test_an_entry_answers_in_the_next_message(bot: Agent) -> None:
    assert texts(say(bot, "any loyalty card")) == ["Pardon?"]
    bot.entries.add(FaqEntry("", "Any loyalty card?", "Yes, at the desk.", status="published"), "ann", "asked for")
    assert texts(say(bot, "any loyalty card")) == ["Yes, at the desk."]


def test_a_question_without_an_answer_waits_for_a_curator(bot: Agent) -> None:
    say(bot, "any loyalty card")
    say(bot, "Any LOYALTY card?", "bob")
    (question,) = bot.unanswered.list()
    assert (question.count, set(question.sender_ids)) == (2, {"ann", "bob"})


def test_what_a_form_asked_for_is_no_question(bot: Agent) -> None:
    say(bot, "track 12345")
    assert texts(say(bot, "blorp wibble")) == ["Order 12345 of blorp wibble."]
    assert bot.unanswered.list() == ()


# --- actions --------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def acting(open_bot: Callable[..., Agent], project: Project) -> Agent:
    return open_bot(runner=ProcessRunner(project.bot, project.state, 20.0))


def test_an_action_speaks_and_sets_slots(acting: Agent) -> None:
    reply = say(acting, "fine")
    assert texts(reply) == ["hello ann", "x you"]
    assert reply.trace.slots["forms"] == ["order_form"]


def test_a_failed_action_apologises_and_the_chat_goes_on(acting: Agent) -> None:
    reply = say(acting, "break it")
    assert texts(reply) == ["Sorry, that did not work just now. Please try again in a moment."]
    assert reply.trace.problems[0].startswith("ACT-001 action_raise")
    failed = [event for event in acting.events("ann") if isinstance(event, ActionExecuted) and event.name == "action_raise"]
    assert [event.reason.startswith("failed: ACT-001") for event in failed] == [True]
    assert texts(say(acting, "hello")) == ["Hello!"]


def test_a_failed_action_is_not_run_again_when_a_later_message_is_taken_back(acting: Agent) -> None:
    say(acting, "break it")
    assert texts(say(acting, "yes")) == ["Sorry, I did not get that. Could you say it another way?", "Anything else?"]
    assert texts(say(acting, "/back")) == []


def test_without_a_runner_a_custom_action_is_a_failure_that_is_named(bot: Agent) -> None:
    reply = say(bot, "fine")
    assert texts(reply) == ["Sorry, that did not work just now. Please try again in a moment."]
    assert reply.trace.problems == (
        "ACT-007 action_ok: the project has no actions; add an actions folder, or name an action server in endpoints.yml",
    )


def test_a_turn_ends_after_so_many_actions(open_bot: Callable[..., Agent]) -> None:
    bot = open_bot(settings={"max_actions": 1})
    reply = say(bot, "hello")
    assert texts(reply) == ["Hello!"]
    assert reply.trace.problems == ("stopped after 1 actions",)
    assert bot.tracker("ann").latest_action == "action_listen"
    exactly = open_bot(settings={"max_actions": 2})
    assert say(exactly, "hello").trace.problems == ()


# --- memory ---------------------------------------------------------------------------------------------------------------------


def test_a_new_start_finds_the_conversation_again(open_bot: Callable[..., Agent]) -> None:
    first = open_bot()
    say(first, "track 12345")
    first.close()
    again = open_bot()
    assert texts(say(again, "it is Ann")) == ["Order 12345 of it is Ann."]


def test_two_agents_on_one_database_see_one_conversation(open_bot: Callable[..., Agent]) -> None:
    one, two = open_bot(), open_bot()
    assert texts(say(one, "track my parcel")) == ["Which number?"]
    assert texts(say(two, "12345")) == ["Your name?"]
    assert texts(say(one, "it is Ann")) == ["Order 12345 of it is Ann."]
    said = [event.text for event in one.events("ann") if isinstance(event, UserUttered)]
    assert said == ["track my parcel", "12345", "it is Ann"]


def test_a_turn_that_another_agent_overtook_is_run_again_on_what_is_there(
    open_bot: Callable[..., Agent], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = open_bot(), open_bot()
    say(one, "track my parcel")
    append = one.conversations.append
    overtaken: list[Reply] = []

    def overtake(*arguments: Any) -> int:
        if not overtaken:
            overtaken.append(say(two, "12345"))
        return append(*arguments)

    monkeypatch.setattr(one.conversations, "append", overtake)
    assert texts(say(one, "it is Ann")) == ["Order 12345 of it is Ann."]
    said = [event.text for event in one.events("ann") if isinstance(event, UserUttered)]
    assert said == ["track my parcel", "12345", "it is Ann"]


def test_a_turn_that_is_always_overtaken_ends(bot: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []

    def stale(sender_id: str, events: Any, expected: int) -> int:
        tries.append(expected)
        raise StaleConversation(sender_id=sender_id, expected=expected, found=expected + 1)

    monkeypatch.setattr(bot.conversations, "append", stale)
    with pytest.raises(StaleConversation):
        say(bot, "hello")
    assert len(tries) == 4


def test_a_turn_is_stored_whole_or_not_at_all(bot: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    say(bot, "track my parcel")
    before = bot.events("ann")

    def fail(*_: Any) -> int:
        raise DatabaseUnavailable(path="assistant.db", why="disk full")

    with monkeypatch.context() as patch:
        patch.setattr(bot.conversations, "append", fail)
        with pytest.raises(DatabaseUnavailable):
            say(bot, "12345")
    assert bot.events("ann") == before
    assert texts(say(bot, "12345")) == ["Your name?"]
    assert len([event for event in bot.events("ann") if isinstance(event, UserUttered)]) == 2


def test_a_question_that_cannot_be_queued_takes_nothing_from_the_turn(bot: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> int:
        raise DatabaseUnavailable(path="assistant.db", why="disk full")

    monkeypatch.setattr(bot.unanswered, "add", fail)
    reply = say(bot, "any loyalty card")
    assert texts(reply) == ["Pardon?"]
    assert reply.trace.problems[0].startswith("STR-001")
    assert bot.tracker("ann").latest_message is not None


def test_what_is_stored_is_what_was_decided(bot: Agent) -> None:
    """The state in memory and the state read back are one."""
    for text in ("hello", "track my parcel", "how much is shipping", "12345", "it is Ann", "/back", "later"):
        say(bot, text)
    kept = bot._trackers["ann"]
    read = Tracker("ann", bot.domain, bot.events("ann"))
    assert (kept.slots, kept.steps, kept.state()) == (read.slots, read.steps, read.state())


def test_conversations_do_not_mix(bot: Agent) -> None:
    say(bot, "track 12345", "ann")
    assert texts(say(bot, "track my parcel", "bob")) == ["Which number?"]


def test_while_a_person_has_taken_over_the_assistant_keeps_silent(bot: Agent) -> None:
    say(bot, "hello")
    from assistant.dialogue.events import ConversationPaused, ConversationResumed

    for event, expected in ((ConversationPaused(), []), (ConversationResumed(), ["Hello!"])):
        bot.conversations.append("ann", [event], bot.conversations.count("ann"))
        assert texts(bot.handle(UserMessage("hello", "ann"))) == expected


def test_what_is_asked_of_the_faq_is_kept_with_what_became_of_it(bot: Agent) -> None:
    say(bot, "How much is shipping?")
    say(bot, "any loyalty card", "bob")
    say(bot, "hello")
    assert [(asking.question, asking.sender_id, asking.entry_id) for asking in bot.askings.list()] == [
        ("How much is shipping?", "ann", "shipping"),
        ("any loyalty card", "bob", None),
    ]
    assert bot.askings.rate("ann", "shipping", 1)
    assert bot.askings.list()[0].rating == 1


def test_follow_ups_of_an_entry_are_offered_as_buttons(bot: Agent) -> None:
    entry = bot.entries.get("shipping")
    bot.entries.save(replace(entry, follow_ups=("gift",)), entry.version, "ann", "test")
    (message,) = say(bot, "How much is shipping?").messages
    assert message.buttons == (Button("Do you wrap presents?", "Do you wrap presents?"),)
    assert texts(say(bot, message.buttons[0].payload)) == ["Yes, for two euros."]


LONG = (
    "Presents are wrapped by hand in our workshop. The paper is made of old newspapers, which many people like. We add a card on "
    "which we write what you tell us. A present can be wrapped until the moment when the order leaves our house. Wrapping costs "
    "two euros for each present. Very large things are not wrapped, since no paper of ours is large enough for them."
)


@pytest.fixture
def wordy(open_bot: Callable[..., Agent]) -> Agent:
    bot = open_bot(settings={"long_answer_words": 40})
    bot.entries.add(FaqEntry("wrap", "What does wrapping cost?", LONG, status="published"), "ann", "test")
    return bot


def test_a_long_answer_comes_in_short_and_a_button_gives_the_whole(wordy: Agent) -> None:
    (message,) = say(wordy, "What does wrapping cost?").messages
    assert "Wrapping costs two euros for each present." in str(message.text)
    assert len(str(message.text).split()) <= 40
    assert all(sentence in LONG for sentence in str(message.text).split(". "))
    assert message.buttons[0] == Button("Show the whole answer", "/show_whole_answer")
    assert message.as_rest("u")["buttons"][0] == {"title": "Show the whole answer", "payload": "/show_whole_answer"}
    reply = say(wordy, message.buttons[0].payload)
    assert texts(reply) == [LONG]
    assert [decision.action for decision in reply.trace.decisions] == ["action_show_whole_answer", "action_listen"]
    assert [asking.entry_id for asking in wordy.askings.list()] == ["wrap"]  # it was asked for once
    assert texts(say(wordy, "hello")) == ["Hello!"]


def test_the_whole_answer_is_shown_in_the_middle_of_a_form_which_then_goes_on(wordy: Agent) -> None:
    say(wordy, "track it")
    assert texts(say(wordy, "What does wrapping cost?"))[-1] == "Which number?"
    assert texts(say(wordy, "/show_whole_answer")) == [LONG, "Which number?"]
    assert texts(say(wordy, "12345")) == ["Your name?"]


def test_without_a_long_answer_there_is_nothing_to_show(open_bot: Callable[..., Agent]) -> None:
    bot = open_bot(settings={"long_answer_words": 0})
    bot.entries.add(FaqEntry("wrap", "What does wrapping cost?", LONG, status="published"), "ann", "test")
    assert texts(say(bot, "What does wrapping cost?")) == [LONG]
    assert texts(say(bot, "/show_whole_answer")) == ["Sorry, I did not get that. Could you say it another way?"]
