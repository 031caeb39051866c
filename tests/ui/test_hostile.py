"""A census: every widget that shows text from outside is given hostile strings."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.events import Paste
from textual.widgets import Input

from assistant.corrections.proposal import FileEdit, Proposal
from assistant.dialogue.domain import Intent
from assistant.dialogue.events import BotUttered, SlotSet, UserUttered
from assistant.dialogue.reviewing import Concern
from assistant.errors import TrainingStopped
from assistant.faq.entry import FaqEntry
from assistant.inbox import Case
from assistant.knowledge.suggesting import Suggestion
from assistant.messages import (
    BotMessage,
    Button,
    Decision,
    Entity,
    FaqMatch,
    FaqResult,
    IntentScore,
    Parse,
    Progress,
    Reply,
    Trace,
    UserMessage,
)
from assistant.ui.agreeing import AgreeDialog
from assistant.ui.chat.completing import CompletionList
from assistant.ui.chat.finding import FindInput
from assistant.ui.chat.message_view import BotView, ProblemView
from assistant.ui.chat.prompt import MAX_CHARS, Prompt
from assistant.ui.chat.why import WhyScreen
from assistant.ui.faq.editor import EntryEditor
from assistant.ui.inbox.answering import AnswerField, ReplyLine
from assistant.ui.inbox.case import CaseScreen
from assistant.ui.marking import EntityDialog, Kind
from assistant.ui.naming import NameDialog
from assistant.ui.picking import Picker
from assistant.ui.ports import TrainingOutcome
from assistant.ui.problems import ProblemDialog
from assistant.ui.question import QuestionDialog
from assistant.ui.safe_text import safe_line
from tests.ui.driving import app_of, chat_of, see, shown, until
from tests.ui.fake import FakeAgent, FakeEntries, FakeQuestion, FakeUnanswered
from tests.ui.hostile import HOSTILE, forbidden_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest
    from textual.pilot import Pilot
    from textual.screen import Screen

    from assistant.messages import ProgressCallback
    from assistant.project import Project
    from assistant.ui.app import AssistantApp
    from assistant.ui.ports import Mode


def hostile_reply(text: str) -> Reply:
    parse = Parse(text, (IntentScore(text, 0.9), IntentScore("b", 0.1)), (Entity(text, 0, 3, text, text, text),))
    found = FaqResult((FaqMatch("e", text, text, text, 0.9),), 0.5)
    trace = Trace(
        parse, (Decision(text, text, 1.0, text),), {text: text, "list": [text]}, found, (text,), {text: 1.0, "total": 2.0}
    )
    return Reply(
        (BotMessage(text, (Button(text, text), Button("", text)), text, text, {"key": text}), BotMessage("the end")), trace
    )


def hostile_agent() -> FakeAgent:
    """An agent whose every answer, entry and question is hostile."""
    texts = [text for text, _ in HOSTILE.values()]
    entries = tuple(
        FaqEntry(f"e{number}", text, text, (text,), (text,), text, status="published", author=text)
        for number, text in enumerate(texts)
    )
    scripted = {f"go {name}": hostile_reply(text) for name, (text, _) in HOSTILE.items()}
    agent = FakeAgent(entries=FakeEntries(entries), greets=False, scripted=scripted)
    agent.unanswered = FakeUnanswered()
    agent.unanswered.open = [FakeQuestion(text, 1, (number,)) for number, text in enumerate(texts)]
    return agent


def assert_clean(pilot: Pilot[Any]) -> None:
    assert forbidden_in(shown(pilot)) == set()


async def test_conversation_and_side_panel(make_app: Callable[..., AssistantApp]) -> None:
    agent = hostile_agent()
    async with make_app(open_agent=lambda: agent).run_test(size=(112, 36)) as pilot:
        await see(pilot, "model ready")
        for name, (text, visible) in HOSTILE.items():
            chat = chat_of(pilot)
            n_views = len(chat.query(BotView))
            await chat.say(f"go {name}", title=text)
            await until(pilot, lambda chat=chat, n_views=n_views: len(chat.query(BotView)) == n_views + 2)  # type: ignore[misc]
            assert_clean(pilot)
            said = list(chat.query(BotView))[-2].copy_text
            assert visible in said
            assert not forbidden_in(said)


async def test_stored_conversation(make_app: Callable[..., AssistantApp]) -> None:
    agent = hostile_agent()
    for text, _ in HOSTILE.values():
        agent.store(UserMessage(text), hostile_reply(text))
    async with make_app(open_agent=lambda: agent).run_test(size=(80, 30)) as pilot:
        await see(pilot, "the end")
        assert_clean(pilot)
        await pilot.press("pageup", "pageup")
        assert_clean(pilot)


def _is_closed(pilot: Pilot[Any], screen: Screen[Any]) -> bool:
    return pilot.app.screen is not screen


async def test_faq_desk_and_editor(make_app: Callable[..., AssistantApp], monkeypatch: pytest.MonkeyPatch) -> None:
    agent = hostile_agent()
    found = FaqResult(tuple(FaqMatch("e0", text, text, text, 0.9) for text, _ in HOSTILE.values()), 0.5)
    monkeypatch.setattr(agent.faq, "search", lambda *_: found)
    async with make_app(open_agent=lambda: agent).run_test(size=(112, 36)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f3")
        await see(pilot, f"Entries {len(HOSTILE)}")
        for number in range(len(HOSTILE)):
            assert_clean(pilot)
            entry = agent.entries.get(f"e{number}")
            opened = EntryEditor(agent, replace(entry, answer=entry.answer[:10_000], alternatives=(entry.question[:10_000],)))
            await pilot.app.push_screen(opened)
            await pilot.pause()
            assert_clean(pilot)
            opened.dismiss(None)
            await until(pilot, partial(_is_closed, pilot, opened), "the editor closing")
            await pilot.press("down")
        pilot.app.screen.query_one("#search", Input).focus()
        await until(pilot, lambda: isinstance(pilot.app.focused, Input), "the search field having the focus")
        await pilot.press("x")
        await see(pilot, "✓ answers  90%")
        await pilot.press("ctrl+t")
        await see(pilot, "Nearest")
        assert_clean(pilot)


async def test_errors_and_notices(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    async with make_app().run_test(size=(80, 24), notifications=True) as pilot:
        await see(pilot, "What can I do for you?")
        for number, (text, _) in enumerate(HOSTILE.values(), start=1):
            agent.failure = RuntimeError(text)
            await chat_of(pilot).say("delivery time")
            await until(pilot, lambda number=number: len(pilot.app.screen.query(ProblemView)) == number)  # type: ignore[misc]
            app_of(pilot).notify_text(text)
            app_of(pilot).show_problem(TrainingStopped(why=text))
            await until(pilot, lambda: isinstance(pilot.app.screen, ProblemDialog))
            assert_clean(pilot)
            await pilot.press("escape")
            assert_clean(pilot)


async def test_training(make_app: Callable[..., AssistantApp], tmp_path: Path) -> None:
    texts = [text for text, _ in HOSTILE.values()]

    async def train(mode: Mode | None, on_progress: ProgressCallback) -> TrainingOutcome:
        for text in texts:
            app.told_at = 0.0
            on_progress(Progress(text, 1, 2, {text: 1.0, f"dev_{text}_f1": 1.0, "loss": 1.0}))
            await asyncio.sleep(0)
            assert_clean(pilot)
        return TrainingOutcome(tmp_path / "m [b]\x1b]0;x\x07", dict.fromkeys(texts, 0.5), 1.0)

    app = make_app(train=train)
    async with app.run_test(size=(112, 36)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f4", "f")
        await see(pilot, "The new model is ready")
        assert_clean(pilot)


async def test_pasting_into_the_prompt(make_app: Callable[..., AssistantApp]) -> None:
    async with make_app().run_test() as pilot:
        await see(pilot, "What can I do for you?")
        prompt = pilot.app.screen.query_one(Prompt)
        for text, _ in HOSTILE.values():
            prompt.text = ""
            pilot.app.post_message(Paste(text))
            await until(pilot, lambda: prompt.text)
            assert len(prompt.text) <= MAX_CHARS
            assert not forbidden_in(prompt.text)
            assert_clean(pilot)


async def test_finding_and_completing(make_app: Callable[..., AssistantApp]) -> None:
    agent = hostile_agent()
    for text, _ in HOSTILE.values():
        agent.store(UserMessage(text), hostile_reply(text))
        agent.domain.intents[text[:60]] = Intent(text[:60])  # type: ignore[index]
    async with make_app(open_agent=lambda: agent).run_test(size=(100, 30)) as pilot:
        await see(pilot, "the end")
        await pilot.press("slash")
        await until(pilot, lambda: pilot.app.screen.query_one(CompletionList).display)
        await pilot.press(*["down"] * (len(HOSTILE) + 8))
        assert_clean(pilot)
        await pilot.press("escape", "ctrl+f")
        for _, visible in HOSTILE.values():
            pilot.app.screen.query_one(FindInput).value = visible[:40]
            await until(pilot, lambda: " of " in shown(pilot) or "not found" in shown(pilot), "the count")
            assert_clean(pilot)


async def test_the_dialogs_of_corrections_and_the_whole_turn(make_app: Callable[..., AssistantApp], tmp_path: Path) -> None:
    agent = hostile_agent()
    async with make_app(open_agent=lambda: agent).run_test(size=(100, 30)) as pilot:
        await see(pilot, "model ready")
        for text, _ in HOSTILE.values():
            edit = FileEdit(tmp_path / "nlu.yml", text, text, text + "\nmore " + text)
            events = (UserUttered(text, Parse(text)), SlotSet(text, text), BotUttered(BotMessage(text)))
            dialogs: list[Screen[Any]] = [
                AgreeDialog(Proposal(text, (edit,), (text,))),
                Picker("What?", text[:10_000], [text, "other"]),
                NameDialog("Its name", text[:10_000], text),
                EntityDialog(text[:2_000], (Entity(text, 0, 3, text, text, text),), (Kind(text, text, text),)),
                WhyScreen(hostile_reply(text).trace, events, None),
            ]
            for dialog in dialogs:
                await pilot.app.push_screen(dialog)
                await pilot.pause()
                assert_clean(pilot)
                dialog.dismiss(None)
                await until(pilot, partial(_is_closed, pilot, dialog), "the dialog closing")


def _state_with_hostile_files(project: Project, texts: list[str]) -> None:
    """Logs, models and files of the project whose every text is hostile."""
    project.state.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(texts):
        (project.state / f"log {number}.log").write_bytes(text.encode("utf-8", errors="surrogatepass"))
        folder = project.models / f"model-{number}"
        folder.mkdir(parents=True)
        facts = {"metrics": {"intent_accuracy": 0.5, text[:200]: 0.5}, "arguments": {"mode": text[:200]}}
        (folder / "manifest.json").write_text(json.dumps(facts))


async def test_settings_log_and_models(make_app: Callable[..., AssistantApp], project: Project) -> None:
    texts = [text for text, _ in HOSTILE.values()]
    _state_with_hostile_files(project, texts)
    app = make_app()
    app.settings = app.settings.model_copy(update={"form_cancel": tuple(texts), "database_url": texts[0]})
    async with app.run_test(size=(112, 36)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f8")
        for key in "12345":
            await pilot.press(key)
            await pilot.pause(0.1)
            assert_clean(pilot)
        log = pilot.app.screen.query_one("#log-scroll")
        for _ in range(30):
            log.scroll_page_down(animate=False)
            await pilot.pause()
            assert_clean(pilot)
        await pilot.press("f4", "ctrl+t")
        await see(pilot, f"Models {len(texts)}")
        assert_clean(pilot)


async def test_inbox_replies_and_questions(make_app: Callable[..., AssistantApp], monkeypatch: pytest.MonkeyPatch) -> None:
    agent = hostile_agent()
    async with make_app(open_agent=lambda: agent).run_test(size=(100, 30)) as pilot:
        await see(pilot, "model ready")
        for text, visible in HOSTILE.values():
            replies = [Suggestion(text, text, 0.5), Suggestion(text + "!", text, 0.4)]
            monkeypatch.setattr(agent, "suggested_replies", lambda _, replies=replies: replies)
            case = CaseScreen(Case("s", 1, 0.0, text, (Concern("unsure", 0, 1, text, text),), text), "me")
            monkeypatch.setattr(agent.inbox, "events", lambda _, text=text: (UserUttered(text or "x", Parse(text)),))
            await pilot.app.push_screen(case)
            await until(pilot, lambda case=case: len(case.query(ReplyLine)) == 2, "the replies")  # type: ignore[misc]
            assert_clean(pilot)
            await pilot.press("1")
            field = case.query_one(AnswerField)
            await until(pilot, lambda field=field: field.text, "the answer")  # type: ignore[misc]
            assert not forbidden_in(field.text)
            assert visible[:8] in field.text
            assert_clean(pilot)
            pilot.app.post_message(Paste(text))
            await pilot.pause(0.05)
            assert not forbidden_in(field.text)
            assert_clean(pilot)
            case.dismiss(None)
            await until(pilot, partial(_is_closed, pilot, case), "the case closing")
            question = QuestionDialog(safe_line(text, limit=60), text, {"one": safe_line(text, limit=40) or "one"})
            await pilot.app.push_screen(question)
            await pilot.pause()
            assert_clean(pilot)
            question.dismiss(None)
            await until(pilot, partial(_is_closed, pilot, question), "the question closing")
            app_of(pilot).files_problem = safe_line(text, limit=200)
            await pilot.pause()
            assert_clean(pilot)
