from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Button

from assistant.errors import DamagedFile, ForbiddenFile, NoModel, TrainingDiverged, TrainingStopped
from assistant.messages import Progress
from assistant.nlu.model_folder import MODEL_FORM
from assistant.nlu.model_folder import load_settings as load_parts
from assistant.project import put_in_use
from assistant.training.held_out import Reading, write_readings
from assistant.ui.banner import ModelState
from assistant.ui.ports import TrainingOutcome
from assistant.ui.problems import ProblemDialog
from assistant.ui.training.curves import MAX_POINTS, thinned
from assistant.ui.training.figures import figure, label
from assistant.ui.training.process import run_training
from assistant.ui.training.run import RunState, TrainingRun
from assistant.ui.training.screen import progress_text
from tests.ui.conftest import quick_training
from tests.ui.driving import app_of, say, see, shown, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistant.messages import ProgressCallback
    from assistant.project import Project
    from assistant.ui.app import AssistantApp
    from assistant.ui.ports import AgentPort, Mode, Train
    from tests.ui.fake import FakeAgent


async def test_training_shows_progress_and_result_and_puts_the_model_into_use(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, project: Project
) -> None:
    async with make_app().run_test(size=(100, 40)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f4", "f")
        await see(pilot, "The new model is ready")
        for part in ("intent accuracy", "87.5 %", "entity F1", "91.0 %", "model-2", "Loss"):
            assert part in shown(pilot)
        assert agent.used_models == []
        await pilot.press("p")
        await see(pilot, "The new model answers from the next message on")
        assert agent.used_models == [project.root / "model-2"]
        assert project.model_in_use.read_text() == "model-2\n"
        assert app_of(pilot).model_state is ModelState.READY


def kept(project: Project, name: str, accuracy: float, *readings: tuple[str, str, str, float], form: int = MODEL_FORM) -> Path:
    folder = project.models / name
    folder.mkdir(parents=True)
    metrics = {"intent_accuracy": accuracy, "calibration_error": 0.05}
    facts = {"metrics": metrics, "arguments": {"mode": "fast"}, "n_examples": 40, "n_intents": 4, "model_form": form}
    (folder / "manifest.json").write_text(json.dumps(facts))
    write_readings(folder, [Reading(*one) for one in readings])
    return folder


def making(folder: Callable[[], Path]) -> Train:
    async def train(mode: Mode | None, on_progress: ProgressCallback) -> TrainingOutcome:
        on_progress(Progress("train", 1, 1, {"loss": 0.5}))
        return TrainingOutcome(folder(), {"intent_accuracy": 0.75, "calibration_error": 0.08}, 4.2)

    return train


async def test_a_new_model_is_held_against_the_one_in_use_and_discarded(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, project: Project
) -> None:
    old = kept(
        project, "1-old", 0.5, ("where is it", "track", "greet", 0.6), ("hi", "greet", "greet", 0.9), ("yo", "greet", "greet", 0.9)
    )
    put_in_use(project, old)
    new = ("2-new", 0.75, ("where is it", "track", "track", 0.8), ("hi", "greet", "track", 0.7), ("yo", "greet", "greet", 0.9))
    app = make_app(train=making(lambda: kept(project, *new)))
    async with app.run_test(size=(110, 40)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f4", "f")
        await see(pilot, "The new model is ready")
        told = shown(pilot)
        for part in (
            "75.0 %    50.0 %  ▲ better",
            "8.0 %     5.0 %  ▼ worse",
            "1 better, 1 worse, 1 right with both",
            "may be chance",
        ):
            assert part in told
        assert "▲ where is it  greet → track 80%" in told
        assert "▼ hi  greet → track 70%" in told
        await pilot.press("d")
        await see(pilot, "thrown away")
        assert not (project.models / "2-new").exists()
        assert agent.used_models == []
        assert project.model_in_use.read_text() == "1-old\n"


async def test_an_earlier_model_is_rolled_back_to_and_another_thrown_away(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, project: Project
) -> None:
    for place, name in enumerate(("1-good", "2-bad", "3-worse")):
        os.utime(kept(project, name, 0.9 - 0.3 * place) / "manifest.json", (1000.0 + place, 1000.0 + place))
    put_in_use(project, project.models / "3-worse")
    async with make_app().run_test(size=(100, 30)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f4", "ctrl+t")
        await see(pilot, "Models 3")
        assert [("● in use" in line, "90.0 %" in line) for line in shown(pilot).splitlines() if "1970" in line] == [
            (True, False),
            (False, False),
            (False, True),
        ]
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: agent.used_models == [project.models / "1-good"])
        await until(pilot, lambda: project.model_in_use.read_text() == "1-good\n")
        await until(pilot, lambda: "90.0 %" in next(line for line in shown(pilot).splitlines() if "● in use" in line))
        await pilot.press("up", "delete")
        await see(pilot, "There is no way back")
        await pilot.press("tab", "enter")
        await see(pilot, "Models 2")
        assert not (project.models / "2-bad").exists()


async def test_a_model_that_cannot_be_used_leaves_the_one_in_use(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in_use(project, kept(project, "1-good", 0.9))
    kept(project, "2-damaged", 0.95)

    def refuse(folder: Path) -> None:
        raise DamagedFile(path=folder / "model.onnx", why="another hash")

    monkeypatch.setattr(agent, "use_model", refuse)
    async with make_app().run_test(size=(100, 30)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f4", "ctrl+t")
        await see(pilot, "Models 2")
        await pilot.press("home", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProblemDialog))
        assert "another hash" in shown(pilot)
        await pilot.press("escape")
        assert app_of(pilot).model_state is ModelState.READY
        assert project.model_in_use.read_text() == "1-good\n"


async def test_training_goes_on_behind_the_chat_and_can_be_cancelled(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, project: Project
) -> None:
    app = make_app(train=quick_training(project.root, steps=5000, pause_s=0.05))
    async with app.run_test(size=(100, 40)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f4")
        await see(pilot, "Models 0")
        await pilot.click("#full")
        await see(pilot, "Training · learning")
        await pilot.press("f2")
        await say(pilot, "delivery time")
        await see(pilot, "working days")
        assert "training" in shown(pilot).splitlines()[0]
        await pilot.press("f4", "escape")
        await see(pilot, "Cancelled; the model in use stays")
        assert agent.used_models == []
        assert app.model_state is ModelState.READY
        assert not pilot.app.screen.query_one("#fast", Button).disabled


async def test_failing_training_keeps_the_model_and_can_be_tried_again(
    make_app: Callable[..., AssistantApp], agent: FakeAgent
) -> None:
    async def train(mode: Mode | None, on_progress: ProgressCallback) -> TrainingOutcome:
        raise TrainingDiverged(epoch=3)

    async with make_app(train=train).run_test(size=(100, 40)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f4", "f")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProblemDialog))
        await pilot.press("escape")
        await see(pilot, "Failed; the model in use stays")
        assert "TRN-004" in shown(pilot)
        assert agent.used_models == []
        assert app_of(pilot).model_state is ModelState.READY


async def test_first_start_trains_then_opens_the_chat(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, project: Project
) -> None:
    modes: list[Mode | None] = []
    ready = asyncio.Event()

    def open_agent() -> AgentPort:
        if not modes:
            raise NoModel(project="corner-shop")
        return agent

    async def train(mode: Mode | None, on_progress: ProgressCallback) -> TrainingOutcome:
        modes.append(mode)
        on_progress(Progress("train", 1, 2, {"loss": 0.7}))
        await ready.wait()
        return await quick_training(project.root)(mode, on_progress)

    async with make_app(open_agent=open_agent, train=train).run_test() as pilot:
        await see(pilot, "There is no model yet")
        assert "50%" in shown(pilot)
        await pilot.press("f2")
        await say(pilot, "delivery time")
        await see(pilot, "model is learning")
        await pilot.press("f4")
        ready.set()
        await see(pilot, "working days")
        assert modes == [None]
        assert agent.used_models == []


@pytest.mark.parametrize("failure", [DamagedFile, ForbiddenFile])
async def test_damaged_model_is_shown_and_not_trained_over(
    make_app: Callable[..., AssistantApp], project: Project, failure: type[DamagedFile | ForbiddenFile]
) -> None:
    error = failure(path=project.models / "one" / "model.onnx", why="another hash")

    def open_agent() -> AgentPort:
        raise error

    async def train(mode: Mode | None, on_progress: ProgressCallback) -> TrainingOutcome:
        raise AssertionError("trained over")

    async with make_app(open_agent=open_agent, train=train).run_test(size=(100, 40)) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, ProblemDialog))
        for part in (error.code, "another hash", error.fix):
            assert part in shown(pilot)
        assert app_of(pilot).run_of_training.state is RunState.IDLE
        await pilot.press("escape")
        await say(pilot, "delivery time")
        await see(pilot, "could not be started; your message is kept")


async def test_a_model_of_another_release_is_not_a_dead_end(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, project: Project
) -> None:
    old, good = kept(project, "1-old", 0.9, form=MODEL_FORM - 1), kept(project, "2-good", 0.8)
    put_in_use(project, old)

    def open_agent() -> AgentPort:
        if project.model_in_use.read_text() == "1-old\n":
            load_parts(old)
        return agent

    def made() -> Path:
        return kept(project, "3-new", 0.7)

    async with make_app(open_agent=open_agent, train=making(made)).run_test(size=(100, 30), notifications=True) as pilot:
        await see(pilot, "MOD-002")
        assert "conversations and FAQ stay" in shown(pilot)
        await pilot.press("escape")  # not now: the list of models says which one it is
        await pilot.press("f4", "ctrl+t")
        await see(pilot, "Models 2")
        assert ["✕ old" in line for line in shown(pilot).splitlines() if "%" in line] == [False, True]
        await pilot.press("down", "enter")
        await see(pilot, "This model is of another release")
        assert app_of(pilot).agent is None
        await pilot.press("up", "enter")  # another one answers, and the chat opens
        await until(pilot, lambda: app_of(pilot).model_state is ModelState.READY, "the other model in use")
        assert project.model_in_use.read_text() == "2-good\n"
        await see(pilot, "● in use")
    put_in_use(project, old)
    assert good.is_dir()
    async with make_app(open_agent=open_agent, train=making(made)).run_test(size=(100, 30)) as pilot:
        await see(pilot, "Train now")
        await pilot.press("enter")
        await until(pilot, lambda: app_of(pilot).model_state is ModelState.READY, "the new model in use")
        assert project.model_in_use.read_text() == "3-new\n"
        await pilot.press("f2")
        await say(pilot, "delivery time")
        await see(pilot, "working days")


def script(folder: Path, code: str) -> list[str]:
    path = folder / "child.py"
    path.write_text("import json, os, sys, time\n" + code)
    return [sys.executable, str(path)]


async def test_child_process_reports_and_returns_its_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NICE_BEFORE", str(os.getpriority(os.PRIO_PROCESS, 0)))
    code = """
print("reading", file=sys.stderr)
print("{not json", file=sys.stderr)
for step in (1, 2):
    print(json.dumps({"stage": "train", "done": step, "total": 2, "metrics": {"loss": 1 / step}}), file=sys.stderr, flush=True)
assert os.environ["ASSISTANT_PROGRESS"] == "json"
until = time.monotonic() + 120
while os.getpriority(os.PRIO_PROCESS, 0) <= int(os.environ["NICE_BEFORE"]):
    assert time.monotonic() < until, "it takes the processor from the keys"
    time.sleep(0.01)
print("talk")
print(json.dumps({"folder": "/models/m1", "metrics": {"intent_accuracy": 0.9, "note": "x"}, "seconds": 1.5}))
"""
    steps: list[Progress] = []
    outcome = await run_training(script(tmp_path, code), steps.append)
    assert steps == [Progress("train", 1, 2, {"loss": 1.0}), Progress("train", 2, 2, {"loss": 0.5})]
    assert (str(outcome.folder), outcome.metrics, outcome.seconds) == ("/models/m1", {"intent_accuracy": 0.9}, 1.5)


async def test_child_process_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(TrainingStopped, match="TRN-004 diverged"):
        await run_training(script(tmp_path, "sys.exit('TRN-004 diverged \\x1b[31m')"), lambda _: None)
    with pytest.raises(TrainingStopped, match="status 3"):
        await run_training(script(tmp_path, "sys.exit(3)"), lambda _: None)
    with pytest.raises(TrainingStopped, match="cannot be read"):
        await run_training(script(tmp_path, "print('[1]')"), lambda _: None)


@pytest.mark.parametrize("is_stubborn", [False, True])
async def test_cancelling_ends_the_child_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_stubborn: bool) -> None:
    monkeypatch.setattr("assistant.ui.processes.GRACE_S", 0.2)
    ignore = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" if is_stubborn else ""
    code = (
        ignore
        + "print(json.dumps({'stage': str(os.getpid()), 'done': 0, 'total': 0}), file=sys.stderr, flush=True)\ntime.sleep(600)"
    )
    steps: list[Progress] = []
    task = asyncio.create_task(run_training(script(tmp_path, code), steps.append))
    while not steps:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ProcessLookupError):
        os.kill(int(steps[0].stage), 0)


def test_curves_are_thinned_to_what_can_be_seen() -> None:
    points = [(float(step), 1.0) for step in range(10_000)]
    assert len(thinned(points)) == MAX_POINTS
    assert (thinned(points)[0], thinned(points)[-1]) == (points[0], points[-1])
    assert thinned(points[:5]) == points[:5]


def test_figures_read_well() -> None:
    assert label("dev_entity_f1") == "entity F1"
    assert figure("intent_accuracy", 0.875) == "87.5 %"
    assert figure("loss", 0.5) == "0.500"


def test_progress_of_unknown_length_has_no_percentage() -> None:
    run = TrainingRun("fast", RunState.RUNNING)
    run.add(Progress("read", 3, 0))
    assert run.percent is None
    assert "reading" in progress_text(run).plain
    assert "%" not in progress_text(run).plain
