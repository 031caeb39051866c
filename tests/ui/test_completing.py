"""What can be written after a slash, and the banner over the conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.dialogue.domain import Intent
from assistant.dialogue.stories import parse_stories
from assistant.errors import Place
from assistant.messages import BotMessage, Button, Decision, Reply, Trace
from assistant.ui.chat.completing import COMMANDS, CompletionList, completions
from assistant.ui.chat.handover import Offers, offers_of
from assistant.ui.chat.prompt import Prompt
from assistant.ui.picking import narrowed
from assistant.yaml_source import parse_yaml, want_map
from tests.ui.driving import chat_of, say, see, shown, until, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.ui.app import AssistantApp
    from tests.ui.fake import FakeAgent

INTENTS = ("track_order", "cancel_order", "change_address", "restart")


@pytest.mark.parametrize(
    ("typed", "first"),
    [("/tra", "/track_order"), ("/chadd", "/change_address"), ("/conv", "/conversations"), ("/exp", "/export")],
)
def test_letters_in_their_order_find_commands_and_intents(typed: str, first: str) -> None:
    assert completions(typed, INTENTS)[0].text == first


def test_a_slash_offers_all_once_and_other_texts_nothing() -> None:
    assert len(completions("/", INTENTS)) == len(COMMANDS) + len(INTENTS) - 1
    assert [completions(text, INTENTS) for text in ("", "hello", "/a b", '/inform{"a": 1}', "/zzzz", "\\/")] == [[]] * 6
    assert all(one.text != "/track_order" for one in completions("/track_order", INTENTS))


def test_names_are_narrowed_by_pieces_first() -> None:
    names = ("utter_ask_order", "utter_task", "u_t_a_s_k")
    assert narrowed(names, "task") == ("utter_task", "utter_ask_order", "u_t_a_s_k") or narrowed(names, "task")[0] == "utter_task"
    assert narrowed(names, " ") == names
    assert narrowed(names, "zq") == ()


async def test_the_prompt_completes_by_tab(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    agent.domain.intents.update({name: Intent(name) for name in ("track_order", "cancel_order")})  # type: ignore[attr-defined]
    async with make_app().run_test(size=(80, 24)) as pilot:
        await see(pilot, "What can I do for you?")
        prompt = chat_of(pilot).query_one(Prompt)
        await write(pilot, "/ord")
        await see(pilot, "/cancel_order")
        await pilot.press("down", "tab")
        assert prompt.text in {"/track_order", "/cancel_order"}
        assert not chat_of(pilot).query_one(CompletionList).display
        prompt.text = ""
        await write(pilot, "/trackor")
        await pilot.press("enter")  # not a name yet: completed, not sent
        assert (prompt.text, agent.received) == ("/track_order", [])
        await pilot.press("enter")
        await see(pilot, "Which order is it?")
        await write(pilot, "/con")
        await see(pilot, "List the conversations.")
        await pilot.press("escape")
        await until(pilot, lambda: "List the conversations." not in shown(pilot), "the menu gone")
        assert prompt.text == "/con"


STORIES = """
rules:
- rule: a person
  steps:
  - intent: talk_to_human
  - action: utter_handoff
  - action: action_handoff
stories:
- story: offered
  steps:
  - intent: complain
  - action: utter_offer
  - intent: affirm
  - action: action_handoff
- story: asked for in the middle
  steps:
  - intent: greet
  - action: utter_greet
  - intent: talk_to_human
  - action: action_handoff
  - intent: thank
  - action: utter_bye
"""


def test_what_leads_to_a_person_is_read_from_rules_and_stories() -> None:
    stories = parse_stories(want_map(parse_yaml(STORIES, "x"), key="x", where=Place("x")))
    offers = offers_of(stories)
    assert offers == Offers(frozenset({"utter_offer"}), frozenset({"talk_to_human"}))
    human = BotMessage("x", (Button("A person", '/talk_to_human{"a": 1}'),))
    by_action = Trace(decisions=(Decision("utter_offer", "rule", 1.0, ""),))
    assert offers.is_made(Reply((human,), Trace()))
    assert offers.is_made(Reply((), by_action))
    assert not offers.is_made(Reply((), by_action, is_handed_over=True))
    assert not offers.is_made(Reply((BotMessage("x", (Button("a", "/greet"),)),), Trace()))


async def test_a_banner_says_that_a_person_is_offered_until_the_next_message(
    make_app: Callable[..., AssistantApp], agent: FakeAgent
) -> None:
    agent.stories = parse_stories(want_map(parse_yaml(STORIES, "x"), key="x", where=Place("x")))
    offered = Trace(decisions=(Decision("utter_offer", "rule", 1.0, ""),))
    agent.scripted["this is bad"] = Reply((BotMessage("Shall a colleague call you?"),), offered)
    agent.scripted["yes"] = Reply((BotMessage("I pass you on."),), Trace(), is_handed_over=True)
    async with make_app().run_test(size=(80, 24)) as pilot:
        await see(pilot, "What can I do for you?")
        await say(pilot, "this is bad")
        await see(pilot, "A person can take over")
        await say(pilot, "yes")
        await see(pilot, "A person has this conversation")
        assert "can take over" not in shown(pilot)
        await pilot.press("ctrl+r")
        await see(pilot, "Conversation restarted")
        await until(pilot, lambda: "A person has" not in shown(pilot), "the banner gone")
