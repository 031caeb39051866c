"""The FAQ desk beyond writing one entry: lists, marks, versions, imports, and what stands behind a question."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual.widgets import Input, TextArea

from assistant.dialogue.events import BotUttered, UserUttered
from assistant.faq.duplicates import Likeness
from assistant.messages import BotMessage, Parse
from assistant.ui.faq.conversations import ConversationDialog
from assistant.ui.faq.editor import EntryEditor
from assistant.ui.faq.importing import ImportScreen
from assistant.ui.faq.tables import EntryTable
from assistant.ui.faq.versions import VersionsScreen
from assistant.ui.question import QuestionDialog
from tests.ui.driving import see, shown, until, write
from tests.ui.test_faq import closed, open_desk, open_editor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest
    from textual.pilot import Pilot

    from assistant.faq.entry import FaqEntry
    from assistant.knowledge.entry_doubts import Doubt
    from assistant.stores.entry_import import ImportReport
    from assistant.ui.app import AssistantApp
    from tests.ui.fake import FakeAgent


def listed(pilot: Pilot[Any]) -> list[str]:
    table = pilot.app.screen.query_one(EntryTable)
    return [key for key, _ in table._shown]


async def look_at_import(pilot: Pilot[Any], file: Path) -> None:
    """Opens the screen for imports, and has it say what a file would change."""
    await open_desk(pilot)
    await pilot.press("ctrl+o")
    await until(pilot, lambda: isinstance(pilot.app.screen, ImportScreen))
    await write(pilot, str(file))
    await pilot.press("enter")


async def test_entries_are_filtered_and_sorted_by_key(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    agent.askings.add("worn shoes", "ann", "return-worn-shoes", 0.9)
    async with make_app().run_test(size=(120, 30)) as pilot:
        await open_desk(pilot)
        assert listed(pilot) == ["delivery-time", "pay-later", "return-worn-shoes"]
        await pilot.press("o", "o")
        await see(pilot, "all states, all categories, by asked most")
        await until(pilot, lambda: listed(pilot)[0] == "return-worn-shoes", "the entry asked most on top")
        await pilot.press("f")
        await see(pilot, "draft, all categories")
        await until(pilot, lambda: listed(pilot) == ["pay-later"])
        await pilot.press("f", "f")
        await until(pilot, lambda: len(listed(pilot)) == 2, "those that are published")  # and their categories
        await pilot.press("g")
        await see(pilot, "published, category delivery")
        await until(pilot, lambda: listed(pilot) == ["delivery-time"])


async def test_marked_entries_change_their_state_together_and_back(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    async with make_app().run_test(size=(100, 30), notifications=True) as pilot:
        await open_desk(pilot)
        await pilot.press("space", "space")
        await see(pilot, "2 marked")
        await pilot.press("s")
        await see(pilot, "What shall hold for 2 entries?")
        await pilot.press("tab", "tab", "tab", "tab", "enter")
        await until(pilot, lambda: {agent.entries.get(one).status for one in ("delivery-time", "pay-later")} == {"archived"})
        await see(pilot, "Entries 1")
        await pilot.press("ctrl+z")
        await see(pilot, "Entries 3")
        assert [agent.entries.get(one).status for one in ("delivery-time", "pay-later")] == ["published", "draft"]
        assert agent.entries.get("return-worn-shoes").version == 1


async def test_versions_show_what_differs_between_any_two_and_lead_back(
    make_app: Callable[..., AssistantApp], agent: FakeAgent
) -> None:
    for answer, reason in (("In a week.", "carrier changed"), ("In a month.", "a mistake")):
        kept = agent.entries.get("delivery-time")
        agent.entries.save(replace(kept, answer=answer), kept.version, "Ada", reason)
    async with make_app().run_test(size=(110, 30)) as pilot:
        await open_desk(pilot)
        await pilot.press("h")
        await until(pilot, lambda: isinstance(pilot.app.screen, VersionsScreen))
        await see(pilot, "from version 2 to 3")
        assert "- answer: In a week." in shown(pilot)
        assert "+ answer: In a month." in shown(pilot)
        assert "a mistake" in shown(pilot)
        await pilot.press("space", "down", "down")  # hold against the newest
        await see(pilot, "from version 1 to 3")
        assert "+ answer: In a month." in shown(pilot)
        await pilot.press("up", "r")
        await see(pilot, "Return to version 2?")
        await pilot.press("tab", "enter")
        await until(pilot, lambda: agent.entries.get("delivery-time").version == 4)
        assert agent.entries.get("delivery-time").answer == "In a week."
        await until(pilot, lambda: not isinstance(pilot.app.screen, VersionsScreen))


async def test_rarer_fields_are_checked_beside_themselves(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await open_desk(pilot)
        await open_editor(pilot, "enter")
        assert "Valid until" not in shown(pilot)
        await pilot.press("ctrl+g", "tab", "tab")
        await write(pilot, "high")
        await see(pilot, "a number from 0 to 1")
        await pilot.press("ctrl+s")
        assert isinstance(pilot.app.screen, EntryEditor)
        await pilot.press("backspace", "backspace", "backspace", "backspace", "0", ".", "8", "tab")
        await write(pilot, "2027-05-01")
        await pilot.press("tab")
        await write(pilot, "2027-04-01")
        await see(pilot, "ends before it begins")
        await pilot.press("backspace", "backspace", "backspace", "backspace", "backspace", "1", "2", "-", "0", "1", "tab")
        await write(pilot, "pay-latter")
        await see(pilot, 'did you mean "pay-later"?')
        await pilot.press("backspace", "backspace", "backspace", "e", "r", "ctrl+s")
        await closed(pilot)
        saved = agent.entries.get("delivery-time")
        assert (saved.threshold, str(saved.valid_from), str(saved.valid_until), saved.follow_ups) == (
            0.8,
            "2027-05-01",
            "2027-12-01",
            ("pay-later",),
        )
        await see(pilot, "◌ not yet")


async def test_saving_beside_an_entry_that_contradicts_asks_first(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    agent.faq.found_alike = (Likeness("contradiction", "", "delivery-time", "?", "How long?", 0.9, "3 days against 4 days"),)
    async with make_app().run_test(size=(100, 40)) as pilot:
        await open_desk(pilot)
        await open_editor(pilot, "ctrl+n")
        await write(pilot, "Days?")
        await pilot.press("tab", "tab")
        await write(pilot, "Three days.")
        await pilot.press("ctrl+s")
        await see(pilot, "and says otherwise: 3 days")
        await pilot.press("enter")  # the first answer goes on writing
        assert pilot.app.screen.query_one("#answer", TextArea).text == "Three days."
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, QuestionDialog))
        await pilot.press("tab", "enter")
        await see(pilot, "Entries 4")


async def test_what_reads_badly_or_rudely_is_said_beside_it_and_saved_all_the_same(
    make_app: Callable[..., AssistantApp], agent: FakeAgent
) -> None:
    async with make_app().run_test(size=(120, 40), notifications=True) as pilot:
        await open_desk(pilot)
        await open_editor(pilot, "ctrl+n")
        await write(pilot, "You idiot?")
        await pilot.press("tab", "tab")
        await write(pilot, "A wibble of it.")
        await see(pilot, "⚠ Question: reads as abuse (91%)")
        answer = pilot.app.screen.query_one("#answer", TextArea)
        await until(pilot, lambda: "wibble" in str(answer.border_subtitle))
        assert answer.has_class("-remarked")
        await pilot.press("ctrl+s")
        await closed(pilot)
        assert agent.entries.get("you-idiot").answer == "A wibble of it."
        await see(pilot, "Saved. To be read once more")


async def test_what_takes_long_to_read_through_holds_nobody_up(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, done = threading.Event(), threading.Event()

    def slow(_: FaqEntry) -> tuple[Doubt, ...]:
        begun.set()
        done.wait(60)
        return ()

    monkeypatch.setattr(agent, "doubts", slow)
    async with make_app().run_test(size=(120, 40)) as pilot:
        await open_desk(pilot)
        await open_editor(pilot, "ctrl+n")
        await write(pilot, "Boats?")
        await pilot.press("tab", "tab")
        await write(pilot, "Yes.")
        await until(pilot, begun.is_set)
        await pilot.press("ctrl+s")
        await closed(pilot)
        assert agent.entries.get("boats").answer == "Yes."
        done.set()


async def test_conversation_behind_a_question_is_shown(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    agent.stored = [
        UserUttered("hello there", Parse("hello there")),
        BotUttered(BotMessage("Good day.")),
        UserUttered("Do you sell  gift cards", Parse("")),
        BotUttered(BotMessage("I do not know.")),
        UserUttered("a pity", Parse("a pity")),
    ]
    async with make_app().run_test(size=(100, 30)) as pilot:
        await open_desk(pilot)
        await pilot.press("ctrl+t", "c")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConversationDialog))
        await see(pilot, "▸ Do you sell gift cards")
        for said in ("▸ hello there", "Good day.", "I do not know.", "▸ a pity", "1 of 1"):
            assert said in shown(pilot)
        await pilot.press("escape")
        assert not isinstance(pilot.app.screen, ConversationDialog)


async def test_import_shows_what_would_change_before_it_does(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, tmp_path: Path
) -> None:
    file = tmp_path / "new.yml"
    file.write_text("entries:\n  - id: cat\n    question: Is there a cat?\n    answer: Her name is Mog.\n")
    async with make_app().run_test(size=(100, 30)) as pilot:
        await open_desk(pilot)
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(pilot.app.screen, ImportScreen))
        await write(pilot, str(tmp_path / "missing.yml"))
        await pilot.press("enter")
        await see(pilot, "missing.yml")
        pilot.app.screen.query_one("#path", Input).value = ""
        await write(pilot, str(file))
        await pilot.press("enter")
        await see(pilot, "Would be: 1 new")
        await see(pilot, "+ question: Is there a cat?")
        assert "cat" not in agent.entries.kept
        await pilot.press("ctrl+s")
        await see(pilot, "✓ 1 new, 0 as they were")
        assert agent.entries.get("cat").answer == "Her name is Mog."
        await pilot.press("escape")
        await see(pilot, "Entries 4")


async def test_an_import_is_made_once_and_leaving_waits_for_what_becomes_of_it(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "new.csv"
    file.write_text("id,question,answer\nowl,Is there an owl?,No.\n")
    imports: list[str] = []
    imported, may_end = agent.entries.import_entries, threading.Event()

    def slow(*asked: Any, **more: Any) -> ImportReport:
        report = imported(*asked, **more)
        if not more.get("is_dry_run"):
            imports.append("made")
            may_end.wait(60)  # all is done, and the screen has not heard of it yet
        return report

    monkeypatch.setattr(agent.entries, "import_entries", slow)
    async with make_app().run_test(size=(100, 30)) as pilot:
        await look_at_import(pilot, file)
        await see(pilot, "Would be: 1 new")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: imports)
        await pilot.press("ctrl+s", "escape")
        assert isinstance(pilot.app.screen, ImportScreen)
        may_end.set()
        await until(pilot, lambda: not isinstance(pilot.app.screen, ImportScreen))
        await see(pilot, "Entries 4")
        assert imports == ["made"]


async def test_import_says_what_of_it_reads_badly_before_it_does(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, tmp_path: Path
) -> None:
    file = tmp_path / "new.csv"
    file.write_text(
        "id,question,answer\ncat,Is there a cat?,Her wibble is Mog.\ndog,Are you an idiot?,No.\nowl,Is there an owl?,No.\n"
    )
    async with make_app().run_test(size=(120, 40)) as pilot:
        await look_at_import(pilot, file)
        await see(pilot, "Would be: 3 new")
        await see(pilot, "⚠ 2 texts to read once more")
        assert '⚠ reads badly, look at "wibble"  Her wibble is Mog.' in shown(pilot)
        assert "⚠ reads as abuse (91%)  Are you an idiot?" in shown(pilot)
        await pilot.press("ctrl+s")  # it is a hint, and keeps nobody from importing
        await see(pilot, "✓ 3 new, 0 as they were")
        assert "⚠" not in shown(pilot)
        assert agent.entries.get("dog").answer == "No."


async def test_search_shows_what_a_question_would_find(make_app: Callable[..., AssistantApp]) -> None:
    async with make_app().run_test(size=(120, 30)) as pilot:
        await open_desk(pilot)
        await pilot.press("slash")
        await write(pilot, "delivery times")
        await see(pilot, "This question finds")
        assert "96%" in shown(pilot)
        assert "by delivery time" in shown(pilot)
        assert "┄ answers from 60% on ┄" in shown(pilot)
