"""The intents screen over real files, by keys as a person presses them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input, OptionList

from assistant.dialogue.events import UserUttered
from assistant.messages import Entity, IntentScore, Parse
from assistant.nlu.training_data import read_nlu
from assistant.project import find_project
from assistant.ui.agreeing import AgreeDialog
from assistant.ui.intents import screen
from assistant.ui.intents.new_intent import NewIntentDialog
from assistant.ui.intents.reading import read_bot
from assistant.ui.intents.screen import IntentsScreen
from assistant.ui.intents.utterances import UtteranceList
from assistant.ui.marking import EntityDialog
from assistant.ui.picking import Picker
from assistant.ui.problems import ProblemDialog
from tests.ui.driving import see, shown, until, write
from tests.ui.hostile import HOSTILE, forbidden_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from textual.pilot import Pilot

    from assistant.project import Project
    from assistant.ui.app import AssistantApp
    from assistant.ui.intents.reading import Bot
    from tests.ui.fake import FakeAgent

DOMAIN = """\
version: "3.1"
intents:   # all of them
- greet
- track_order
- return_item
- faq
entities: [order_number, size: {roles: [wanted, there]}]
responses:
  utter_greet: [{text: hi}]
  utter_faq/hours: [{text: at nine}]
"""
NLU = """\
nlu:
- intent: greet   # polite
  examples: |
    - hello
    - good day
    - where is my parcel please
- intent: track_order
  examples: |
    - where is [12345](order_number)
    - where is my parcel
- intent: return_item
  examples: |
    - send it back
    - too small
- intent: faq/hours
  examples: |
    - when are you open
