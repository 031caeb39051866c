"""The settings screen, preferences and keymaps, by the keys that a person presses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from textual.widgets import DataTable

from assistant.config import load_settings
from assistant.errors import BadKeymap
from assistant.project import find_project
from assistant.ui.app import AssistantApp
from assistant.ui.keymap import load_keymap
from assistant.ui.preferences import Preferences, load_preferences
from assistant.ui.problems import ProblemDialog
from assistant.ui.settings.reading import log_tail, settings_in_force
from assistant.ui.settings.screen import SettingsScreen
from assistant.ui.tour import TourScreen
from assistant.ui.training.run import RunState
from tests.ui.conftest import quick_training
from tests.ui.driving import see, shown, until, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistant.project import Project
    from tests.ui.fake import FakeAgent


@pytest.fixture
def mine(project: Project, agent: FakeAgent, tmp_path: Path) -> Callable[[], AssistantApp]:
    """Opens the app as one person does again and again: with their own folder of preferences."""

    def make() -> AssistantApp:
        preferences = load_preferences(tmp_path / "me")
        return AssistantApp(
            project, load_settings(), open_agent=lambda: agent, train=quick_training(project.root), preferences=preferences
        )

    return make


async def test_a_theme_is_shown_while_it_is_chosen_and_kept_when_it_is(mine: Callable[[], AssistantApp]) -> None:
    app = mine()
    async with app.run_test(size=(100, 30)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("escape", "f8")
        await until(pilot, lambda: isinstance(app.screen, SettingsScreen))
        assert app.theme == "assistant-dark"
        await pilot.press("down")
        await until(pilot, lambda: app.theme == "assistant-light")
        await pilot.press("down", "down")
        await until(pilot, lambda: app.theme == "assistant-grey")
        await pilot.press("escape")
        await until(pilot, lambda: app.theme == "assistant-dark")
        await pilot.press("down", "down", "enter")
        await see(pilot, "High contrast: kept.")
    assert mine().theme == "assistant-contrast"


@pytest.mark.parametrize("look", ["assistant-contrast", "assistant-grey"])
async def test_every_look_shows_the_same_words(make_app: Callable[..., AssistantApp], look: str) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await see(pilot, "What can I do for you?")
        before = shown(pilot)
        app.theme = look
        await pilot.pause()
        assert shown(pilot) == before


async def test_what_is_in_force_says_where_it_comes_from(
    project: Project, mine: Callable[[], AssistantApp], monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.bot / "config.yml").write_text("assistant:\n  nlu_threshold: 0.55\n")
    monkeypatch.setenv("ASSISTANT_MAX_ACTIONS", "7")
    found = find_project(project.root)
    rows = {row.name: (row.value, row.origin) for row in settings_in_force(found, load_settings(found.config))}
    assert rows["nlu_threshold"] == ("0.55", "config.yml:2")
    assert rows["max_actions"] == ("7", "ASSISTANT_MAX_ACTIONS")
    assert rows["threads"] == ("1", "default")
    monkeypatch.setenv("ASSISTANT_DATABASE_URL", "postgresql://kim:secret@db.example/shop")
    shown_url = {row.name: row.value for row in settings_in_force(found, load_settings(found.config))}["database_url"]
    assert shown_url == "postgresql://kim@db.example/shop"


async def test_tabs_show_settings_health_keys_and_log(project: Project, mine: Callable[[], AssistantApp]) -> None:
    project.state.mkdir(parents=True, exist_ok=True)
    (project.state / "actions.log").write_text("first\nlooked for \x1b[31mred\x1b]0;title\x07 and [b]bold[/b]\n")
    app = mine()
    async with app.run_test(size=(100, 30)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("escape", "f8")
        await until(pilot, lambda: isinstance(app.screen, SettingsScreen))
        await pilot.press("2")
        await see(pilot, "nlu_threshold")
        await pilot.press("5")
        await see(pilot, "looked for red and [b]bold[/b]")
        await pilot.press("4")
        await see(pilot, "app.help")
        await pilot.press("3")
        table = app.screen.query_one("#health-table", DataTable)
        await until(pilot, lambda: table.row_count > 8)
        await see(pilot, "not right")  # there is no model, for one
        await pilot.press("f2")
        await see(pilot, "What can I do for you?")


def test_the_log_is_shown_from_its_end(tmp_path: Path) -> None:
    (tmp_path / "actions.log").write_bytes(b"x" * 50_000 + b"\nlast \xff line\n")
    tail = log_tail(tmp_path)
    assert tail.startswith("actions.log\n")
    assert tail.endswith("last � line")
    assert len(tail) < 33_000
    assert log_tail(tmp_path / "nowhere") == "Nothing was logged."


# --- preferences ----------------------------------------------------------------------------------------------------------------


def test_preferences_are_kept_and_damaged_ones_are_none(tmp_path: Path) -> None:
    kept = load_preferences(tmp_path / "new").with_(theme="assistant-light")
    assert load_preferences(tmp_path / "new") == kept == Preferences("assistant-light")
    for damaged in ("{", "[]", '"x"', json.dumps({"theme": 5, "has_seen_tour": "yes"})):
        (tmp_path / "new" / "screens.json").write_text(damaged)
        assert not load_preferences(tmp_path / "new").has_seen_tour


async def test_the_tour_comes_once_and_can_be_skipped_or_read(mine: Callable[[], AssistantApp]) -> None:
    app = mine()
    async with app.run_test(size=(60, 20)) as pilot:
        await see(pilot, "1 of 4")
        await pilot.press("enter", "enter", "left")
        await see(pilot, "2 of 4")
        await pilot.press("enter", "enter")
        await see(pilot, "F8 chooses the looks")
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(app.screen, TourScreen))
    again = mine()
    assert again.preferences.has_seen_tour
    async with again.run_test(size=(80, 24)) as pilot:
        await see(pilot, "model ready")
        assert "1 of 4" not in shown(pilot)
        await pilot.press("ctrl+p")
        await write(pilot, "tour")
        await see(pilot, "See what there is")
        await pilot.press("enter")
        await see(pilot, "1 of 4")
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(again.screen, TourScreen))


async def test_the_palette_has_what_can_be_done_now(make_app: Callable[..., AssistantApp]) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await see(pilot, "model ready")
        titles = {command.title for command in app.get_system_commands(app.screen)}
        assert "Train fast" in titles
        assert "Cancel training" not in titles
        app.run_of_training.state = RunState.RUNNING
        titles = {command.title for command in app.get_system_commands(app.screen)}
        assert "Cancel training" in titles
        assert "Train fast" not in titles
        app.run_of_training.state = RunState.IDLE


# --- keymaps --------------------------------------------------------------------------------------------------------------------


async def test_keys_of_the_project_and_of_the_person_are_taken(
    project: Project, mine: Callable[[], AssistantApp], tmp_path: Path
) -> None:
    (project.bot / "keymap.yml").write_text("keys:\n  app.open('faq'): f12\n  app.open('settings'): f10\n")
    (tmp_path / "me").mkdir()
    (tmp_path / "me" / "keymap.yml").write_text("keys: {app.open('faq'): f11}\n")
    app = mine()
    async with app.run_test(size=(100, 40)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("escape", "f11")
        await see(pilot, "Entries 3")
        await pilot.press("f10")
        await until(pilot, lambda: isinstance(app.screen, SettingsScreen))
        await pilot.press("f1")
        await see(pilot, "F10")


async def test_a_keymap_that_does_not_hold_together_is_shown_and_left_aside(
    project: Project, mine: Callable[[], AssistantApp]
) -> None:
    (project.bot / "keymap.yml").write_text("keys:\n  app.open('faq'): f2\n")
    app = mine()
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ProblemDialog))
        await see(pilot, "UIX-007")
        await pilot.press("escape", "escape", "f3")
        await see(pilot, "Entries 3")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("keys: {app.hlep: f12}", 'keymap.yml:1: there is no action "app.hlep"; did you mean "app.help"?'),
        ("keys:\n  app.help: ctrl++\n", 'keymap.yml:2: "ctrl++" is no key; write such as f6'),
        ("keys: {app.help: f2}", "the key \"f2\" would mean both app.help and app.open('chat'); take another key"),
        ("keys: {training.train('fast'): f1}", "would mean both training.train('fast') and app.help"),
    ],
)
def test_mistakes_in_a_keymap_are_named(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "keymap.yml").write_text(text)
    with pytest.raises(BadKeymap) as caught:
        load_keymap([tmp_path / "keymap.yml"])
    assert says in str(caught.value)


def test_two_actions_may_change_places_and_a_key_may_be_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "keymap.yml"
    path.write_text("keys:\n  app.open('chat'): f3\n  app.open('faq'): f2\n  app.toggle_theme:\n")
    assert load_keymap([path, tmp_path / "none.yml"]) == {
        "app.open('chat')": "f3",
        "app.open('faq')": "f2",
        "app.toggle_theme": "",
    }
