from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from assistant.errors import DatabaseUnavailable, NoModel
from assistant.messages import BotMessage, Button, Reply, Trace, UserMessage
from assistant.ui.banner import ModelState
from assistant.ui.chat.choices import Choice
from assistant.ui.chat.details import DetailsPanel
from assistant.ui.chat.message_view import BotView, MessageView, UserView
from assistant.ui.chat.prompt import Prompt
from assistant.ui.chat.scrollback import FIRST
from assistant.ui.chat.transcript import Transcript
from assistant.ui.chat.turn import TurnState
from assistant.ui.help import HelpScreen
from assistant.ui.problems import ProblemDialog
from tests.ui.driving import app_of, chat_of, press_at_once, say, see, shown, until, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.ui.app import AssistantApp
    from assistant.ui.ports import AgentPort
    from tests.ui.fake import FakeAgent


async def test_a_turn_shows_message_answer_and_what_was_understood(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await see(pilot, "What can I do for you?")
        await say(pilot, "where is my order 12345?")
        await see(pilot, "left our warehouse on Monday")
        assert "Thursday, 9:00 to 13:00" in shown(pilot)
        assert "https://shop.example/t/5521" in shown(pilot)
        panel = shown(pilot)
        assert "track_order" in panel
        assert "97%" in panel
        assert "order_number  12345" in panel
        assert "Start tracking an order" in panel
        assert [message.text for message in agent.received] == ["where is my order 12345?"]
        assert agent.received[0].channel == "terminal"


async def test_typing_line_shows_the_state_of_the_turn_and_goes_quiet(
    make_app: Callable[..., AssistantApp], agent: FakeAgent
) -> None:
    async with make_app().run_test() as pilot:
        await see(pilot, "What can I do for you?")
        agent.gate.clear()
        await say(pilot, "delivery time")
        await see(pilot, "Assistant is thinking")
        assert chat_of(pilot).turns.state is TurnState.THINKING
        agent.gate.set()
        await see(pilot, "working days")
        assert chat_of(pilot).turns.state is TurnState.IDLE
        assert "thinking" not in shown(pilot)


async def test_a_reminder_is_said_in_its_conversation(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    async with make_app().run_test() as pilot:
        await see(pilot, "What can I do for you?")
        others = Reply((BotMessage("for somebody else"),), Trace())
        agent.reminders = [("another", others), ("terminal", Reply((BotMessage("Your parcel is there."),), Trace()))]
        await see(pilot, "Your parcel is there.")
        assert "for somebody else" not in shown(pilot)


async def test_what_should_be_known_is_said_as_it_opens(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    agent.told_before = ("TRA-001 ctranslate2 cannot translate: it is not installed",)
    async with make_app().run_test() as pilot:
        await see(pilot, "What can I do for you?")
        await until(pilot, lambda: any("TRA-001" in notice.message for notice in pilot.app._notifications))


async def test_button_is_pressed_by_its_number(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    async with make_app().run_test() as pilot:
        await see(pilot, "Track an order")
        await pilot.press("1")
        await see(pilot, "Which order is it?")
        assert agent.received[0].text == "/track_order"
        assert agent.received[0].metadata == {"title": "Track an order"}
        assert chat_of(pilot).query_one(Prompt).text == ""


async def test_digits_that_go_on_are_text(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    async with make_app().run_test() as pilot:
        await see(pilot, "Track an order")
        await say(pilot, "12345")
        await until(pilot, lambda: agent.received)
        assert agent.received[0].text == "12345"


async def test_button_is_pressed_by_mouse(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    async with make_app().run_test() as pilot:
        await see(pilot, "Opening hours")
        await pilot.click(pilot.app.screen.query(Choice).first())
        await see(pilot, "Which order is it?")
        assert agent.received[0].text == "/track_order"


async def test_button_is_pressed_by_its_number_and_enter(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    async with make_app().run_test() as pilot:
        await see(pilot, "Opening hours")
        await press_at_once(pilot, "2", "enter")
        await until(pilot, lambda: agent.received)
        assert [message.text for message in agent.received] == ["/return_item"]
        assert chat_of(pilot).query_one(Prompt).text == ""


async def test_button_is_pressed_by_focus_and_enter(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    async with make_app().run_test() as pilot:
        await see(pilot, "Opening hours")
        pilot.app.screen.query(Choice).first().focus()
        await pilot.press("enter")
        await see(pilot, "Which order is it?")
        assert isinstance(pilot.app.focused, Prompt)


async def test_ignored_buttons_stay_and_fade(make_app: Callable[..., AssistantApp]) -> None:
    async with make_app().run_test(size=(100, 40)) as pilot:
        await see(pilot, "Opening hours")
        await say(pilot, "delivery time")
        await see(pilot, "working days")
        assert all(choice.disabled for choice in pilot.app.screen.query(Choice))
        assert "Opening hours" in shown(pilot)
        await pilot.press("1")
        await pilot.pause(0.5)
        assert chat_of(pilot).query_one(Prompt).text == "1"


async def test_failing_turn_is_shown_and_the_chat_goes_on(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    async with make_app().run_test() as pilot:
        await see(pilot, "What can I do for you?")
        agent.failure = DatabaseUnavailable(path="x.db", why="disk full")
        await say(pilot, "delivery time")
        await see(pilot, "disk full")
        assert chat_of(pilot).turns.state is TurnState.FAILED
        await pilot.press("up", "enter")
        await see(pilot, "working days")
        assert chat_of(pilot).turns.state is TurnState.IDLE


async def test_unforeseen_failure_opens_as_a_dialog_that_can_be_copied(
    make_app: Callable[..., AssistantApp], agent: FakeAgent
) -> None:
    async with make_app().run_test() as pilot:
        await see(pilot, "What can I do for you?")
        agent.failure = RuntimeError("[/b] odd \x1b]52;c;x\x07 thing")
        await say(pilot, "delivery time")
        await see(pilot, "something unforeseen")
        await pilot.click("ProblemView")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProblemDialog))
        await pilot.press("c")
        assert "RuntimeError: [/b] odd" in pilot.app.clipboard
        assert "\x1b" not in pilot.app.clipboard
        await pilot.press("escape")
        assert not isinstance(pilot.app.screen, ProblemDialog)


async def test_tab_goes_to_the_last_message_and_escape_back(make_app: Callable[..., AssistantApp]) -> None:
    async with make_app().run_test(size=(100, 40)) as pilot:
        await see(pilot, "What can I do for you?")
        await say(pilot, "delivery time")
        await see(pilot, "working days")
        await pilot.press("tab")
        await until(pilot, lambda: isinstance(pilot.app.focused, BotView) and "working days" in pilot.app.focused.copy_text)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.focused is chat_of(pilot).query_one(Prompt))


async def test_typing_while_loading_is_kept_and_sent_when_ready(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    loaded = threading.Event()

    def open_agent() -> AgentPort:
        loaded.wait(60)
        return agent

    async with make_app(open_agent=open_agent).run_test(size=(100, 40)) as pilot:
        await say(pilot, "delivery time")
        await see(pilot, "model is loading")
        assert agent.received == []
        await write(pilot, "and then")
        loaded.set()
        await see(pilot, "working days")
        assert chat_of(pilot).query_one(Prompt).text == "and then"
        lines = shown(pilot)
        assert lines.index("What can I do for you?") < lines.index("delivery time") < lines.index("working days")


async def test_several_messages_are_answered_in_order(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    async with make_app().run_test(size=(100, 60)) as pilot:
        await see(pilot, "What can I do for you?")
        agent.gate.clear()
        for text in ("delivery time", "order 1", "can i return shoes i wore once"):
            await say(pilot, text)
        agent.gate.set()
        await see(pilot, "Use the box they came in")
        assert [message.text for message in agent.received] == ["delivery time", "order 1", "can i return shoes i wore once"]


async def test_conversation_is_there_again_after_a_restart_of_the_app(
    make_app: Callable[..., AssistantApp], agent: FakeAgent
) -> None:
    async with make_app().run_test() as pilot:
        await see(pilot, "Track an order")
        await pilot.press("1")
        await see(pilot, "Which order is it?")
    assert agent.is_closed
    async with make_app().run_test(size=(120, 40)) as pilot:
        await see(pilot, "Which order is it?")
        assert "Track an order" in shown(pilot)
        assert "track_order_form" in shown(pilot)
        await say(pilot, "delivery time")
        await see(pilot, "working days")


async def test_long_conversation_shows_its_end_and_the_rest_on_request(
    make_app: Callable[..., AssistantApp], agent: FakeAgent
) -> None:
    for number in range(200):
        agent.store(UserMessage(f"message {number}"), Reply((BotMessage(f"answer {number}"),), Trace()))
    async with make_app().run_test() as pilot:
        await see(pilot, "answer 199")
        assert len(pilot.app.screen.query(MessageView)) >= FIRST
        await pilot.press("ctrl+home")
        await until(pilot, lambda: len(pilot.app.screen.query(MessageView)) >= 2 * FIRST)
        assert "answer 199" not in shown(pilot)


async def test_restart_parts_the_conversation(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    async with make_app().run_test() as pilot:
        await see(pilot, "What can I do for you?")
        await pilot.press("ctrl+r")
        await see(pilot, "Conversation restarted")
        assert agent.received[-1].text == "/restart"


async def test_prompt_has_history_and_lines(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    async with make_app().run_test(size=(100, 40)) as pilot:
        await see(pilot, "What can I do for you?")
        await say(pilot, "delivery time")
        await see(pilot, "working days")
        await write(pilot, "half")
        await pilot.press("up")
        prompt = chat_of(pilot).query_one(Prompt)
        assert prompt.text == "delivery time"
        await pilot.press("down")
        assert prompt.text == "half"
        for key in ("shift+enter", "alt+enter", "ctrl+j"):
            await pilot.press(key)
        await write(pilot, "done")
        assert prompt.text == "half\n\n\ndone"
        await pilot.press("enter")
        await until(pilot, lambda: len(agent.received) == 2)
        assert agent.received[1].text == "half\n\n\ndone"


async def test_details_panel_shows_by_width_and_by_key(make_app: Callable[..., AssistantApp]) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await see(pilot, "What can I do for you?")
        panel = pilot.app.screen.query_one(DetailsPanel)
        states = [panel.display]
        for _ in range(2):
            await pilot.press("ctrl+d")
            states.append(panel.display)
        assert states == [False, True, False]
    async with make_app().run_test(size=(120, 40)) as pilot:
        await see(pilot, "What can I do for you?")
        panel = pilot.app.screen.query_one(DetailsPanel)
        states = [panel.display]
        await pilot.press("ctrl+d")
        assert [*states, panel.display] == [True, False]


async def test_focused_message_can_be_copied_and_explained(make_app: Callable[..., AssistantApp]) -> None:
    async with make_app().run_test(size=(120, 50)) as pilot:
        await see(pilot, "What can I do for you?")
        await say(pilot, "order 12345")
        await see(pilot, "left our warehouse")
        await say(pilot, "delivery time")
        await see(pilot, "working days")
        await pilot.pause()
        pilot.app.screen.query(UserView).first().focus()
        await pilot.press("c", "enter")
        assert pilot.app.clipboard == "order 12345"
        await see(pilot, "Start tracking an order")
        await pilot.press("down", "c")
        assert "• Parcel: IE-5521-8840" in pilot.app.clipboard
        await pilot.press("escape")
        assert isinstance(pilot.app.focused, Prompt)


async def test_an_answer_of_the_faq_gets_a_thumb_and_other_messages_none(
    make_app: Callable[..., AssistantApp], agent: FakeAgent
) -> None:
    async with make_app().run_test(size=(100, 40)) as pilot:
        await see(pilot, "What can I do for you?")
        await say(pilot, "How long does delivery take?")
        await see(pilot, "Two to four working days")
        greeting, answer = chat_of(pilot).query(BotView)
        greeting.focus()
        await pilot.press("plus")
        assert "right" not in shown(pilot)
        answer.focus()
        for key, rating, sign in (("minus", -1, "▼ wrong"), ("plus", 1, "▲ right"), ("plus", 0, "")):

            def is_rated(rating: int = rating) -> bool:
                return agent.askings.kept[0].rating == rating

            await pilot.press(key)
            await until(pilot, is_rated, f"rating {rating}")
            assert sign in shown(pilot)
        assert "▲" not in shown(pilot)


async def test_reading_further_up_is_not_disturbed_by_answers(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await see(pilot, "What can I do for you?")
        for _ in range(3):
            await say(pilot, "can i return shoes i wore once")
            await until(pilot, lambda: chat_of(pilot).turns.state is TurnState.IDLE)
        agent.gate.clear()
        await say(pilot, "delivery time")
        await pilot.press("pageup", "pageup")
        await pilot.pause()
        transcript = pilot.app.screen.query_one(Transcript)
        before = transcript.scroll_y
        agent.gate.set()
        await until(pilot, lambda: len(pilot.app.screen.query(BotView)) == 5)
        assert transcript.scroll_y == before
        await pilot.press("escape")
        await see(pilot, "working days")


async def test_commands(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    async with make_app().run_test() as pilot:
        await see(pilot, "What can I do for you?")
        await write(pilot, "/rest")
        assert chat_of(pilot).query_one(Prompt).suggestion == "art"
        await pilot.press("right", "enter")
        await until(pilot, lambda: [message.text for message in agent.received] == ["/restart"])
        await say(pilot, "/help")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        await pilot.press("escape")
        await say(pilot, '/inform{"order_number": "1"}')
        await until(pilot, lambda: len(agent.received) == 2)
        assert agent.received[1].text == '/inform{"order_number": "1"}'


async def test_messages_without_text_name_what_they_carry(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    picture = BotMessage(
        image="https://shop.example/shoe.png", attachment="invoice.pdf", custom={"map": 1}, buttons=(Button("", "/x"),)
    )
    agent.scripted["picture"] = Reply((picture,), Trace())
    async with make_app().run_test(size=(100, 40)) as pilot:
        await see(pilot, "What can I do for you?")
        await say(pilot, "picture")
        for part in ("Image: https://shop.example/shoe.png", "Attachment: invoice.pdf", "Data: {'map': 1}", "1 /x"):
            await see(pilot, part)


async def test_assistant_that_cannot_be_opened_is_shown_and_typing_goes_on(make_app: Callable[..., AssistantApp]) -> None:
    def open_agent() -> AgentPort:
        raise DatabaseUnavailable(path="x.db", why="no such folder")

    async with make_app(open_agent=open_agent).run_test() as pilot:
        await see(pilot, "no such folder")
        await pilot.press("escape")
        assert app_of(pilot).model_state is ModelState.FAILED
        await say(pilot, "hello")
        await see(pilot, "your message is kept")


async def test_missing_model_of_a_named_folder_is_an_error(make_app: Callable[..., AssistantApp]) -> None:
    def open_agent() -> AgentPort:
        raise NoModel(project="shop")

    async with make_app(open_agent=open_agent, first_run_training=False).run_test() as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, ProblemDialog))
        await pilot.press("escape")
        await see(pilot, "no model yet")


@pytest.mark.parametrize("size", [(60, 20), (200, 60), (30, 8)])
async def test_screens_hold_together_at_any_size(make_app: Callable[..., AssistantApp], size: tuple[int, int]) -> None:
    async with make_app().run_test(size=size) as pilot:
        await until(pilot, lambda: app_of(pilot).model_state is ModelState.READY)
        for key in ("ctrl+d", "ctrl+d", "f1", "escape", "f3", "ctrl+n", "escape", "f4", "f2"):
            await pilot.press(key)
            await pilot.pause()
        assert isinstance(pilot.app.focused, Prompt)
        assert pilot.app.screen.query_one(Prompt).region.bottom <= size[1]


async def test_first_picture_comes_before_the_assistant_is_there(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    loaded = threading.Event()

    def open_agent() -> AgentPort:
        loaded.wait(60)
        return agent

    async with make_app(open_agent=open_agent).run_test() as pilot:
        await asyncio.sleep(0)
        assert "Type a message" in shown(pilot)
        assert "model loading" in shown(pilot)
        loaded.set()
        await see(pilot, "model ready")