"""


@pytest.fixture
def files(project: Project) -> Path:
    (project.bot / "domain.yml").write_text(DOMAIN)
    (project.bot / "nlu.yml").write_text(NLU)
    return project.bot / "nlu.yml"


@pytest.fixture
def app(make_app: Callable[..., AssistantApp], files: Path) -> AssistantApp:
    made = make_app()
    made.project = find_project(files.parent.parent)
    return made


async def open_intents(pilot: Pilot[Any]) -> None:
    await see(pilot, "model ready")
    await pilot.press("f5")
    await see(pilot, "All 8")


def examples(app: AssistantApp) -> list[tuple[str, str]]:
    return [(one.text, one.intent) for one in read_nlu(find_project(app.project.root).training).examples]


async def save(pilot: Pilot[Any]) -> None:
    await pilot.press("ctrl+s")
    await until(pilot, lambda: isinstance(pilot.app.screen, AgreeDialog))
    await pilot.press("ctrl+s")
    await until(pilot, lambda: isinstance(pilot.app.screen, IntentsScreen) and "unsaved change" not in shown(pilot))


async def test_tree_counts_health_and_examples(app: AssistantApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await open_intents(pilot)
        for part in ("greet 3 ▽≈", "track_order 2 ▽≈", "return_item 2 ▽", "faq", "hours 1 ▽", "12345 order_number"):
            assert part in shown(pilot)
        await pilot.press("down", "down", "down")
        await see(pilot, "3 examples are few")
        assert "shares examples with track_order (1)" in shown(pilot)
        assert "too small" not in shown(pilot)
        await pilot.press("slash")
        await write(pilot, "parcel")
        await see(pilot, "Examples 1")
        await pilot.press("escape")
        await see(pilot, "Examples 3")


async def test_edited_in_place_added_moved_deleted_undone_and_saved(app: AssistantApp, files: Path) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        await open_intents(pilot)
        app.screen.query_one("#intents").choose("greet")  # type: ignore[attr-defined]
        await see(pilot, "Examples 3")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.focused, UtteranceList))
        await pilot.press("enter")
        field = app.screen.query_one("#edit", Input)
        await until(pilot, lambda: field.has_focus)
        assert field.value == "hello"
        assert field.region.y == app.screen.query_one(UtteranceList).region.y
        await write(pilot, " there")
        await pilot.press("enter")
        await see(pilot, "✎ hello there")
        await pilot.press("a")
        await write(pilot, "hi [12](order_number)")
        await pilot.press("enter")
        await see(pilot, "+ hi 12 order_number")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.focused, UtteranceList))
        await pilot.press("up", "up", "space", "space", "m")
        await until(pilot, lambda: isinstance(pilot.app.screen, Picker))
        await write(pilot, "track")
        await pilot.press("enter")
        await see(pilot, "Examples 2")
        assert "4 unsaved changes" in shown(pilot)
        await pilot.press("ctrl+z")
        await see(pilot, "Examples 4")
        await pilot.press("ctrl+y")
        await see(pilot, "Examples 2")
        await pilot.press("end", "delete")
        await see(pilot, "Examples 1")
        assert files.read_text() == NLU
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, AgreeDialog))
        assert "-    - hello" in shown(pilot)
        assert "+    - hello there" in shown(pilot)
        await pilot.press("escape")
        await see(pilot, "unsaved changes")
        assert files.read_text() == NLU
        await save(pilot)
        found = examples(app)
        assert [text for text, intent in found if intent == "greet"] == ["hello there"]
        assert [text for text, intent in found if intent == "track_order"][2:] == ["good day", "where is my parcel please"]
        assert "# polite" in files.read_text()


async def test_words_are_marked_as_entities(app: AssistantApp, files: Path) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        await open_intents(pilot)
        app.screen.query_one("#intents").choose("return_item")  # type: ignore[attr-defined]
        await see(pilot, "Examples 2")
        await pilot.press("enter", "down", "w")
        await until(pilot, lambda: isinstance(pilot.app.screen, EntityDialog))
        await pilot.press("right", "enter")
        await until(pilot, lambda: isinstance(pilot.app.focused, OptionList))
        await pilot.press("down", "down", "enter", "ctrl+s")
        await see(pilot, "small size:wanted")
        await save(pilot)
        assert '- too [small]{"entity": "size", "role": "wanted"}' in files.read_text()


async def test_a_new_intent_from_pasted_lines(app: AssistantApp, files: Path) -> None:
    async with app.run_test(size=(100, 36)) as pilot:
        await open_intents(pilot)
        await pilot.press("ctrl+n")
        await until(pilot, lambda: isinstance(pilot.app.screen, NewIntentDialog))
        await write(pilot, "greet")
        await pilot.press("ctrl+s")
        await see(pilot, "there is such an intent already")
        await pilot.press("ctrl+u")
        await write(pilot, "ask_cat")
        await pilot.press("ctrl+s")
        await see(pilot, "at least one line")
        await pilot.press("enter")
        await write(pilot, "- is there a cat\n- do you have a cat in [small](size)\n\nshop cat")
        await pilot.press("tab")
        await write(pilot, "Her name is Mog.")
        await pilot.press("enter")
        await see(pilot, "ask_cat 3")
        await see(pilot, "do you have a cat in small size")
        await save(pilot)
        domain = (files.parent / "domain.yml").read_text()
        assert "- ask_cat" in domain
        assert "utter_ask_cat" in domain
        assert "# all of them" in domain
        assert "action: utter_ask_cat" in (files.parent / "rules.yml").read_text()
        assert ("shop cat", "ask_cat") in examples(app)
        assert files.parent / "rules.yml" in app.project.training


async def test_suggestions_are_accepted_relabelled_and_ignored_by_one_key(
    app: AssistantApp, agent: FakeAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    doubts = {"my 123 order": 0.5, "bring it to me": 0.6, "hello": 0.5, "blah": 0.9, "parcel gone": 0.7}

    def parse(text: str) -> Parse:
        sure = doubts[text]
        found = (Entity("order_number", 3, 6, "123"),) if "123" in text else ()
        return Parse(text, (IntentScore("track_order", sure), IntentScore("greet", 1 - sure)), found)

    monkeypatch.setattr(agent.interpreter, "parse", parse)
    agent.others = {f"s{number}": [UserUttered(text)] for number, text in enumerate(doubts)}
    async with app.run_test(size=(100, 30)) as pilot:
        await open_intents(pilot)
        await pilot.press("ctrl+t")
        await see(pilot, "Suggestions 4")
        rows = [line for line in shown(pilot).splitlines() if "track_order " in line and "%" in line]
        assert "my 123 order" in rows[0]
        assert "blah" in rows[-1]
        await pilot.press("enter")
        await see(pilot, "Suggestions 3")
        await pilot.press("r")
        await until(pilot, lambda: isinstance(pilot.app.screen, Picker))
        await write(pilot, "return")
        await pilot.press("enter")
        await see(pilot, "Suggestions 2")
        await pilot.press("x", "x")
        await see(pilot, "Nothing that people wrote is left to label")
        await save(pilot)
        assert ("my 123 order", "track_order") in examples(app)
        assert ("bring it to me", "return_item") in examples(app)
        assert not {"blah", "parcel gone"} & {text for text, _ in examples(app)}
        assert "[123](order_number)" in (app.project.bot / "nlu.yml").read_text()
        await pilot.press("ctrl+t", "f2", "f5", "ctrl+t")
        await see(pilot, "Suggestions 0")


async def test_what_is_just_being_saved_is_not_changed(app: AssistantApp, monkeypatch: pytest.MonkeyPatch) -> None:
    reads, may_read = threading.Event(), threading.Event()
    may_read.set()

    def slow(project: Project) -> Bot:
        reads.set()
        may_read.wait(60)
        return read_bot(project)

    monkeypatch.setattr(screen, "read_bot", slow)
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await open_intents(pilot)
        await pilot.press("enter", "delete")
        await see(pilot, "1 unsaved change")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, AgreeDialog))
        reads.clear()
        may_read.clear()
        await pilot.press("ctrl+s")
        await until(pilot, reads.is_set)  # it is written, and the files are read again
        await pilot.press("ctrl+s", "delete")
        await see(pilot, "just being saved")
        may_read.set()
        await until(pilot, lambda: "unsaved change" not in shown(pilot))
        assert isinstance(pilot.app.screen, IntentsScreen)
        await pilot.press("delete")
        await see(pilot, "1 unsaved change")


async def test_failures_are_shown_and_the_draft_stays(app: AssistantApp, files: Path) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        await open_intents(pilot)
        app.screen.query_one("#intents").choose("greet")  # type: ignore[attr-defined]
        await see(pilot, "Examples 3")
        await pilot.press("enter", "a")
        await write(pilot, "[x](ordr_number)")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProblemDialog))
        assert "order_number" in shown(pilot)
        await pilot.press("escape")
        assert app.screen.query_one("#edit", Input).value == "[x](ordr_number)"
        await pilot.press("ctrl+u")
        await write(pilot, "hiya")
        await pilot.press("enter", "escape")
        await see(pilot, "1 unsaved change:")
        files.write_text(NLU.replace("hello", "hullo"))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProblemDialog))
        assert "COR-003" in shown(pilot)
        await pilot.press("escape")
        await see(pilot, "+ hiya")
        assert "hiya" not in files.read_text()


async def test_nobody_leaves_with_unsaved_changes_unasked(app: AssistantApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await open_intents(pilot)
        await pilot.press("tab", "tab", "delete")
        await see(pilot, "1 unsaved change:")
        await pilot.press("f2", "ctrl+q")
        await see(pilot, "1 unsaved change of examples would be lost")
        await pilot.press("escape")
        await see(pilot, "What can I do for you?")
        assert app.is_running
        await pilot.press("ctrl+q", "tab", "enter")
        await until(pilot, lambda: not app.is_running)


async def test_broken_files_are_told_and_the_screen_lives(app: AssistantApp, files: Path) -> None:
    files.write_text("nlu: [\n")
    async with app.run_test(size=(100, 30)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f5")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProblemDialog))
        assert "nlu.yml" in shown(pilot)
        files.write_text(NLU)
        await pilot.press("escape", "f2", "f5")
        await see(pilot, "All 8")


async def test_hostile_examples_and_suggestions_are_shown_clean(app: AssistantApp, agent: FakeAgent, files: Path) -> None:
    texts = [text[:3000] for text, _ in HOSTILE.values()]
    lines = [" ".join(text.replace("[", "(").split()) for text in texts]
    printable = [
        "".join(c for c in line if c == "\t" or (ord(c) >= 32 and not 0x7F <= ord(c) < 0xA0 and not 0xD800 <= ord(c) < 0xE000))
        for line in lines
    ]
    files.write_text("nlu:\n- intent: greet\n  examples: |\n" + "".join(f"    - {line}\n" for line in printable if line.strip()))
    agent.others = {f"s{number}": [UserUttered(text, Parse(text))] for number, text in enumerate(texts)}
    async with app.run_test(size=(110, 36)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f5")
        await see(pilot, "greet ")
        await pilot.press("enter")
        for _ in texts:
            assert forbidden_in(shown(pilot)) == set()
            await pilot.press("enter", "escape", "down")
        await pilot.press("ctrl+t")
        await see(pilot, "track_order")
        assert forbidden_in(shown(pilot)) == set()
        await pilot.press("enter", "r")
        await pilot.pause()
        assert forbidden_in(shown(pilot)) == set()
