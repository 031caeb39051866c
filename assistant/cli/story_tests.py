"""``test stories``: whether conversations go as they should."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import JsonOption, ModelOption, ProjectOption, project_and_settings
from assistant.cli.output import progress, talk, write_diff, write_json

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.evaluation.conversations import Parser
    from assistant.project import Project

FAILED = 1


class Acting(StrEnum):
    """What becomes of actions in a test."""

    stub = "stub"
    run = "run"


def stories(
    files: Annotated[list[Path] | None, typer.Argument(help="Test files; by default those of the project.")] = None,
    project: ProjectOption = None,
    model: ModelOption = None,
    with_nlu: Annotated[
        bool, typer.Option("--nlu", help="Let the model understand the messages; else intents are as annotated.")
    ] = False,
    actions: Annotated[
        Acting,
        typer.Option(help="Run forms and custom actions, or take what the test says of slots as their doing, as Rasa does."),
    ] = Acting.stub,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Write reports here, named as Rasa names them.")
    ] = None,
    successes: Annotated[bool, typer.Option("--successes", help="With --output: write the tests that passed, too.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Runs conversation tests: each action that should come next is held against what the policies decide."""
    found, settings = project_and_settings(project)
    from assistant.evaluation.conversations import run_conversation_tests

    with progress() as report_progress:
        report = run_conversation_tests(
            found,
            settings,
            files=tuple(files or ()),
            interpreter=_interpreter(found, settings, model) if with_nlu else None,
            model=model,
            runs_actions=actions is Acting.run,
            report_progress=report_progress,
        )
    if output is not None:
        from assistant.evaluation.story_files import write_story_files

        for path in write_story_files(output, report, with_successes=successes):
            talk(f"wrote {path}")
    if as_json:
        write_json(report.as_json())
    else:
        write_diff(report.as_lines())
    return FAILED if report.n_failed else 0


def _interpreter(project: Project, settings: Settings, model: Path | None) -> Parser:
    from assistant.opening import load_interpreter

    return load_interpreter(project, settings, model)
