"""``test nlu``: how well messages are understood, by one model, by several side by side, or by one against another."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.options import JsonOption, ProjectOption, project_and_settings
from assistant.cli.output import progress, talk, write, write_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.evaluation.limits import Limits
    from assistant.evaluation.measured import Measured
    from assistant.evaluation.nlu_report import NluReport
    from assistant.nlu.training_data import Example
    from assistant.project import Project

DEFAULT_FOLDS = 5
_Share = typer.Option(min=0, max=1, help="Fail below this.", show_default=False)


def nlu(
    project: ProjectOption = None,
    data: Annotated[
        list[Path] | None, typer.Option("--nlu", metavar="PATH", help="Examples to test on: Rasa YAML, JSON lines, or a folder.")
    ] = None,
    folds: Annotated[
        int | None,
        typer.Option(min=2, help="Train and test on so many folds of the examples; 5 where none are named with --nlu."),
    ] = None,
    model: Annotated[
        list[Path] | None,
        typer.Option(
            "--model", "-m", metavar="DIR", help="A model folder in place of the model in use; several stand side by side."
        ),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Say utterance by utterance what the model does better and worse than this one."),
    ] = None,
    out_of_scope: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Texts that no intent covers: one a line, or YAML, or JSON lines.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Write reports and pictures here, named as Rasa names them."),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Cross-validate with fine-tuned encoders.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Of the folds and the training.")] = 0,
    min_accuracy: Annotated[float | None, _Share] = None,
    min_f1: Annotated[float | None, _Share] = None,
    min_entity_f1: Annotated[float | None, _Share] = None,
    min_sentence_accuracy: Annotated[float | None, _Share] = None,
    max_calibration_error: Annotated[float | None, typer.Option(min=0, max=1, help="Fail above this.", show_default=False)] = None,
    min_auroc: Annotated[float | None, _Share] = None,
    min_recall: Annotated[
        float | None, typer.Option(min=0, max=1, help="Fail below this, of texts out of scope.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measures intents and entities: the model on examples named with --nlu, else by cross-validation of the project's own."""
    from assistant.evaluation.limits import Limits

    limits = Limits(min_accuracy, min_f1, min_entity_f1, min_sentence_accuracy, max_calibration_error, min_auroc, min_recall)
    outside = _outside(out_of_scope)
    if folds is None and data:
        folders: list[Path | None] = [folder for folder in dict.fromkeys(model or (None,)) if folder != against or against is None]
        folders += [against] if against else []
        if against and len(folders) != 2:  # noqa: PLR2004 (a pair)
            raise typer.BadParameter("--against compares two different models: name one with --model, or none for the model in use")
        measured = _held_out(project, folders, data, outside)
    elif model or against:
        raise typer.BadParameter("cross-validation trains its own models: name examples with --nlu to test these")
    else:
        measured = {
            "cross-validation": _cross_validated(project, data or [], folds or DEFAULT_FOLDS, outside, full=full, seed=seed)
        }
    reports = {name: one.report() for name, one in measured.items()}
    if output is not None:
        _write_files(output, measured, reports)
    result = _Result(measured, reports, _shortfalls(limits, reports, skip=str(against)), is_comparison=against is not None)
    result.tell(as_json=as_json)


