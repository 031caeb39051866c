"""Dialogs are answered once, by whoever sees them: no key that comes twice and no answer that comes late leaves anything else."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

from textual import work
from textual.screen import Screen

from assistant.dialogue.events import UserUttered
from assistant.dialogue.reviewing import Concern
from assistant.errors import DatabaseUnavailable
from assistant.inbox import Case
from assistant.messages import Parse
from assistant.ui.chat.screen import ChatScreen
from assistant.ui.dialog import Dialog
from assistant.ui.faq.editor import EntryEditor
from assistant.ui.faq.entries import EntriesPane
from assistant.ui.inbox.answering import AnswerField
from assistant.ui.inbox.case import CaseScreen
from assistant.ui.problems import ProblemDialog
from assistant.ui.question import QuestionDialog
from tests.ui.driving import press_at_once, see, until, write
from tests.ui.test_faq import open_desk, open_editor

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from textual.pilot import Pilot

    from assistant.faq.entry import FaqEntry
    from assistant.ui.app import AssistantApp
    from tests.ui.fake import FakeAgent, FakeInbox


class Asking(Screen[None]):
    """Asks twice, so that the second question ends the first."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[str | None] = []

    @work(group="ask", exclusive=True)
    async def ask(self, title: str) -> None:
        self.answers.append(await self.app.push_screen_wait(QuestionDialog(title, "Which?", {"one": "One", "two": "Two"})))


def names(pilot: Pilot[Any]) -> list[str]:
    return [type(screen).__name__ for screen in pilot.app.screen_stack]


async def asking(pilot: Pilot[Any]) -> Asking:
    screen = Asking()
    await pilot.app.push_screen(screen)
    screen.ask("First")
    await see(pilot, "First")
    return screen


async def test_a_key_that_comes_twice_leaves_the_dialog_alone(make_app: Callable[..., AssistantApp]) -> None:
    async with make_app().run_test() as pilot:
        screen = await asking(pilot)
        asked = pilot.app.screen
        await press_at_once(pilot, "enter", "enter", "enter")
        asked.dismiss("two")
        await until(pilot, lambda: screen.answers)
        assert screen.answers == ["one"]
        assert pilot.app.screen is screen


async def test_a_dialog_under_another_goes_alone(make_app: Callable[..., AssistantApp]) -> None:
    async with make_app().run_test() as pilot:
        screen = await asking(pilot)
        asked = pilot.app.screen
        assert isinstance(asked, Dialog)
        await pilot.app.push_screen(ProblemDialog(RuntimeError("something else")))
        await asked.dismiss("two")
        await until(pilot, lambda: screen.answers == ["two"])
        assert names(pilot) == ["ChatScreen", "Asking", "ProblemDialog"]
        await pilot.press("escape")
        assert pilot.app.screen is screen


async def test_a_question_that_nobody_waits_for_any_more_goes(make_app: Callable[..., AssistantApp]) -> None:
    async with make_app().run_test() as pilot:
        screen = await asking(pilot)
        first = pilot.app.screen
        pilot.app.workers.cancel_group(screen, "ask")
        first.dismiss("one")  # just now, before the work has noticed that it is over
        await until(pilot, lambda: pilot.app.screen is screen)
        assert screen.answers == []
        screen.ask("Second")
        await see(pilot, "Second")
        pilot.app.workers.cancel_group(screen, "ask")
        await until(pilot, lambda: names(pilot) == ["ChatScreen", "Asking"])


async def test_a_question_is_not_put_to_somebody_who_has_gone_elsewhere(make_app: Callable[..., AssistantApp]) -> None:
    async with make_app().run_test() as pilot:
        screen = await asking(pilot)
        screen.ask("Second")  # meanwhile the first is shown: it takes the first one's place
        await see(pilot, "Second")
        assert names(pilot) == ["ChatScreen", "Asking", "QuestionDialog"]
        await pilot.press("escape")
        await until(pilot, lambda: screen.answers == [None])
        await pilot.app.push_screen(ProblemDialog(RuntimeError("something else")))
        screen.ask("Third")
        await until(pilot, lambda: screen.answers == [None, None])
        assert names(pilot) == ["ChatScreen", "Asking", "ProblemDialog"]


