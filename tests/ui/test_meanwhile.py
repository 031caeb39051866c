"""What happens while something else is under way: nothing is lost, doubled, or shown where it does not belong."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest
from textual.events import Key
from textual.worker import WorkerCancelled

from assistant.dialogue.events import BotUttered
from assistant.messages import BotMessage, Reply, Trace
from assistant.ui.banner import ModelState
from assistant.ui.chat.prompt import Prompt
from assistant.ui.chat.turn import TurnState
from assistant.ui.training.run import RunState
from tests.ui.driving import app_of, chat_of, say, see, shown, until
from tests.ui.test_conversations import others

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from assistant.dialogue.events import Event
    from assistant.messages import ProgressCallback, UserMessage
    from assistant.ui.app import AssistantApp
    from assistant.ui.ports import AgentPort, Mode, TrainingOutcome
    from tests.ui.fake import FakeAgent


async def endless(mode: Mode | None, on_progress: ProgressCallback) -> TrainingOutcome:
    await asyncio.Event().wait()
    raise AssertionError("it is cancelled")


async def test_an_answer_that_comes_after_its_conversation_was_left_and_shown_again(
    make_app: Callable[..., AssistantApp], agent: FakeAgent
) -> None:
    others(agent)
    async with make_app().run_test(size=(100, 40)) as pilot:
        await see(pilot, "What can I do for you?")
        agent.gate.clear()
        await say(pilot, "delivery time")
        for conversation, words in (("bob", "about do you sell socks"), ("terminal", "What can I do for you?")):
            await chat_of(pilot).switch_to(conversation)
            await see(pilot, words)
        agent.gate.set()
        await see(pilot, "working days")
        assert shown(pilot).count("delivery time") == 1
        await until(pilot, lambda: chat_of(pilot).turns.state is TurnState.IDLE)
        await say(pilot, "track my order")
        await see(pilot, "Which order is it?")


async def test_the_conversation_that_was_chosen_last_is_shown_alone(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    others(agent)
    agent.others["cy"] = [BotUttered(BotMessage("words for cy"))]
    events, may_read = agent.events, threading.Event()

    def slow(sender_id: str) -> tuple[Event, ...]:
        if sender_id == "bob":
            may_read.wait(20)
        return events(sender_id)

    monkeypatch.setattr(agent, "events", slow)
    async with make_app().run_test(size=(100, 40)) as pilot:
        await see(pilot, "What can I do for you?")
        chat = chat_of(pilot)
        await chat.switch_to("bob")
        async with chat.transcript._changes:  # what was read of the first is just being shown
            may_read.set()
            switching = asyncio.ensure_future(chat.switch_to("cy"))
            await pilot.pause()
        await switching
        await see(pilot, "words for cy")
        await until(pilot, lambda: not chat.is_at_work("open"))
        assert "do you sell socks" not in shown(pilot)
        assert shown(pilot).count("words for cy") == 1


async def test_what_a_reminder_says_at_the_start_is_shown_once(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, stored = BotMessage("You wanted to hear of your parcel."), threading.Event()
    agent.stored.append(BotUttered(BotMessage("Good day.")))
    events = agent.events

    def remind() -> list[tuple[str, Reply]]:
        if stored.is_set():
            return []
        agent.stored.append(BotUttered(said))
        stored.set()
        return [("terminal", Reply((said,), Trace()))]

    def slow(sender_id: str) -> tuple[Event, ...]:
        stored.wait(0.5)  # a reminder that is due goes off at once, if anybody asks for it now
        return events(sender_id)

    monkeypatch.setattr(agent, "remind_due", remind)
    monkeypatch.setattr(agent, "events", slow)
    async with make_app().run_test(size=(100, 40)) as pilot:
        await see(pilot, "You wanted to hear")
        await until(pilot, lambda: not chat_of(pilot).is_at_work("open"))
        await until(pilot, stored.is_set)
        await pilot.pause()
        assert shown(pilot).count("You wanted to hear") == 1


async def test_a_reminder_that_goes_off_while_its_conversation_is_read_is_not_lost(
    make_app: Callable[..., AssistantApp], agent: FakeAgent
) -> None:
    others(agent)
    said = BotMessage("You wanted to hear of your parcel.")
    async with make_app().run_test(size=(100, 40)) as pilot:
        await see(pilot, "What can I do for you?")
        read, has_read, may_go_on = agent.conversations.ratings.of, threading.Event(), threading.Event()

        def slow(sender_id: str) -> dict[int, int]:
            has_read.set()
            may_go_on.wait(20)
            return read(sender_id)

        agent.conversations.ratings.of = slow  # type: ignore[method-assign]
        await chat_of(pilot).switch_to("bob")
        await until(pilot, has_read.is_set)
        agent.others["bob"].append(BotUttered(said))
        app_of(pilot)._say_reminder("bob", Reply((said,), Trace()))
        await until(pilot, lambda: chat_of(pilot)._is_outdated)
        may_go_on.set()
        await see(pilot, "You wanted to hear")
        assert shown(pilot).count("You wanted to hear") == 1


async def test_leaving_sends_nothing_that_still_waits(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    handle, begun = agent.handle, threading.Event()

    def handled(message: UserMessage) -> Reply:
        begun.set()
        return handle(message)

    agent.handle = handled  # type: ignore[method-assign]
    async with make_app().run_test(size=(100, 40)) as pilot:
        await see(pilot, "What can I do for you?")
        agent.gate.clear()
        await say(pilot, "delivery time")
        await until(pilot, begun.is_set)
        await say(pilot, "and then")
        begun.clear()
    agent.gate.set()
    await asyncio.sleep(0)
    assert not begun.wait(0.3)


async def test_an_assistant_that_is_opened_too_late_is_closed(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    opens, may_open, closed = threading.Event(), threading.Event(), threading.Event()
    monkeypatch.setattr(agent, "close", closed.set)

    def slow() -> AgentPort:
        opens.set()
        may_open.wait(20)
        return agent

    async with make_app(open_agent=slow).run_test() as pilot:
        await until(pilot, opens.is_set)
    assert not closed.is_set()
    may_open.set()
    assert await asyncio.to_thread(closed.wait, 20)


async def _in_training(pilot: Pilot[None]) -> AssistantApp:
    app = app_of(pilot)
    await see(pilot, "What can I do for you?")
    app.start_training("fast")
    await until(pilot, lambda: app.model_state is ModelState.TRAINING)
    return app


async def test_another_model_put_into_use_while_one_is_trained_lets_the_chat_go_on(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("assistant.ui.app.switch", lambda *_: None)
    async with make_app(train=endless).run_test(size=(100, 40)) as pilot:
        app = await _in_training(pilot)
        app.use_model(tmp_path)
        await until(pilot, lambda: not any(worker.group == "use" for worker in app.workers))
        assert app.model_state is ModelState.TRAINING
        await say(pilot, "delivery time")
        await see(pilot, "working days")
        app.cancel_training()
        await until(pilot, lambda: app.run_of_training.state is RunState.CANCELLED)
        await until(pilot, lambda: app.model_state is ModelState.READY)


async def test_a_training_that_ends_while_another_model_is_put_into_use_has_ended(
    make_app: Callable[..., AssistantApp], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    switches, may_switch = threading.Event(), threading.Event()

    def slow(*_: Any) -> None:
        switches.set()
        may_switch.wait(20)

    monkeypatch.setattr("assistant.ui.app.switch", slow)
    async with make_app(train=endless).run_test(size=(100, 40)) as pilot:
        app = await _in_training(pilot)
        app.use_model(tmp_path)
        await until(pilot, switches.is_set)
        app.cancel_training()
        await until(pilot, lambda: app.run_of_training.state is RunState.CANCELLED)
        may_switch.set()
        await until(pilot, lambda: not any(worker.group == "use" for worker in app.workers))
        assert app.model_state is ModelState.READY
        assert chat_of(pilot).turns.state is TurnState.IDLE


async def test_a_number_is_typed_whole_however_late_its_keys_are_taken(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.ui.chat.prompt.CHOICE_DELAY_S", 0.05)
    async with make_app().run_test(size=(100, 40)) as pilot:
        await see(pilot, "Opening hours")
        prompt = chat_of(pilot).query_one(Prompt)
        pilot.app.post_message(Key("1", "1"))
        while prompt._timer is None:
            await asyncio.sleep(0)
        pilot.app.call_later(asyncio.sleep, 0.2)  # the app is busy: keys wait, and the time of the first one is up
        for key in "23":
            pilot.app.post_message(Key(key, key))
        await until(pilot, lambda: prompt.text == "123")
        assert agent.received == []
        await pilot.press("ctrl+u")
        await pilot.press("1")  # alone it is a choice
        await until(pilot, lambda: agent.received)
        assert agent.received[0].text == "/track_order"


async def test_leaving_the_program_ends_a_training_that_takes_its_time(make_app: Callable[..., AssistantApp]) -> None:
    async def stubborn(mode: Mode | None, on_progress: ProgressCallback) -> TrainingOutcome:
        try:
            return await endless(mode, on_progress)
        finally:
            await asyncio.sleep(0.3)

    app = make_app(train=stubborn)
    async with app.run_test(size=(100, 30)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f4", "f")
        await see(pilot, "Cancel")
        await until(pilot, lambda: any(worker.group == "training" and worker.is_running for worker in app.workers))
        (training,) = (worker for worker in app.workers if worker.group == "training")
    with pytest.raises(WorkerCancelled):
        await training.wait()
    assert app.run_of_training.state is RunState.CANCELLED
