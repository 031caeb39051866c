"""``test faq``: how well questions find their entries, and which threshold suits them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import JsonOption, ModelOption, ProjectOption, project_and_settings
from assistant.cli.output import progress, write, write_json

_Share = typer.Option(min=0, max=1, help="Fail below this.", show_default=False)


def faq(
    file: Annotated[
        Path, typer.Argument(help="Questions with the ids of their entries, JSON lines or CSV; an empty entry: none answers.")
    ],
    min_hit1: Annotated[float | None, _Share] = None,
    min_hit5: Annotated[float | None, _Share] = None,
    min_abstention_recall: Annotated[float | None, _Share] = None,
    as_json: JsonOption = False,
    project: ProjectOption = None,
    model: ModelOption = None,
) -> None:
    """Measures the FAQ: hits, abstention, calibration, and the threshold that handles most of the questions right."""
    from assistant.errors import FellShort
    from assistant.evaluation.faq import evaluate, read_cases
    from assistant.opening import load_interpreter, open_faq, open_project_database
    from assistant.stores.entries import EntryStore

    cases = read_cases(file)
    found, settings = project_and_settings(project)
    interpreter = load_interpreter(found, settings, model)
    with open_project_database(found, settings) as database, progress() as report_progress:
        entries = EntryStore(database)
        index = open_faq(entries, interpreter, settings)
        report = evaluate(index.search, cases, {entry.id for entry in entries.all_published()}, report_progress)
    limits = (
        ("hit@1", report.hit_1, min_hit1),
        ("hit@5", report.hit_5, min_hit5),
        ("abstention recall", report.abstention_recall, min_abstention_recall),
    )
    shortfalls = [f"{name} {value:.3f}, {least} asked for" for name, value, least in limits if least is not None and value < least]
    if as_json:
        write_json(report.as_json() | {"shortfalls": shortfalls})
    else:
        write(report.as_text())
    if shortfalls:
        raise FellShort(why="; ".join(shortfalls))
