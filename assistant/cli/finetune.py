"""Fine-tunes the encoder on a task, and scores predictions: ``assistant albert finetune | score``."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.output import talk, write, write_json
from assistant.cli.run_bar import run_bar

if TYPE_CHECKING:
    from assistant.albert.tasks.run import Finished
    from assistant.albert.tasks.settings import TaskRecipe

_TASKS = (
    "GLUE's cola, sst2, mrpc, stsb, qqp, mnli, qnli, rte, wnli (their TSV files); snli (JSON Lines); squad, squad2 (JSON); race "
    "(its folders); conll (words and tags); classification (CSV or JSON Lines with text and label, or labels)."
)


def finetune(
    task: Annotated[str, typer.Argument(help=_TASKS)],
    data: Annotated[Path, typer.Option("--data", help="Folder with the task's files as they are published.")],
    output: Annotated[Path, typer.Option("--output", help="Folder to write; beside it, OUTPUT.run keeps an interrupted run.")],
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            "--checkpoint",
            help="Checkpoint (ALBERT or BERT), any finished task's folder, or all-MiniLM-L6-v2 (installed); else the shipped one.",
        ),
    ] = None,
    recipe: Annotated[Path | None, typer.Option("--recipe", help="YAML file; the task's own in data/recipes if not given.")] = None,
    teacher: Annotated[
        Path | None, typer.Option("--teacher", help="Finished folder of the same task, of a larger encoder, to learn from too.")
    ] = None,
    unlabelled: Annotated[
        Path | None,
        typer.Option("--unlabelled", help="Texts that the teacher labels, to learn from too: one a line, two parted by a tab."),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            "--without", help="Task in the same folder whose dev and test must not be learnt from: mrpc shares pairs with stsb."
        ),
    ] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", help="KEY=VALUE in place of what the recipe says.")] = None,
    predict: Annotated[
        Path | None,
        typer.Option("--predict", help="Folder for predictions, in the benchmark's own format: dev, and test if there."),
    ] = None,
    device: Annotated[str, typer.Option("--device", help="cpu or cuda.")] = "cpu",
    as_json: Annotated[bool, typer.Option("--json", help="End with the figures as one JSON object.")] = False,
) -> None:
    """Fine-tune the encoder on a task, and measure it. An interrupted run goes on where it stopped."""
    from assistant.albert.tasks.registry import find_task
    from assistant.albert.tasks.run import Extras, run_task

    if unlabelled and not teacher:
        raise typer.BadParameter("texts without labels need a --teacher who labels them", param_hint="--unlabelled")
    chosen, others = find_task(task), [find_task(name) for name in without or []]
    if any(not hasattr(other, "reader") for other in (chosen, *others) if others):
        raise typer.BadParameter("only tasks of one or two texts can be compared", param_hint="--without")
    base = _base(checkpoint)
    _check_output(output, base)
    plan = _plan(recipe, chosen.name, settings or [])
    run_folder = output.with_name(f"{output.name}.run")
    with run_bar() as report:
        finished = run_task(
            chosen, data, base, plan, run_folder, device=device, extras=Extras(teacher, unlabelled, others), on_progress=report
        )
    if finished is None:  # one of several processes; the main one writes
        return
    from assistant.albert.tasks.folder import save_finished

    result = save_finished(finished, plan, run_folder, output)
    if predict:
        result["predictions"] = [str(path) for path in _predict(finished, predict)]
    if finished.facts["skipped_rows"]:
        talk(f"{finished.facts['skipped_rows']} damaged rows were left out")
    talk(f"finished in {output}; the card is {output / 'README.md'}")
    _show(result, as_json=as_json)


def score(
    task: Annotated[str, typer.Argument(help="As for finetune.")],
    data: Annotated[Path, typer.Option("--data", help="Folder with the task's files; for squad and squad2 also one JSON file.")],
    predictions: Annotated[Path, typer.Option("--predictions", help="File as `finetune --predict` writes it.")],
    part: Annotated[str, typer.Option("--part", help="Of the data: dev, dev_mismatched, ...")] = "dev",
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")] = False,
) -> None:
    """Score predictions that were made elsewhere, as the benchmark does."""
    from assistant.albert.tasks.predictions import read_predictions
    from assistant.albert.tasks.registry import find_task
    from assistant.errors import BadTaskData, Place, nearest

    chosen = find_task(task)
    is_file = data.is_file() and chosen.form == "span"
    parts = {"dev": chosen.questions(data)} if is_file else chosen.read(data).dev
    if part not in parts:
        raise BadTaskData(where=Place(str(data)), why=f'there is no part "{part}"; {nearest(part, parts)}')
    figures = chosen.score(parts[part], read_predictions(chosen, predictions, parts[part]))
    _show({"task": chosen.name, "metrics": figures}, as_json=as_json)


def register(app: typer.Typer) -> None:
    """Adds the verbs."""
    app.command()(finetune)
    app.command()(score)


def _show(result: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        write_json(result)
        return
    for name, value in result["metrics"].items():
        write(f"{name:<24}{value:>8.4f}")


def _base(folder: Path | None) -> Path:
    from assistant.albert.teacher import TEACHER, checked_teacher
    from assistant.errors import BadCheckpoint
    from assistant.project import shipped_checkpoint, shipped_root

    if str(folder) == TEACHER and not Path(TEACHER).exists():
        return checked_teacher()
    found = folder or shipped_checkpoint()
    if found is None:
        raise BadCheckpoint(folder=shipped_root() / "data" / "albert-compact", why="none is shipped with this installation")
    return found


def _check_output(output: Path, base: Path) -> None:
    """Refuses to replace what no fine-tuning wrote."""
    from assistant.errors import NotAModelFolder

    is_foreign = output.exists() and not (output.is_dir() and ((output / "metrics.json").is_file() or not any(output.iterdir())))
    if is_foreign or output.resolve() == base.resolve():
        raise NotAModelFolder(path=output)


def _plan(path: Path | None, name: str, settings: list[str]) -> TaskRecipe:
    from assistant.albert.recipe_reading import UnfitValue
    from assistant.albert.tasks.settings import TaskRecipe, load_task_recipe
    from assistant.project import shipped_root

    shipped = shipped_root() / "data" / "recipes" / "tasks" / f"{name}.yaml"
    path = path or (shipped if shipped.is_file() else None)
    plan = load_task_recipe(path) if path else TaskRecipe()
    try:
        return dataclasses.replace(plan, **dict(_setting(text, plan) for text in settings))
    except UnfitValue as error:
        raise typer.BadParameter(str(error), param_hint="--set") from error


def _setting(text: str, plan: TaskRecipe) -> tuple[str, Any]:
    from assistant.errors import nearest

    name, separator, value = text.partition("=")
    known = {entry.name for entry in dataclasses.fields(plan)}
    if not separator or name not in known:
        raise typer.BadParameter(f"{text!r} is no KEY=VALUE of a recipe; {nearest(name, known)}", param_hint="--set")
    kind = type(getattr(plan, name))
    try:
        return name, kind(value)
    except ValueError as error:
        raise typer.BadParameter(f"{name} is {kind.__name__}, not {value!r}", param_hint="--set") from error


def _predict(finished: Finished, folder: Path) -> list[Path]:
    parts = {**finished.data.dev, **finished.data.test}
    return [
        finished.task.write_predictions(folder, part, examples, finished.outcomes(examples)) for part, examples in parts.items()
    ]