async def test_a_case_that_is_put_aside_goes_from_under_another_screen(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox: FakeInbox = agent.inbox  # type: ignore[assignment]
    inbox.listed.append(Case("ann", 1, 0.0, "hello", (Concern("unsure", 0, 1, "hello", "0.3"),)))
    may_write = threading.Event()

    def slow(*_: Any) -> None:
        may_write.wait(20)
        inbox.listed.clear()

    monkeypatch.setattr(inbox, "put_aside", slow)
    async with make_app().run_test(size=(100, 30)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f7")
        await see(pilot, "All 1")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, CaseScreen))
        await pilot.press("d", "f2")
        assert isinstance(pilot.app.screen, ChatScreen)
        may_write.set()
        await until(pilot, lambda: not inbox.listed)
        await until(pilot, lambda: not any(worker.group == "write" for worker in pilot.app.workers))
        assert names(pilot) == ["ChatScreen"]
        await pilot.press("f7")
        await see(pilot, "All 0")
        assert names(pilot) == ["InboxScreen"]


async def test_an_entry_is_opened_once_however_often_the_key_comes(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    get, may_read = agent.entries.get, threading.Event()

    def slow(entry_id: str) -> FaqEntry:
        may_read.wait(20)
        return get(entry_id)

    monkeypatch.setattr(agent.entries, "get", slow)
    async with make_app().run_test(size=(100, 30)) as pilot:
        await open_desk(pilot)
        await press_at_once(pilot, "enter", "enter")
        await until(pilot, lambda: sum(worker.group == "write" for worker in pilot.app.workers) == 2)
        may_read.set()
        await until(pilot, lambda: isinstance(pilot.app.screen, EntryEditor))
        await until(pilot, lambda: sum(worker.group == "write" for worker in pilot.app.workers) == 1)
        assert names(pilot) == ["FaqScreen", "EntryEditor"]


async def test_saving_twice_saves_once_and_leaving_waits_for_it(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    add, may_write = agent.entries.add, threading.Event()

    def slow(*saved: Any) -> FaqEntry:
        may_write.wait(20)
        return add(*saved)

    monkeypatch.setattr(agent.entries, "add", slow)
    async with make_app().run_test(size=(100, 40), notifications=True) as pilot:
        await open_desk(pilot)
        await open_editor(pilot, "ctrl+n")
        await write(pilot, "Boats?")
        await pilot.press("tab", "tab")
        await write(pilot, "Yes.")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: any(worker.group == "save" for worker in pilot.app.workers))
        await pilot.press("ctrl+s", "escape")
        assert names(pilot) == ["FaqScreen", "EntryEditor"]
        may_write.set()
        await until(pilot, lambda: names(pilot) == ["FaqScreen"])
        await see(pilot, "Saved: it answers")
        await see(pilot, "Entries 4")
        assert [entry.id for entry in agent.entries.list() if entry.question == "Boats?"] == ["boats"]
        assert pilot.app.screen.query_one(EntriesPane).text == ""


async def test_what_cannot_be_read_is_said_once_and_leaves_the_way_out(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[int] = []

    def away(**_: Any) -> tuple[FaqEntry, ...]:
        reads.append(1)
        raise DatabaseUnavailable(path="x.db", why="away")

    kept = agent.entries.list
    monkeypatch.setattr(agent.entries, "list", away)
    async with make_app().run_test(size=(100, 30)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProblemDialog))
        n_reads = len(reads)
        await pilot.press("escape")
        await until(pilot, lambda: len(reads) > n_reads, "another look")
        await until(pilot, lambda: not any(worker.group == "reload" for worker in pilot.app.workers))
        assert names(pilot) == ["FaqScreen"]
        monkeypatch.setattr(agent.entries, "list", kept)
        await pilot.press("f2", "f3")
        await see(pilot, "Entries 3")


async def test_writing_goes_on_where_what_only_helps_fails(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed: list[str] = []

    def fails(name: str) -> Callable[..., Any]:
        def call(*_: Any, **__: Any) -> Any:
            failed.append(name)
            raise DatabaseUnavailable(path="x.db", why=f"{name} away")

        return call

    async with make_app().run_test(size=(100, 40)) as pilot:
        await open_desk(pilot)
        for where, name in ((agent.entries, "list"), (agent.faq, "search"), (agent, "doubts")):
            monkeypatch.setattr(where, name, fails(name))
        await open_editor(pilot, "ctrl+n")
        await write(pilot, "Boats?")
        await pilot.press("tab", "tab")
        await write(pilot, "Yes.")
        await until(pilot, lambda: {"list", "search", "doubts"} <= set(failed))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "boats" in agent.entries.kept)


async def test_leaving_the_program_asks_where_an_entry_is_half_written(
    make_app: Callable[..., AssistantApp],
) -> None:
    async with make_app().run_test(size=(100, 40)) as pilot:
        await open_desk(pilot)
        await open_editor(pilot, "ctrl+n")
        await write(pilot, "Boats?")
        await pilot.press("ctrl+q")
        await see(pilot, "Your changes are not saved.")
        await pilot.press("enter")  # the harmless answer has the focus
        await until(pilot, lambda: isinstance(pilot.app.screen, EntryEditor))
        assert pilot.app.is_running


async def test_all_that_is_marked_is_deleted_whatever_becomes_of_the_screen(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, saves, may_save, done = agent.entries.save, threading.Event(), threading.Event(), threading.Event()

    def slow(*saved: Any) -> FaqEntry:
        saves.set()
        may_save.wait(20)
        kept = save(*saved)
        if len(agent.entries.list()) == 1:
            done.set()
        return kept

    monkeypatch.setattr(agent.entries, "save", slow)
    async with make_app().run_test(size=(100, 30)) as pilot:
        await open_desk(pilot)
        await pilot.press("space", "space")
        await see(pilot, "2 marked")
        await pilot.press("delete")
        await see(pilot, "Delete 2 entries?")
        await pilot.press("tab", "enter")
        await until(pilot, saves.is_set)
        pilot.app.exit()
    may_save.set()
    assert await asyncio.to_thread(done.wait, 20)


async def test_an_answer_is_sent_once_and_leaving_waits_for_it(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox: FakeInbox = agent.inbox  # type: ignore[assignment]
    inbox.listed.append(Case("ann", 1, 0.0, "hello", (Concern("unsure", 0, 1, "hello", "0.3"),)))
    sent: list[Any] = []
    may_send = threading.Event()

    def slow(case: Case, _: str, text: str) -> None:
        sent.append((case.sender_id, text))
        may_send.wait(20)
        raise DatabaseUnavailable(path="x.db", why="away")

    monkeypatch.setattr(inbox, "answer", slow)
    async with make_app().run_test(size=(100, 30)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f7")
        await see(pilot, "All 1")
        await pilot.press("enter", "r")
        await until(pilot, lambda: isinstance(pilot.app.focused, AnswerField))
        await write(pilot, "I see to it")
        await press_at_once(pilot, "enter", "enter")
        await until(pilot, lambda: sent)
        await pilot.press("escape", "escape")
        assert names(pilot) == ["InboxScreen", "CaseScreen"]
        may_send.set()
        await until(pilot, lambda: isinstance(pilot.app.screen, ProblemDialog))
        assert sent == [("ann", "I see to it")]
        await pilot.press("escape")
        assert pilot.app.screen.query_one(AnswerField).text == "I see to it"
        monkeypatch.setattr(inbox, "answer", lambda *answer: sent.append(answer[2]))
        await pilot.press("r", "enter", "escape", "escape")
        await until(pilot, lambda: names(pilot) == ["InboxScreen"])
        assert sent[-1] == "I see to it"


async def test_leaving_waits_for_what_is_being_learned(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox: FakeInbox = agent.inbox  # type: ignore[assignment]
    inbox.listed.append(Case("ann", 1, 0.0, "hello", (Concern("unsure", 0, 1, "hello", "0.3"),)))
    monkeypatch.setattr(inbox, "events", lambda _: (UserUttered("when is my parcel there", Parse("when is my parcel there")),))
    save, saves, may_save = agent.entries.save, threading.Event(), threading.Event()

    def slow(*saved: Any) -> FaqEntry:
        saves.set()
        may_save.wait(20)
        return save(*saved)

    monkeypatch.setattr(agent.entries, "save", slow)
    async with make_app().run_test(size=(100, 30), notifications=True) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f7")
        await see(pilot, "All 1")
        await pilot.press("enter")
        await see(pilot, "when is my parcel there")
        await press_at_once(pilot, "v", "v")
        await see(pilot, "Which entry answers")
        assert names(pilot) == ["InboxScreen", "CaseScreen", "QuestionDialog"]
        await pilot.press("enter")
        await see(pilot, "Write this?")
        await pilot.press("tab", "enter")
        await until(pilot, saves.is_set)
        await pilot.press("escape")
        assert names(pilot) == ["InboxScreen", "CaseScreen"]
        may_save.set()
        await until(pilot, lambda: names(pilot) == ["InboxScreen"])
        await see(pilot, "Saved: it answers")
