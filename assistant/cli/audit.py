"""``audit``: whether people are understood alike, whoever they are."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import JsonOption, ModelOption, ProjectOption, project_and_settings
from assistant.cli.output import progress, write, write_json

if TYPE_CHECKING:
    from assistant.project import Project


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command()(audit)


def audit(
    messages: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Messages of customers, one a line, in place of the project's examples.")
    ] = None,
    variations: Annotated[
        Path | None, typer.Option(metavar="FILE", help="How messages are varied, in place of data/audit/variations.yml.")
    ] = None,
    sample: Annotated[int, typer.Option(min=1, help="Ask so many of the messages, drawn at random.")] = 200,
    seed: Annotated[int, typer.Option(min=0, help="Of the draw.")] = 0,
    max_change: Annotated[
        float,
        typer.Option(min=0, max=1, help="Fail where another group surely changes more answers than this, beyond mere wording."),
    ] = 0.05,
    max_gap: Annotated[float, typer.Option(min=0, max=2, help="Fail where mean sentiments of groups lie further apart.")] = 0.2,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write all of the report as JSON.")] = None,
    project: ProjectOption = None,
    model: ModelOption = None,
    as_json: JsonOption = False,
) -> None:
    """Asks the same in the name of different people, and says what else than the request changes the answer."""
    from assistant.errors import FellShort
    from assistant.evaluation.audit.auditing import audit as run
    from assistant.evaluation.audit.report import report_text
    from assistant.evaluation.audit.variations import read_variations
    from assistant.evaluation.report_folder import write_reports
    from assistant.opening import load_interpreter
    from assistant.project import shipped_root

    found, settings = project_and_settings(project)
    dimensions = read_variations(variations or shipped_root() / "data" / "audit" / "variations.yml")
    texts = _drawn(_messages(found, messages), sample, seed)
    interpreter = load_interpreter(found, settings, model)
    with progress() as report:
        reports = run(interpreter.parse_many, texts, dimensions, settings.nlu_threshold, report)
    shortfalls = [line for one in reports for line in one.shortfalls(max_change, max_gap)]
    shown = {"n_messages": len(texts), "dimensions": [one.as_json() for one in reports], "shortfalls": shortfalls}
    if output is not None:
        write_reports(output.parent, {output.name: json.dumps(shown, ensure_ascii=False, indent=2) + "\n"})
    if as_json:
        write_json(shown)
    else:
        write(report_text(reports))
    if shortfalls:
        raise FellShort(why="; ".join(shortfalls))


def _messages(project: Project, file: Path | None) -> list[str]:
    if file is not None:
        from assistant.evaluation.scope import read_outside

        return read_outside(file)
    from assistant.training.project import training_data

    return [example.text for example in training_data(project)[0].examples]


def _drawn(messages: list[str], sample: int, seed: int) -> list[str]:
    texts = list(dict.fromkeys(messages))
    return texts if len(texts) <= sample else random.Random(seed).sample(texts, sample)
