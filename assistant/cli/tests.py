"""``test``: how good understanding is, and whether conversations go as they should."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.measuring import nlu
from assistant.cli.options import JsonOption, ModelOption, ProjectOption, project_and_settings
from assistant.cli.output import write, write_json

app = typer.Typer(help="Test understanding and conversations; exit code 1 when something fails.", rich_markup_mode=None)
FAILED = 1
app.command()(nlu)


@app.command()
def stories(
    files: Annotated[list[Path] | None, typer.Argument(help="Test files; by default those of the project.")] = None,
    project: ProjectOption = None,
    model: ModelOption = None,
    with_nlu: Annotated[
        bool, typer.Option("--nlu", help="Let the model understand the messages; else intents are as annotated.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Runs conversation tests: each action that should come next is held against what the policies decide."""
    found, settings = project_and_settings(project)
    from assistant.evaluation.conversations import run_conversation_tests

    interpreter = None
    if with_nlu:
        from assistant.opening import load_interpreter

        interpreter = load_interpreter(found, settings, model)
    report = run_conversation_tests(found, settings, files=tuple(files or ()), interpreter=interpreter)
    if as_json:
        write_json(report.as_json())
    else:
        write(report.as_text())
    return FAILED if report.n_failed else 0
