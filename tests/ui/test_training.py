from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Button

from assistant.errors import DamagedFile, ForbiddenFile, NoModel, TrainingDiverged, TrainingStopped
from assistant.messages import Progress
from assistant.ui.banner import ModelState
from assistant.ui.problems import ProblemDialog
from assistant.ui.training.curves import MAX_POINTS, thinned
from assistant.ui.training.process import run_training
from assistant.ui.training.run import RunState, TrainingRun
from assistant.ui.training.screen import figure, label, progress_text
from tests.ui.conftest import quick_training
from tests.ui.driving import app_of, say, see, shown, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistant.messages import ProgressCallback
    from assistant.project import Project
    from assistant.ui.app import AssistantApp
    from assistant.ui.ports import AgentPort, Mode, TrainingOutcome
    from tests.ui.fake import FakeAgent


async def test_training_shows_progress_and_result_and_puts_the_model_into_use(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, project: Project
) -> None:
    async with make_app().run_test(size=(100, 40)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f4", "f")
        await see(pilot, "The new model answers from the next message on")
        for part in ("intent accuracy", "87.5 %", "entity F1", "91.0 %", "model-2", "Loss"):
            assert part in shown(pilot)
        assert agent.used_models == [project.root / "model-2"]
        assert app_of(pilot).model_state is ModelState.READY


async def test_training_goes_on_behind_the_chat_and_can_be_cancelled(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, project: Project
) -> None:
    app = make_app(train=quick_training(project.root, steps=5000, pause_s=0.05))
    async with app.run_test(size=(100, 40)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f4")
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


def script(folder: Path, code: str) -> list[str]:
    path = folder / "child.py"
    path.write_text("import json, os, sys, time\n" + code)
    return [sys.executable, str(path)]


async def test_child_process_reports_and_returns_its_result(tmp_path: Path) -> None:
    code = """
print("reading", file=sys.stderr)
print("{not json", file=sys.stderr)
for step in (1, 2):
    print(json.dumps({"stage": "train", "done": step, "total": 2, "metrics": {"loss": 1 / step}}), file=sys.stderr, flush=True)
assert os.environ["ASSISTANT_PROGRESS"] == "json"
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
    monkeypatch.setattr("assistant.ui.training.process._GRACE_S", 0.2)
    ignore = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" if is_stubborn else ""
    code = (
        ignore
        + "print(json.dumps({'stage': str(os.getpid()), 'done': 0, 'total': 0}), file=sys.stderr, flush=True)\ntime.sleep(60)"
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
