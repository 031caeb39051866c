"""A message that was taken for something else becomes an example of what it means, by one key in the chat."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from assistant.dialogue.domain import load_domain
from assistant.messages import Entity, IntentScore, Parse
from assistant.project import find_project
from assistant.ui.agreeing import AgreeDialog
from assistant.ui.chat.correcting import intents_for
from assistant.ui.chat.message_view import UserView
from assistant.ui.picking import Picker
from assistant.ui.problems import ProblemDialog
from tests.ui.driving import app_of, chat_of, say, see, shown, until, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from textual.pilot import Pilot

    from assistant.project import Project
    from assistant.ui.app import AssistantApp

DOMAIN = """\
intents: [track_order, cancel_order, return_item, greet, faq]
entities: [order_number]
responses: {utter_faq/hours: [{text: x}]}
"""
NLU = """\
nlu:
- intent: cancel_order  # with care
  examples: |
    - stop my order
- intent: track_order
  examples: |
    - where is it
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    bot = tmp_path / "corner-shop" / "intents"
    bot.mkdir(parents=True)
    (bot / "domain.yml").write_text(DOMAIN)
    (bot / "nlu.yml").write_text(NLU)
    return find_project(tmp_path / "corner-shop")


async def doubted(pilot: Pilot[Any]) -> None:
    """Says something, goes to the message, and presses the key."""
    await see(pilot, "What can I do for you?")
    await say(pilot, "order 12345 no more")
    await see(pilot, "left our warehouse on Monday")
    chat_of(pilot).query(UserView).last().focus()
    await pilot.press("i")
    await until(pilot, lambda: isinstance(pilot.app.screen, Picker), "the picker")


async def test_a_message_becomes_an_example(make_app: Callable[..., AssistantApp], project: Project) -> None:
    async with make_app().run_test(size=(100, 40)) as pilot:
        await doubted(pilot)
        assert "order 12345 no more" in shown(pilot)
        await write(pilot, "cancel")
        await until(pilot, lambda: "return_item" not in shown(pilot), "the choice narrowed")
        await pilot.press("enter")
        await see(pilot, "+    - order [12345](order_number) no more")
        assert isinstance(pilot.app.screen, AgreeDialog)
        await pilot.press("tab", "enter")
        await until(pilot, lambda: project.training[0].read_text() != NLU, "the file was written")
        await until(pilot, lambda: not isinstance(pilot.app.screen, AgreeDialog), "the chat")
    assert project.training[0].read_text() == NLU.replace(
        "    - stop my order\n", "    - stop my order\n    - order [12345](order_number) no more\n"
    )


async def test_what_is_not_agreed_to_is_not_written(make_app: Callable[..., AssistantApp], project: Project) -> None:
    async with make_app().run_test(size=(100, 40)) as pilot:
        await doubted(pilot)
        await pilot.press("down", "tab", "enter")
        await see(pilot, "Write this?")
        await pilot.press("enter")  # the harmless answer has the focus
        await until(pilot, lambda: pilot.app.screen is chat_of(pilot) or "Write this?" not in shown(pilot), "the chat")
        await pilot.press("i")
        await until(pilot, lambda: isinstance(pilot.app.screen, Picker), "the picker again")
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, Picker), "the chat")
    assert project.training[0].read_text() == NLU


async def test_a_file_that_cannot_be_read_is_shown(make_app: Callable[..., AssistantApp], project: Project) -> None:
    async with make_app().run_test(size=(100, 40)) as pilot:
        await doubted(pilot)
        project.training[0].write_text("nlu: [")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProblemDialog), "the problem")
        assert "YML-001" in shown(pilot)
        await pilot.press("escape")
        assert app_of(pilot).agent is not None


async def test_a_greeting_and_a_button_have_nothing_to_correct(make_app: Callable[..., AssistantApp]) -> None:
    async with make_app().run_test(size=(100, 40)) as pilot:
        await see(pilot, "What can I do for you?")
        await say(pilot, "/restart")
        await see(pilot, "Conversation restarted")
        chat_of(pilot).query(UserView).last().focus()
        await pilot.press("i")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, Picker)


def test_the_likeliest_intents_are_offered_first(project: Project) -> None:
    scores = [IntentScore(name, 0.3) for name in ("nlu_fallback", "return_item", "faq/hours", "unheard_of")]
    parse = Parse("x", tuple(scores), (Entity("order_number", 0, 1, "x"),))
    assert intents_for(load_domain(project), parse) == ("return_item", "faq/hours", "cancel_order", "greet", "track_order")
    assert intents_for(load_domain(project), replace(parse, intent_ranking=())) == (
        "cancel_order",
        "greet",
        "return_item",
        "track_order",
    )