class _Result:
    """What came of the test, told once: first the figures, then what fell short."""

    def __init__(
        self, measured: dict[str, Measured], reports: dict[str, NluReport], shortfalls: list[str], *, is_comparison: bool
    ) -> None:
        from assistant.evaluation.comparison import compare

        self._reports = reports
        self._shortfalls = shortfalls
        # The model that stands last is the one that the first is held against.
        self._comparison = compare(*reversed(measured.values())) if is_comparison else None

    def tell(self, *, as_json: bool) -> None:
        from assistant.errors import FellShort

        if as_json:
            write_json(self._as_json())
        else:
            write(self._as_text())
        if self._shortfalls:
            raise FellShort(why="; ".join(self._shortfalls))

    def _as_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"shortfalls": self._shortfalls}
        if len(self._reports) == 1:
            return next(iter(self._reports.values())).as_json() | shown
        shown["models"] = [{"model": name, **report.as_json()} for name, report in self._reports.items()]
        return shown if self._comparison is None else shown | {"comparison": self._comparison.as_json()}

    def _as_text(self) -> str:
        from assistant.evaluation.nlu_text import report_text, table_text

        if len(self._reports) == 1:
            width = shutil.get_terminal_size((100, 24)).columns
            return report_text(next(iter(self._reports.values())), width)
        table = table_text(self._reports)
        return table if self._comparison is None else f"{table}\n\n{self._comparison.as_text()}"


def _outside(file: Path | None) -> list[str]:
    from assistant.evaluation.scope import read_outside

    return read_outside(file) if file else []


def _held_out(project: Path | None, models: list[Path | None], data: list[Path], outside: list[str]) -> dict[str, Measured]:
    from assistant.errors import NothingToMeasure
    from assistant.evaluation.nlu import measure
    from assistant.nlu.training_data import read_nlu
    from assistant.opening import load_interpreter

    examples = read_nlu(data).examples
    if not examples:
        raise NothingToMeasure(where=str(data[0]))
    found, settings = project_and_settings(project)
    if None in models:
        _tell_of_known(examples, found)
    measured: dict[str, Measured] = {}
    with progress() as report:
        for folder in models:
            interpreter = load_interpreter(found, settings, folder)
            measured["model in use" if folder is None else str(folder)] = measure(interpreter, examples, outside, report)
    return measured


def _tell_of_known(examples: Sequence[Example], project: Project) -> None:
    """Says how many examples are among the project's own, which the model in use may know by heart."""
    from assistant.nlu.training_data import read_nlu

    own = {example.text.strip().casefold() for example in read_nlu(project.nlu, faults=[]).examples}
    n_known = sum(example.text.strip().casefold() in own for example in examples)
    if n_known:
        talk(
            f"{n_known} of {len(examples)} examples are the project's own as well: if the model was trained on them, "
            "the figures are too good (without --nlu, examples are measured by models that never saw them)"
        )


def _cross_validated(project: Path | None, data: list[Path], folds: int, outside: list[str], *, full: bool, seed: int) -> Measured:
    from assistant.dialogue.domain import load_domain
    from assistant.evaluation.labels import with_shown_places
    from assistant.evaluation.nlu import measure_folds
    from assistant.nlu.values.configured import configured_values
    from assistant.training.arguments import TrainingArguments
    from assistant.training.project import starting_checkpoint, training_data

    found, settings = project_and_settings(project)
    examples = with_shown_places(training_data(found, data)[0], found)
    checkpoint, is_pretrained = starting_checkpoint(examples, seed, is_frozen=not full)
    arguments = TrainingArguments(mode="full" if full or not is_pretrained else "fast", seed=seed)
    entities = None if data else tuple(load_domain(found).entities)
    with progress() as report:
        values = configured_values(settings)
        return measure_folds(examples, checkpoint, arguments, folds, report, entities=entities, outside=outside, values=values)


def _write_files(output: Path, measured: dict[str, Measured], reports: dict[str, NluReport]) -> None:
    from assistant.evaluation.rasa_files import write_files

    for number, (name, one) in enumerate(measured.items(), 1):
        folder = output if len(measured) == 1 else output / f"model-{number}"
        write_files(folder, one, reports[name])
        talk(f"{name}: reports are in {folder}")


def _shortfalls(limits: Limits, reports: dict[str, NluReport], *, skip: str) -> list[str]:
    several = len(reports) > 1
    return [
        f"{name}: {clause}" if several else clause
        for name, report in reports.items()
        if name != skip
        for clause in limits.shortfalls(report)
    ]
