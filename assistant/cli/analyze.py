"""``analyze``: what a file of feedback says."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import JsonOption, ModelOption, ProjectOption, project_and_settings
from assistant.cli.output import progress, talk, write, write_json


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command()(analyze)


def analyze(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Text with a message a line, CSV, or JSON Lines.")],
    text: Annotated[str, typer.Option("--text", metavar="COLUMN", help="The column of the texts; by default the likeliest.")] = "",
    date: Annotated[str, typer.Option("--date", metavar="COLUMN", help="The column of the dates; by default the likeliest.")] = "",
    topics: Annotated[
        int | None, typer.Option("--topics", metavar="N", min=1, max=100, help="How many topics; by default as many as stand out.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Write the report, each message, and pictures here.")
    ] = None,
    as_json: JsonOption = False,
    project: ProjectOption = None,
    model: ModelOption = None,
) -> None:
    """Reports sentiment, emotions, intents, topics and moderation flags over a file of feedback."""
    from assistant.analysis.analysing import analyse
    from assistant.analysis.reading import Columns
    from assistant.opening import load_interpreter

    found, settings = project_and_settings(project)
    interpreter = load_interpreter(found, settings, model)
    with progress() as report:
        analysis = analyse(files, interpreter, settings, report, columns=Columns(text, date), n_topics=topics, output=output)
    if not analysis.tally.emotions:
        talk("the model is of an earlier release and measures no sentiment: train it again")
    if output is not None:
        talk(f"written to {output}")
    if as_json:
        write_json(analysis.as_json())
    else:
        write(analysis.as_text(shutil.get_terminal_size((80, 24)).columns))
