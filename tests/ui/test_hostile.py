"""A census: every widget that shows text from outside is given hostile strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from textual.events import Paste

from assistant.errors import TrainingStopped
from assistant.faq.entry import FaqEntry
from assistant.messages import BotMessage, Button, Decision, Entity, FaqMatch, FaqResult, IntentScore, Parse, Progress, Reply, Trace
from assistant.ui.chat.prompt import MAX_CHARS, Prompt
from assistant.ui.chat.screen import ChatScreen
from assistant.ui.faq.editor import EntryEditor
from assistant.ui.faq.screen import FaqScreen
from assistant.ui.ports import TrainingOutcome
from assistant.ui.problems import ProblemDialog
from tests.ui.driving import app_of, chat_of, say, see, shown, until
from tests.ui.fake import FakeAgent, FakeEntries, FakeQuestion, FakeUnanswered
from tests.ui.hostile import HOSTILE, forbidden_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from assistant.messages import ProgressCallback
    from assistant.ui.app import AssistantApp
    from assistant.ui.ports import Mode

NAMES = sorted(HOSTILE)


def hostile_agent(text: str) -> FakeAgent:
    parse = Parse(text, (IntentScore(text, 0.9), IntentScore("b", 0.1)), (Entity(text, 0, 3, text, text, text),))
    found = FaqResult((FaqMatch("e", text, text, text, 0.9),), 0.5)
    trace = Trace(parse, (Decision(text, text, 1.0, text),), {text: text, "list": [text]}, found, (text,), {text: 1.0, "total": 2.0})
    said = BotMessage(text, (Button(text, text), Button("", text)), text, text, {"key": text})
    entry = FaqEntry("e", text, text, (text,), (text,), text, status="published", author=text)
    agent = FakeAgent(entries=FakeEntries((entry,)), greets=False)
    agent.unanswered = FakeUnanswered()
    agent.unanswered.open = [FakeQuestion(text, 1, (1,))]
    agent.scripted["go"] = Reply((said, BotMessage("the end")), trace)
    return agent


def assert_clean(pilot: Pilot[Any]) -> None:
    assert forbidden_in(shown(pilot)) == set()


@pytest.mark.parametrize("name", NAMES)
async def test_chat_panel_and_faq_desk(make_app: Callable[..., AssistantApp], name: str) -> None:
    text, visible = HOSTILE[name]
    agent = hostile_agent(text)
    async with make_app(open_agent=lambda: agent).run_test(size=(120, 60)) as pilot:
        await see(pilot, "model ready")
        await say(pilot, "go")
        await see(pilot, "the end")
        assert_clean(pilot)
        assert visible in "\n".join(view.copy_text for view in pilot.app.screen.query("BotView").results())  # type: ignore[attr-defined]
        await chat_of(pilot).say(text, title=text)
        await pilot.pause()
        assert_clean(pilot)
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(pilot.app.screen, FaqScreen))
        await see(pilot, "● published")
        assert_clean(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, EntryEditor))
        await pilot.pause(0.3)
        assert_clean(pilot)


@pytest.mark.parametrize("name", NAMES)
async def test_errors_notices_and_training(make_app: Callable[..., AssistantApp], agent: FakeAgent, tmp_path: Path, name: str) -> None:
    text, _ = HOSTILE[name]

    async def train(mode: Mode | None, on_progress: ProgressCallback) -> TrainingOutcome:
        on_progress(Progress(text, 1, 2, {text: 1.0, "loss": 2.0}))
        on_progress(Progress(text, 2, 2, {text: 1.0, "loss": 1.0}))
        if mode == "full":
            raise TrainingStopped(why=text)
        return TrainingOutcome(tmp_path / "".join(filter(str.isalnum, text))[:20], {text: 0.5}, 1.0)

    async with make_app(train=train).run_test(size=(120, 60), notifications=True) as pilot:
        await see(pilot, "What can I do for you?")
        agent.failure = RuntimeError(text)
        await say(pilot, "delivery time")
        await see(pilot, "something unforeseen")
        app_of(pilot).notify_text(text)
        await pilot.pause()
        assert_clean(pilot)
        await pilot.press("f4", "f")
        await see(pilot, "The new model answers")
        assert_clean(pilot)
        await pilot.press("u")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProblemDialog))
        assert_clean(pilot)


@pytest.mark.parametrize("name", NAMES)
async def test_pasting_into_the_prompt(make_app: Callable[..., AssistantApp], name: str) -> None:
    text, _ = HOSTILE[name]
    async with make_app().run_test() as pilot:
        await see(pilot, "What can I do for you?")
        pilot.app.post_message(Paste(text))
        await pilot.pause()
        assert isinstance(pilot.app.screen, ChatScreen)
        prompt = pilot.app.screen.query_one(Prompt)
        assert 0 < len(prompt.text) <= MAX_CHARS
        assert not forbidden_in(prompt.text)
        assert_clean(pilot)
