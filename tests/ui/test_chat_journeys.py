"""Journeys in the chat by keys alone, over the real assistant: a form, an action that fails, a misunderstood message."""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING

import pytest

from assistant.actions.process import ProcessRunner
from assistant.agent import Agent
from assistant.config import load_settings
from assistant.project import find_project
from assistant.scaffold import make_project
from assistant.ui.app import AssistantApp, real_app
from assistant.ui.chat.message_view import BotView, UserView
from assistant.ui.picking import Picker
from assistant.ui.training.run import Fate, RunState
from tests.integration import test_failing_actions as failing
from tests.integration import test_forms as forms
from tests.integration.bots import Keywords, agent_of
from tests.integration.test_action_runners import project as with_actions
from tests.ui.conftest import quick_training
from tests.ui.driving import app_of, chat_of, say, see, shown, until, write

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.project import Project

TRAINED_WITHIN_S = 240.0
"""It takes five to ten seconds where nothing else is going on."""

JOURNEY_S = 60.0
"""Of processor time, all processes together: from the misunderstanding to the model that answers, in a minute on one core."""


def app_with(project: Project, agent: Agent) -> AssistantApp:
    return AssistantApp(project, agent.settings, open_agent=lambda: agent, train=quick_training(project.root))


def processor_s() -> float:
    """Returns the processor time that this process and those that it started have taken: other work on the machine is not in it."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


async def test_a_form_is_interrupted_resumed_and_corrected(tmp_path: Path) -> None:
    for name, text in {"domain.yml": forms.DOMAIN, "data/rules.yml": forms.RULES}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    project = find_project(tmp_path)
    agent = agent_of(project, Keywords(forms.INTENTS, forms.ENTITIES))
    async with app_with(project, agent).run_test(size=(120, 50)) as pilot:
        await see(pilot, "model ready")
        for said, answer in {
            "book me a trip": "How many?",
            "2": "From where?",
            "Paris": "Where to?",
            "how is the weather": "Nice weather.",
        }.items():
            await say(pilot, said)
            await see(pilot, answer)
        await until(pilot, lambda: shown(pilot).count("Where to?") == 2, "the question again")
        await say(pilot, "no, I meant Oslo")
        await until(pilot, lambda: shown(pilot).count("Where to?") == 3, "the question a third time")
        assert agent.tracker("terminal").slots["start"] == "Oslo"
        for said, answer in {
            "Rome": "What name?",
            "Ann": "Direct only?",
            "yes": "2 from Oslo to Rome for Ann, direct: True.",
        }.items():
            await say(pilot, said)
            await see(pilot, answer)
        await say(pilot, "/replay")
        await see(pilot, "event 1 of")
        await pilot.press("end")
        await see(pilot, "slot goal  Rome")


async def test_an_action_that_fails_is_shown_and_the_chat_goes_on(tmp_path: Path) -> None:
    root = with_actions(tmp_path / "bot")
    (root / "data").mkdir()
    (root / "domain.yml").write_text(failing.DOMAIN)
    (root / "data" / "rules.yml").write_text(failing.RULES)
    project = find_project(root)
    agent = agent_of(project, Keywords({"hello": "greet", "break": "raise"}, {}), ProcessRunner(project.bot, project.state, 30.0))
    async with app_with(project, agent).run_test(size=(120, 50)) as pilot:
        await see(pilot, "model ready")
        await say(pilot, "break it")
        await see(pilot, "Sorry.")
        await see(pilot, "a step failed")
        chat_of(pilot).query(BotView).last().focus()
        await pilot.press("w")
        await see(pilot, "PROBLEMS")
        assert "ACT-001 action_raise: custom action failed: KeyError" in shown(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: "PROBLEMS" not in shown(pilot) or "Type a message" in shown(pilot))
        await pilot.press("escape")
        await say(pilot, "hello")
        await see(pilot, "Hello!")


@pytest.mark.slow
async def test_a_misunderstood_message_is_corrected_trained_and_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASSISTANT_STATE_DIR", raising=False)
    project = find_project(make_project(tmp_path / "bot"))
    async with real_app(project, load_settings(project.config, project.endpoints)).run_test(size=(120, 50)) as pilot:
        await until(pilot, lambda: isinstance(app_of(pilot).agent, Agent), "a trained assistant", within_s=TRAINED_WITHIN_S)
        await see(pilot, "Hello! Ask me something")
        began = processor_s()
        await say(pilot, "toodle pip old bean")
        await until(pilot, lambda: len(chat_of(pilot).query(BotView)) == 2, "an answer")
        assert "Goodbye" not in shown(pilot)
        chat_of(pilot).query(UserView).last().focus()
        await pilot.press("i")
        await until(pilot, lambda: isinstance(pilot.app.screen, Picker), "the choice of intents")
        await write(pilot, "goodbye")
        await pilot.press("enter")
        await see(pilot, "+    - toodle pip old bean")
        await pilot.press("ctrl+s")
        await see(pilot, "model ready")
        first = app_of(pilot).run_of_training
        await pilot.press("f4", "f")
        await until(pilot, lambda: app_of(pilot).run_of_training is not first, "another training")
        await until(pilot, lambda: app_of(pilot).run_of_training.state is RunState.DONE, "the training", within_s=TRAINED_WITHIN_S)
        await until(pilot, lambda: "model ready" in shown(pilot), "the old model in use again")
        await pilot.press("p")
        await until(
            pilot, lambda: app_of(pilot).run_of_training.fate is Fate.USED, "the new model in use", within_s=TRAINED_WITHIN_S
        )
        await pilot.press("f2", "escape")
        await say(pilot, "toodle pip old bean")
        await see(pilot, "Goodbye")
        assert processor_s() - began < JOURNEY_S
