"""The evaluation screen: figures of a measurement, opened to the examples behind them, measured in processes of their own."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest
from textual.worker import WorkerCancelled

from assistant.errors import MeasuringStopped
from assistant.evaluation.measured import Measured
from assistant.evaluation.rasa_files import write_files
from assistant.project import put_in_use
from assistant.training.held_out import Reading, write_readings
from assistant.ui.evaluation import process
from assistant.ui.evaluation.heat import HeatMap
from assistant.ui.evaluation.results import folder_of, keep_followed, keep_understood, last_followed, last_understood
from assistant.ui.problems import ProblemDialog
from tests.ui.driving import see, shown, until
from tests.ui.hostile import HOSTILE, forbidden_in
from tests.unit.evaluation.canned import example, parsed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistant.project import Project
    from assistant.ui.app import AssistantApp

REPORT: dict[str, Any] = {
    "passed": 3,
    "failed": 1,
    "actions": 9,
    "actions_right": 8,
    "failures": [
        {
            "story": "a parcel is late",
            "where": "tests/test_a.yml:7",
            "kind": "action",
            "expected": "utter_sorry",
            "found": "utter_greet",
            "reason": 'rule "Greet" (rules.yml:3)',
        }
    ],
    "coverage": {"rules": {"touched": 2, "all": 3, "missing": ["x"]}},
}


def measure(project: Project) -> None:
    """Leaves a measurement behind as the command does."""
    rows = [
        ("where is it", "track", "track", 0.93),
        ("where is my thing", "track", "greet", 0.81),
        ("wheres it", "track", "greet", 0.62),
        ("hello", "greet", "greet", 0.97),
        ("hi", "greet", "greet", 0.42),
        ("send it back", "return", "track", 0.55),
    ]
    measured = Measured.of([example(row[0], row[1]) for row in rows], [parsed(row[0], row[2], row[3]) for row in rows])
    write_files(folder_of(project), measured, measured.report())
    keep_understood(project, "cross-validation")


async def test_a_cell_opens_to_its_examples_by_keys_and_mouse(make_app: Callable[..., AssistantApp], project: Project) -> None:
    measure(project)
    async with make_app().run_test(size=(110, 36)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f6")
        await see(pilot, "6 examples, 3 taken for another intent · cross-validation")
        heat = pilot.app.screen.query_one(HeatMap)
        await until(pilot, lambda: heat.has_focus)
        await pilot.press("n")
        await see(pilot, "track taken for greet: 2 of 3")
        assert "where is my thing" in shown(pilot)
        assert "81%" in shown(pilot)
        assert "send it back" not in shown(pilot)
        await pilot.press("n")
        await see(pilot, "return taken for track: 1 of 1")
        assert "send it back" in shown(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: not heat.has_focus)
        await pilot.press("escape")
        await until(pilot, lambda: heat.has_focus)
        await pilot.press("up", "up", "up", "left", "left", "left")
        await see(pilot, "track: 1 of 3 understood")
        await pilot.click(HeatMap, offset=(24 + 5, 2))
        await until(pilot, lambda: heat.cell == ("greet", "greet"))
        await see(pilot, "greet: 2 of 2 understood")


async def test_tabs_show_confidence_errors_and_conversations(make_app: Callable[..., AssistantApp], project: Project) -> None:
    measure(project)
    keep_followed(project, REPORT)
    async with make_app().run_test(size=(110, 36)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f6")
        await see(pilot, "Worst errors 3")
        await pilot.press("ctrl+t")
        await see(pilot, "How often they were right")
        await pilot.press("ctrl+t")
        await see(pilot, "Taken for")
        rows = [line for line in shown(pilot).splitlines() if "%" in line and ("greet" in line or "track" in line)]
        assert ["where is my thing" in rows[0], "wheres it" in rows[1], "send it back" in rows[2]] == [True] * 3
        await pilot.press("ctrl+t")
        await see(pilot, "Entities were not measured")
        await pilot.press("ctrl+t")
        await see(pilot, "3 passed, 1 failed; 8 of 9 decisions as expected")
        for part in (
            "- action: utter_sorry",
            '+ action: utter_greet  (rule "Greet" (rules.yml:3))',
            "2 of 3 rules",
            "Conversations 1",
        ):
            assert part in shown(pilot)


async def test_before_any_measurement_the_training_of_the_model_in_use_tells(
    make_app: Callable[..., AssistantApp], project: Project
) -> None:
    async with make_app().run_test(size=(110, 30)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f6")
        await see(pilot, "Nothing was measured yet")
        folder = project.models / "1-model"
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text("{}")
        write_readings(folder, [Reading("hi", "greet", "greet", 0.9), Reading("yo", "greet", "track", 0.8)])
        put_in_use(project, folder)
        await pilot.press("f2", "f6")
        await see(pilot, "held out while the model in use was trained · 1-model")
        assert "50.0 %" in shown(pilot)


def script(folder: Path, code: str) -> list[str]:
    path = folder / "child.py"
    path.write_text("import json, os, sys, time\n" + code)
    return [sys.executable, str(path)]


STEP = "print(json.dumps({'stage': 'heads', 'done': 3, 'total': 8, 'metrics': {'fold': 2}}), file=sys.stderr, flush=True)\n"


async def test_measuring_shows_progress_and_a_cancel_ends_the_process(
    make_app: Callable[..., AssistantApp], project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = STEP + "open(sys.argv[1] if len(sys.argv) > 1 else 'pid', 'w').write(str(os.getpid()))\ntime.sleep(60)"
    command = [*script(tmp_path, code), str(tmp_path / "pid")]
    monkeypatch.setattr(process, "command_of", lambda *_: command)
    measure(project)
    async with make_app().run_test(size=(110, 30)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f6")
        await see(pilot, "Worst errors 3")
        await pilot.press("r")
        await see(pilot, "Measuring understanding · fold 2 · heads")
        assert "3 of 8" in shown(pilot)
        await until(pilot, lambda: (tmp_path / "pid").is_file() and (tmp_path / "pid").read_text())
        pid = int((tmp_path / "pid").read_text())
        await pilot.press("f2")
        await see(pilot, "What can I do for you?")
        await pilot.press("f6", "x")
        await until(pilot, lambda: "Measuring understanding" not in shown(pilot))
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        assert "Worst errors 3" in shown(pilot)


async def test_leaving_the_program_ends_a_measurement_that_takes_its_time(
    make_app: Callable[..., AssistantApp], project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "import signal; signal.signal(signal.SIGTERM, lambda *_: (time.sleep(0.3), sys.exit(0)))\n" + STEP + "time.sleep(600)"
    monkeypatch.setattr(process, "command_of", lambda *_: script(tmp_path, code))
    app = make_app()
    async with app.run_test(size=(110, 30)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f6", "r")
        await see(pilot, "Measuring understanding · fold 2 · heads")
        (measuring,) = (worker for worker in app.workers if worker.group == "measure")
    with pytest.raises(WorkerCancelled):
        await measuring.wait()


async def test_conversation_tests_are_run_and_a_failure_is_shown(
    make_app: Callable[..., AssistantApp], project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = f"print('talk')\nprint(json.dumps({REPORT!r}))\nsys.exit(1)"
    commands = [script(tmp_path, code), [sys.executable, "-c", "import sys; sys.exit('EVL-001 no tests \\x1b[31m')"]]
    monkeypatch.setattr(process, "command_of", lambda *_: commands.pop(0))
    async with make_app().run_test(size=(110, 30)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f6", "c")
        await see(pilot, "Conversations 1")
        await pilot.press("c")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProblemDialog))
        assert "UIX-008" in shown(pilot)
        assert "EVL-001 no tests" in shown(pilot)
        await pilot.press("escape")
        await see(pilot, "Conversations 1")


async def test_what_cannot_be_read_is_a_failure_and_the_last_result_stays(project: Project, tmp_path: Path) -> None:
    keep_followed(project, REPORT)
    for code in ("print('[1]')", "print('{')", "sys.exit(3)"):
        with pytest.raises(MeasuringStopped):
            await process.follow_conversations(project, lambda _: None, script(tmp_path, code))
    with pytest.raises(MeasuringStopped, match="status 2"):
        await process.measure_understanding(project, lambda _: None, script(tmp_path, "sys.exit(2)"))
    followed = last_followed(project)
    assert followed is not None
    assert followed.n_passed == 3
    assert last_understood(project) is None
    for text in ("{", "[]", '{"report": {}}'):
        (project.state / "evaluation" / "stories.json").write_text(text)
        assert last_followed(project) is None


def test_commands_are_those_of_the_command_line(project: Project) -> None:
    assert process.command_of(project, "nlu")[3:] == [
        "test",
        "nlu",
        "--json",
        "--project",
        str(project.root),
        "--output",
        str(folder_of(project)),
    ]
    assert process.command_of(project, "stories")[-2:] == ["--actions", "run"]


async def test_hostile_names_and_texts(make_app: Callable[..., AssistantApp], project: Project) -> None:
    texts = [text[:5000] for text, _ in HOSTILE.values()]
    others = [*texts[1:], texts[0]]
    parses = [parsed(text, other, 0.5) for text, other in zip(texts, others, strict=True)]
    measured = Measured.of([example(text, text) for text in texts], parses)
    write_files(folder_of(project), measured, measured.report())
    keep_understood(project, texts[0])
    failure = dict.fromkeys(("story", "where", "kind", "expected", "found", "reason"))
    keep_followed(project, {**REPORT, "failures": [dict.fromkeys(failure, text) for text in texts]})
    async with make_app().run_test(size=(110, 36)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f6")
        await see(pilot, f"Worst errors {len(texts)}")
        for _ in texts:
            await pilot.press("n")
            assert forbidden_in(shown(pilot)) == set()
        for _ in range(4):
            await pilot.press("ctrl+t")
            await asyncio.sleep(0.1)
            await pilot.pause()
            assert forbidden_in(shown(pilot)) == set()


def test_reports_hold_json(project: Project) -> None:
    measure(project)
    rows = json.loads((folder_of(project) / "readings.json").read_text())
    assert rows[1] == {"text": "where is my thing", "intent": "track", "found": "greet", "confidence": 0.81}
