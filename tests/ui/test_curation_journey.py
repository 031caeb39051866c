"""A new intent made on its screen, trained, put into use and understood by the chat; then the model before it rolled back to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.agent import Agent
from assistant.config import load_settings
from assistant.project import find_project, model_in_use
from assistant.scaffold import make_project
from assistant.ui.agreeing import AgreeDialog
from assistant.ui.app import real_app
from assistant.ui.banner import ModelState
from assistant.ui.intents.new_intent import NewIntentDialog
from tests.ui.driving import app_of, say, see, shown, until, write

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.project import Project

TRAINED_WITHIN_S = 300.0
"""It takes five to ten seconds where nothing else is going on."""
LINES = "- is there a cat here\n- do you have a cat\n- what is the cat called\n- whose cat is that\n- the cat, its name\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.delenv("ASSISTANT_STATE_DIR", raising=False)
    return find_project(make_project(tmp_path / "bot"))


async def test_a_new_intent_answers_and_the_model_before_it_is_rolled_back_to(project: Project) -> None:
    app = real_app(project, load_settings(project.config, project.endpoints))
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app_of(pilot).agent, Agent), "the first model", within_s=TRAINED_WITHIN_S)
        await see(pilot, "model ready")
        first = model_in_use(project)
        await say(pilot, "what is the cat called")
        await until(pilot, lambda: "what is the cat called" in shown(pilot))
        assert "Mog" not in shown(pilot)

        await pilot.press("f5")
        await see(pilot, "Examples ")
        await pilot.press("ctrl+n")
        await until(pilot, lambda: isinstance(app.screen, NewIntentDialog))
        await write(pilot, "ask_cat")
        await pilot.press("enter")
        await write(pilot, LINES)
        await pilot.press("tab")
        await write(pilot, "Her name is Mog.")
        await pilot.press("enter")
        await see(pilot, "ask_cat 5")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, AgreeDialog))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "unsaved" not in shown(pilot) and "ask_cat" in (project.bot / "domain.yml").read_text())

        await pilot.press("f4", "f")
        await until(pilot, lambda: "The new model is ready" in shown(pilot), "the second model", within_s=TRAINED_WITHIN_S)
        assert "right with both" in shown(pilot)
        assert model_in_use(project) == first
        await pilot.press("p")
        await until(pilot, lambda: model_in_use(project) != first and app.model_state is ModelState.READY)
        await pilot.press("f2")
        await say(pilot, "do you have a cat")
        await see(pilot, "Her name is Mog.")

        await pilot.press("f4", "ctrl+t")
        await see(pilot, "Models 2")
        await pilot.press("end", "enter")
        await until(pilot, lambda: model_in_use(project) == first and app.model_state is ModelState.READY)
        assert isinstance(app.agent, Agent)
        assert "ask_cat" not in {score.name for score in app.agent.interpreter.parse("do you have a cat").intent_ranking}
        await pilot.press("f2")
        await say(pilot, "When are you open?")
        await see(pilot, "Monday to Friday from 9:00 to 17:00.")
