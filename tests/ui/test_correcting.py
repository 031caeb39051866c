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
from assistant.ui.chat.message_view import BotView, UserView
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
entities: [order_number, {city: {roles: [from, to]}}]
responses: {utter_faq/hours: [{text: x}], utter_sorry: [{text: sorry}]}
actions: [track_order_form]
slots: {order_number: {type: text, mappings: []}}
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


async def said(pilot: Pilot[Any], text: str, answer: str, key: str) -> None:
    """Says something, waits for the answer, goes to the message, and presses a key."""
    await see(pilot, "What can I do for you?")
    await say(pilot, text)
    await see(pilot, answer)
    chat_of(pilot).query(UserView).last().focus()
    await pilot.press(key)


async def doubted(pilot: Pilot[Any]) -> None:
    await said(pilot, "order 12345 no more", "left our warehouse on Monday", "i")
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


async def test_entities_are_marked_by_selecting_words(make_app: Callable[..., AssistantApp], project: Project) -> None:
    async with make_app().run_test(size=(100, 40)) as pilot:
        await said(pilot, "order 12345 from New York", "left our warehouse on Monday", "e")
        await see(pilot, "Which entities are in it?")
        await see(pilot, "order_number  12345")
        await pilot.press("x")  # the selection begins at the first entity
        await see(pilot, "No entities.")
        await pilot.press("enter")
        await see(pilot, "city (role from)")
        await pilot.press("escape")  # the list of types, not the dialog
        await pilot.press("right", "right", "shift+right", "enter")
        await see(pilot, "city (role to)")
        await pilot.press("down", "enter")
        await see(pilot, "city (role from)  New York")
        await pilot.press("ctrl+s")
        await see(pilot, '+    - order 12345 from [New York]{"entity": "city", "role": "from"}')
        await pilot.press("ctrl+s")
        await until(pilot, lambda: project.training[0].read_text() != NLU, "the file was written")
    assert "# with care" in project.training[0].read_text()


async def test_words_are_selected_with_the_mouse(make_app: Callable[..., AssistantApp], project: Project) -> None:
    async with make_app().run_test(size=(100, 40)) as pilot:
        await said(pilot, "order 12345 from New York", "left our warehouse on Monday", "e")
        await see(pilot, "Which entities are in it?")
        line = next(n for n, row in enumerate(shown(pilot).splitlines()) if "order 12345 from New York" in row and "│" in row)
        start = shown(pilot).splitlines()[line].index("New")
        await pilot.mouse_down(offset=(start + 1, line))
        await pilot.hover(offset=(start + 6, line))
        await pilot.mouse_up(offset=(start + 6, line))
        await pilot.press("enter", "enter")
        await see(pilot, "city  New York")
        await pilot.press("escape")
        await until(pilot, lambda: "Which entities" not in shown(pilot), "the chat")
    assert project.training[0].read_text() == NLU


async def test_the_next_action_becomes_a_story(make_app: Callable[..., AssistantApp], project: Project) -> None:
    async with make_app().run_test(size=(100, 40)) as pilot:
        await see(pilot, "What can I do for you?")
        await say(pilot, "order 12345 please")
        await see(pilot, "left our warehouse on Monday")
        chat_of(pilot).query(BotView).last().focus()
        await pilot.press("a")
        await see(pilot, "What should have been done?")
        await write(pilot, "utsor")  # the letters in their order are enough
        await see(pilot, "utter_sorry")
        await pilot.press("enter")
        await see(pilot, "And then?")
        assert "→ utter_sorry" in shown(pilot)
        await pilot.press("enter")
        await see(pilot, "+  - action: utter_sorry")
        await pilot.press("tab", "enter")
        path = project.bot / "stories.yml"
        await until(pilot, path.is_file, "the story was written")
    assert "- story: order 12345 please" in path.read_text()
    assert "order_number: '12345'" in path.read_text()


async def test_the_conversation_is_saved_as_a_test(make_app: Callable[..., AssistantApp], project: Project) -> None:
    async with make_app().run_test(size=(100, 40)) as pilot:
        await see(pilot, "What can I do for you?")
        await say(pilot, "order 12345 please")
        await see(pilot, "left our warehouse on Monday")
        chat_of(pilot).query(BotView).last().focus()
        await pilot.press("s")
        await see(pilot, "A story to learn from")
        await pilot.press("tab", "enter")
        await see(pilot, "What is it an example of?")
        await pilot.press("end", "!", "enter")
        await see(pilot, "+- story: order 12345 please!")
        await pilot.press("ctrl+s")
        path = project.bot / "tests" / "test_stories.yml"
        await until(pilot, path.is_file, "the test was written")
    assert "user: |-" in path.read_text() or "user: order" in path.read_text()


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
        await said(pilot, "/restart", "Conversation restarted", "i")
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
