"""``test``: how good understanding is, and whether conversations go as they should."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import JsonOption, ModelOption, ProjectOption, project_and_settings
from assistant.cli.output import progress, write, write_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.evaluation.nlu import NluReport

app = typer.Typer(help="Test understanding and conversations; exit code 1 when something fails.", rich_markup_mode=None)
FAILED = 1
DEFAULT_FOLDS = 5


@app.command()
def nlu(
    project: ProjectOption = None,
    data: Annotated[list[Path] | None, typer.Option("--nlu", metavar="PATH", help="Examples to test on.")] = None,
    folds: Annotated[
        int | None,
        typer.Option(
            "--cross-validation", min=2, help="Train and test on so many folds; 5 where no examples are named with --nlu."
        ),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Cross-validate with fine-tuned encoders.")] = False,
    seed: Annotated[int, typer.Option(help="Of the folds and the training.")] = 0,
    min_intent_accuracy: Annotated[float, typer.Option(min=0, max=1, help="Fail below this.")] = 0.0,
    min_entity_f1: Annotated[float, typer.Option(min=0, max=1, help="Fail below this.")] = 0.0,
    as_json: JsonOption = False,
    model: ModelOption = None,
) -> int:
    """Measures intents and entities: the model on examples named with --nlu, else by cross-validation of the project's own."""
    if data and folds is None:
        report = _held_out(project, model, data)
    elif model is not None:
        raise typer.BadParameter("cross-validation trains its own models: name examples with --nlu to test this one")
    else:
        report = _cross_validated(project, data or (), folds or DEFAULT_FOLDS, full=full, seed=seed)
    if as_json:
        write_json(report.as_json())
    else:
        write(report.as_text())
    return FAILED if report.intent_accuracy < min_intent_accuracy or report.entity.f1 < min_entity_f1 else 0


def _held_out(project: Path | None, model: Path | None, data: Sequence[Path]) -> NluReport:
    from assistant.evaluation.nlu import evaluate
    from assistant.nlu.training_data import read_nlu
    from assistant.opening import load_interpreter

    found, settings = project_and_settings(project)
    return evaluate(load_interpreter(found, settings, model), read_nlu(data).examples)


def _cross_validated(project: Path | None, data: Sequence[Path], folds: int, *, full: bool, seed: int) -> NluReport:
    from assistant.dialogue.domain import load_domain
    from assistant.evaluation.nlu import cross_validate
    from assistant.training.arguments import TrainingArguments
    from assistant.training.project import starting_checkpoint, training_data

    found, _ = project_and_settings(project)
    examples, _ = training_data(found, data)
    checkpoint, is_pretrained = starting_checkpoint(examples, seed)
    arguments = TrainingArguments(mode="full" if full or not is_pretrained else "fast", seed=seed)
    entities = None if data else tuple(load_domain(found).entities)
    with progress() as report_progress:
        return cross_validate(examples, checkpoint, arguments, folds, report_progress, entities=entities)


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
