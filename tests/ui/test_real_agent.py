"""The whole product, as a person meets it: a new project, its first training, the chat, a form, the FAQ desk, and the day after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Select

from assistant.agent import Agent
from assistant.config import load_settings
from assistant.project import find_project, model_in_use
from assistant.scaffold import make_project
from assistant.ui.app import real_app
from assistant.ui.chat.prompt import Prompt
from assistant.ui.faq.editor import EntryEditor
from tests.ui.driving import app_of, say, see, shown, until, write

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from assistant.project import Project
    from assistant.ui.app import AssistantApp

SIZE = (120, 40)
TRAINED_WITHIN_S = 120.0
"""It takes five to ten seconds where nothing else is going on."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.delenv("ASSISTANT_STATE_DIR", raising=False)
    return find_project(make_project(tmp_path / "bot"))


def app(project: Project) -> AssistantApp:
    return real_app(project, load_settings(project.config, project.endpoints))


async def first_training(pilot: Pilot[Any]) -> None:
    await see(pilot, "There is no model yet")
    await until(pilot, lambda: isinstance(app_of(pilot).agent, Agent), "a trained assistant", within_s=TRAINED_WITHIN_S)
    await see(pilot, "Hello! Ask me something")
    assert isinstance(pilot.app.focused, Prompt)


async def questions_and_a_form(pilot: Pilot[Any]) -> None:
    await say(pilot, "When are you open?")
    await see(pilot, "Monday to Friday from 9:00 to 17:00.")
    for part in ("FAQ", "When are you open?", "action_answer_faq", "total"):
        assert part in shown(pilot)
    await say(pilot, "/out_of_scope")
    await see(pilot, "1 Call me back")
    await pilot.press("1", "enter")
    await see(pilot, "What shall we call you about?")
    assert "callback_form" in shown(pilot)
    await say(pilot, "/stop")
    await see(pilot, "I have stopped.")


async def a_new_entry(pilot: Pilot[Any]) -> None:
    await pilot.press("f3")
    await see(pilot, "Entries 3")
    await pilot.press("ctrl+n")
    await until(pilot, lambda: isinstance(pilot.app.screen, EntryEditor))
    await write(pilot, "Is there a cat?")
    await pilot.press("tab", "tab")
    await write(pilot, "Her name is **Mog**.")
    assert pilot.app.screen.query_one("#status", Select).value == "published"
    await pilot.press("ctrl+s")
    await see(pilot, "Entries 4")
    await pilot.press("f2")
    await say(pilot, "is there a cat")
    await see(pilot, "Her name is Mog.")


@pytest.mark.slow
async def test_from_the_first_start_to_the_next_day(project: Project) -> None:
    async with app(project).run_test(size=SIZE) as pilot:
        await first_training(pilot)
        await questions_and_a_form(pilot)
        await a_new_entry(pilot)
        await pilot.press("ctrl+q")
    assert model_in_use(project) is not None

    async with app(project).run_test(size=SIZE) as pilot:
        await see(pilot, "Her name is Mog.")
        for part in ("Call me back", "What shall we call you about?", "I have stopped.", "is there a cat"):
            assert part in shown(pilot)
        await say(pilot, "where are you")
        await see(pilot, "At 1 Example Street.")
        assert app_of(pilot).run_of_training.outcome is None
