from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual.widgets import Input, Select, TextArea

from assistant.errors import DatabaseUnavailable
from assistant.faq.duplicates import Likeness
from assistant.ui.faq.editor import EntryEditor
from assistant.ui.faq.tables import EntryTable, QuestionTable
from assistant.ui.problems import ProblemDialog
from assistant.ui.question import QuestionDialog
from tests.ui.driving import say, see, shown, until, write

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from textual.pilot import Pilot

    from assistant.ui.app import AssistantApp
    from tests.ui.fake import FakeAgent


async def open_desk(pilot: Pilot[Any]) -> None:
    await see(pilot, "model ready")
    await pilot.press("f3")
    await see(pilot, "Entries 3")


async def open_editor(pilot: Pilot[Any], *keys: str) -> None:
    await pilot.press(*keys)
    await until(pilot, lambda: isinstance(pilot.app.screen, EntryEditor), "the editor")


async def closed(pilot: Pilot[Any]) -> None:
    await until(pilot, lambda: not isinstance(pilot.app.screen, EntryEditor), "leaving the editor")


async def test_new_entry_answers_in_the_next_message(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    async with make_app().run_test(size=(100, 40)) as pilot:
        await open_desk(pilot)
        await open_editor(pilot, "ctrl+n")
        await write(pilot, "Do you gift wrap?")
        await pilot.press("tab")
        await write(pilot, "wrap it up\n\nas a present")
        await pilot.press("tab")
        await write(pilot, "Yes, for **two euro**.")
        await see(pilot, "Yes, for two euro.")
        await pilot.press("ctrl+s")
        await closed(pilot)
        await see(pilot, "Entries 4")
        added = agent.entries.get("do-you-gift-wrap")
        assert (added.status, added.alternatives) == ("published", ("wrap it up", "as a present"))
        await pilot.press("f2")
        await say(pilot, "wrap it up")
        await see(pilot, "Yes, for two euro.")


async def test_entry_is_changed(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    async with make_app().run_test() as pilot:
        await open_desk(pilot)
        await open_editor(pilot, "down", "enter")
        editor = pilot.app.screen
        editor.query_one("#answer", TextArea).text = "Yes, within 14 days."
        editor.query_one("#tags", Input).value = "payment, later"
        editor.query_one("#status", Select).value = "published"
        await pilot.press("ctrl+s")
        await closed(pilot)
        await see(pilot, "● published")
        saved = agent.entries.get("pay-later")
        assert (saved.answer, saved.tags, saved.status, saved.version) == (
            "Yes, within 14 days.",
            ("payment", "later"),
            "published",
            2,
        )


async def test_entry_without_an_answer_is_refused_and_nothing_is_lost(make_app: Callable[..., AssistantApp]) -> None:
    async with make_app().run_test() as pilot:
        await open_desk(pilot)
        await open_editor(pilot, "ctrl+n")
        await write(pilot, "Why?")
        assert "an entry needs" not in shown(pilot)  # nobody is told off before they are done
        await pilot.press("ctrl+s")
        await see(pilot, "✕ Answer: an entry needs an answer")
        assert pilot.app.focused is pilot.app.screen.query_one("#answer")
        assert pilot.app.screen.query_one("#question", Input).value == "Why?"
        await write(pilot, "Because.")
        await pilot.press("ctrl+s")
        await closed(pilot)


async def test_leaving_with_changes_asks_first(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    async with make_app().run_test() as pilot:
        await open_desk(pilot)
        await open_editor(pilot, "enter")
        await pilot.press("escape")
        await closed(pilot)
        await open_editor(pilot, "enter")
        await pilot.press("end", "x", "escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, QuestionDialog))
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, EntryEditor)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, QuestionDialog))
        await pilot.press("tab", "enter")
        await closed(pilot)
        assert all(entry.version == 1 for entry in agent.entries.list())


async def test_deleted_entry_answers_no_more_until_it_is_brought_back(
    make_app: Callable[..., AssistantApp], agent: FakeAgent
) -> None:
    async with make_app().run_test(notifications=True) as pilot:
        await open_desk(pilot)
        await pilot.press("delete")
        await see(pilot, "Delete “How long does delivery take?”?")
        await pilot.press("enter")  # the first answer keeps
        assert len(agent.entries.list()) == 3
        await pilot.press("delete")
        await until(pilot, lambda: isinstance(pilot.app.screen, QuestionDialog))
        await pilot.press("tab", "enter")
        await see(pilot, "Entries 2")
        assert agent.faq.search("delivery time").best is None
        await pilot.press("ctrl+z")
        await see(pilot, "Entries 3")
        assert agent.entries.get("delivery-time").status == "published"
        await pilot.press("ctrl+z")
        await see(pilot, "nothing to bring back")


async def test_search_filters_and_says_what_a_question_would_get(make_app: Callable[..., AssistantApp]) -> None:
    async with make_app().run_test() as pilot:
        await open_desk(pilot)
        await pilot.press("slash")
        await write(pilot, "delivery time")
        await see(pilot, "✓ answers  100%  How long does delivery take?")
        table = pilot.app.screen.query_one(EntryTable)
        assert table.cursor_key == "delivery-time"
        await pilot.press("enter")
        assert pilot.app.focused is table
        await pilot.press("slash")
        await write(pilot, "qqq")
        await see(pilot, "✕ no answer")


async def test_save_over_a_newer_version_asks_and_keeps_both_ways_open(
    make_app: Callable[..., AssistantApp], agent: FakeAgent
) -> None:
    async with make_app().run_test() as pilot:
        await open_desk(pilot)
        for answer, expected in (("go_on", "theirs"), ("mine", "mine"), ("theirs", "theirs again")):
            if not isinstance(pilot.app.screen, EntryEditor):
                await open_editor(pilot, "down", "down", "enter")
            kept = agent.entries.get("return-worn-shoes")
            agent.entries.save(replace(kept, answer="theirs again" if answer == "theirs" else "theirs", author="Ada"), kept.version)
            pilot.app.screen.query_one("#answer", TextArea).text = "mine"
            await pilot.press("ctrl+s")
            await until(pilot, lambda: isinstance(pilot.app.screen, QuestionDialog))
            assert "saved by Ada" in shown(pilot) or "was saved as" in shown(pilot)
            await pilot.click(f"#{answer}")
            await until(pilot, lambda: not isinstance(pilot.app.screen, QuestionDialog))
            if answer == "go_on":
                assert pilot.app.screen.query_one("#answer", TextArea).text == "mine"
            else:
                await closed(pilot)
            await until(pilot, lambda want=expected: agent.entries.get("return-worn-shoes").answer == want)  # type: ignore[misc]


async def test_unanswered_question_becomes_an_entry(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    async with make_app().run_test() as pilot:
        await see(pilot, "model ready")
        await say(pilot, "is there a cat")
        await see(pilot, "do not know that yet")
        await pilot.press("f3")
        await see(pilot, "Unanswered 3")
        await pilot.press("ctrl+t")
        await see(pilot, "is there a cat")
        assert isinstance(pilot.app.focused, QuestionTable)
        await open_editor(pilot, "enter")
        assert pilot.app.screen.query_one("#question", Input).value == "is there a cat"
        pilot.app.screen.query_one("#answer", TextArea).text = "Her name is Mog."
        await pilot.press("ctrl+s")
        await closed(pilot)
        await see(pilot, "Unanswered 2")
        await pilot.press("f2")
        await say(pilot, "is there a cat")
        await see(pilot, "Her name is Mog.")


async def test_unanswered_question_is_dismissed(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    async with make_app().run_test() as pilot:
        await open_desk(pilot)
        await pilot.press("ctrl+t", "delete")
        await see(pilot, "Unanswered 1")
        await pilot.press("d")
        await see(pilot, "Unanswered 0")
        assert "Every question so far found an answer." in shown(pilot)


async def test_a_question_that_has_an_answer_by_now_says_so(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    agent.unanswered.add("zebras welcome?")
    agent.faq.answers_now = {"zebras welcome?": "delivery-time"}
    async with make_app().run_test(size=(100, 30)) as pilot:
        await open_desk(pilot)
        await pilot.press("ctrl+t")
        table = pilot.app.screen.query_one(QuestionTable)
        marks = {table.get_row_at(row)[0].plain: table.get_row_at(row)[3].plain.strip() for row in range(table.row_count)}
        assert marks.pop("zebras welcome?") == "✓"
        assert all(mark.endswith("%") for mark in marks.values())
        table.move_cursor(row=next(row for row in range(table.row_count) if table.get_row_at(row)[0].plain == "zebras welcome?"))
        await see(pilot, "asked in: terminal; answered now by delivery-time")


async def test_preview_takes_the_place_of_the_text_in_a_narrow_terminal(make_app: Callable[..., AssistantApp]) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await open_desk(pilot)
        await open_editor(pilot, "down", "down", "enter")
        assert "**indoors**" in shown(pilot)
        await pilot.press("ctrl+o")
        await see(pilot, "1. Start the return within 30 days.")
        assert "**indoors**" not in shown(pilot)
        await pilot.press("ctrl+o")
        await see(pilot, "**indoors**")


async def test_editor_warns_of_an_entry_that_answers_already(make_app: Callable[..., AssistantApp]) -> None:
    async with make_app().run_test(size=(100, 30)) as pilot:
        await open_desk(pilot)
        await open_editor(pilot, "ctrl+n")
        await write(pilot, "delivery time")
        await see(pilot, "✓ answers  100%  How long does delivery take?")


async def test_failing_store_is_shown_and_the_desk_goes_on(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with make_app().run_test() as pilot:
        await open_desk(pilot)

        def refuse(*_: object) -> None:
            raise DatabaseUnavailable(path="x.db", why="disk full")

        monkeypatch.setattr(agent.entries, "save", refuse)
        await pilot.press("delete", "tab", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProblemDialog))
        assert "disk full" in shown(pilot)
        await pilot.press("escape")
        assert pilot.app.screen.query_one(EntryTable).row_count == 3


async def test_editing_loses_nothing_of_a_large_entry(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    kept = agent.entries.get("delivery-time")
    alternatives = tuple(f"{number} {'how long ' * 20}".strip() for number in range(400))
    tags = tuple(f"tag{number}" for number in range(200))
    agent.entries.save(replace(kept, alternatives=alternatives, tags=tags, answer="word " * 5_000), kept.version)
    async with make_app().run_test() as pilot:
        await open_desk(pilot)
        await open_editor(pilot, "enter")
        await pilot.press("ctrl+s")
        await closed(pilot)
        saved = agent.entries.get("delivery-time")
        assert (saved.version, saved.alternatives, saved.tags) == (3, alternatives, tags)
        assert saved.answer == ("word " * 5_000).strip()


async def test_questions_that_mean_the_same_become_alternatives_of_an_entry(
    make_app: Callable[..., AssistantApp], agent: FakeAgent
) -> None:
    for question in ("shoes i wore, take them back?", "shoes that were worn"):
        agent.unanswered.add(question)
    async with make_app().run_test(size=(110, 40)) as pilot:
        await open_desk(pilot)
        await see(pilot, "Unanswered 3")
        await pilot.press("ctrl+t")
        await see(pilot, "shoes that were worn")
        assert "asked in: terminal" in shown(pilot)
        assert "  shoes i wore, take them back?" in shown(pilot)
        await pilot.press("v")
        await until(pilot, lambda: isinstance(pilot.app.screen, QuestionDialog), "the question which entry")
        number = next(
            place
            for place, match in enumerate(agent.faq.search("shoes that were worn", 3).matches)
            if match.entry_id == "return-worn-shoes"
        )
        await pilot.click(f"#entry-{number}")
        await see(pilot, "Unanswered 2")
        assert agent.entries.get("return-worn-shoes").alternatives[-2:] == ("shoes that were worn", "shoes i wore, take them back?")


async def test_figures_show_what_was_asked_and_what_wants_a_look(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    agent.askings.add("worn shoes", "ann", "return-worn-shoes", 0.9)
    agent.askings.add("worn shoes", "bob", "return-worn-shoes", 0.9)
    agent.askings.add("gift cards", "bob", None, 0.1)
    agent.askings.rate("ann", "return-worn-shoes", 1)
    agent.askings.kept[0] = replace(agent.askings.kept[0], asked_at=agent.askings.kept[0].asked_at - 3 * 86_400)
    agent.faq.found_alike = (Likeness("contradiction", "delivery-time", "pay-later", "?", "?", 0.9, "2 against 4"),)
    async with make_app().run_test(size=(110, 45)) as pilot:
        await open_desk(pilot)
        await pilot.press("ctrl+t", "ctrl+t")
        await see(pilot, "To review 2")
        await see(pilot, "How long does delivery take? | pay-later")
        await see(pilot, "✕ contradict")
        await see(pilot, "2 against 4")
        await pilot.press("ctrl+t")
        await see(pilot, "2 answered, 1 missed (67% answered)")
        await see(pilot, "50% of 2 conversations needed no person")
        await see(pilot, "2  Can I return shoes that I have worn?  +1 -0")
        await see(pilot, "Answered and missed, last 30 days")
        await see(pilot, "Needed no person, %, last 30 days")
        await pilot.press("p")
        await see(pilot, "Answered and missed, last 90 days")
        await pilot.press("ctrl+t")
        assert isinstance(pilot.app.focused, EntryTable)


async def test_what_wants_something_done_becomes_an_example_of_an_intent(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    taught: list[tuple[tuple[str, ...], str]] = []

    def teach(_project: object, _agent: object, texts: tuple[str, ...], intent: str) -> int:
        taught.append((texts, intent))
        return len(texts)

    monkeypatch.setattr("assistant.ui.faq.queue.teach", teach)
    async with make_app().run_test(size=(110, 40)) as pilot:
        await open_desk(pilot)
        await pilot.press("ctrl+t", "i")
        await see(pilot, "It becomes an example of")
        await pilot.click("#intent-1")
        await see(pilot, "Unanswered 1")
        assert taught == [(("do you sell gift cards",), "return_item")]
