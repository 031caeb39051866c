"""Understanding: ``train`` a model, ``parse`` messages with it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.options import JsonOption, ModelOption, ProjectOption, project_and_settings
from assistant.cli.output import progress, talk, write, write_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.messages import Parse
    from assistant.nlu.interpreter import Interpreter
    from assistant.project import Project
    from assistant.training.trainer import TrainingResult

_CHUNK_BYTES = 1 << 16


def register(app: typer.Typer) -> None:
    """Adds the verbs."""
    app.command()(train)
    app.command()(parse)


def train(
    project: ProjectOption = None,
    fast: Annotated[bool, typer.Option("--fast", help="Train heads on the frozen encoder: seconds.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Train the encoder too: minutes.")] = False,
    budget: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", min=1, help="Pick the training that fits into this time, and say which it is."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Two runs with the same seed make the same model.")] = 0,
    nlu: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="Train on this in place of the project: Rasa YAML, JSON lines, or a folder."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Write the model here, and do not put it into use.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Trains a model on the project's intents and puts it into use."""
    if (fast, full, budget is not None).count(True) > 1:
        raise typer.BadParameter("--fast, --full and --budget exclude one another")
    found, _ = project_and_settings(project)
    mode = "fast" if fast else "full" if full else None
    result = train_with_progress(found, mode=mode, seed=seed, nlu=tuple(nlu or ()), output=output, budget_s=budget)
    if as_json:
        figures: dict[str, Any] = {
            "n_examples": result.n_examples,
            "n_intents": result.n_intents,
            "seconds": round(result.seconds, 2),
        }
        figures |= {"mode": result.mode, "best_epoch": result.best_epoch, "precision": result.precision}
        write_json({"folder": str(result.folder), "metrics": dict(result.metrics), **figures})
    else:
        write(f"{result.n_examples} examples of {result.n_intents} intents in {result.seconds:.1f} s -> {result.folder}")
        if result.best_epoch is not None:
            kept = f"as of epoch {result.best_epoch}" if result.best_epoch else "as it came: no epoch was surely better"
            write(f"  {'encoder':<20} {kept}")
        for name, value in result.metrics.items():
            write(f"  {name.replace('_', ' '):<20} {value:.3f}")


def train_with_progress(project: Project, *, nlu: tuple[Path, ...] = (), **arguments: Any) -> TrainingResult:
    """Trains a model of the project, showing progress on standard error; see assistant.training.project.train_project."""
    entities = None
    if not nlu:
        from assistant.dialogue.domain import load_domain

        entities = tuple(load_domain(project).entities)
    from assistant.training.project import train_project

    with progress() as report:
        return train_project(project, nlu=nlu, entities=entities, tell=talk, on_progress=report, **arguments)


def parse(
    texts: Annotated[list[str] | None, typer.Argument(help="Messages; without any, each line of standard input is one.")] = None,
    as_json: JsonOption = False,  # noqa: ARG001 (its output is always JSON; programs may say so)
    project: ProjectOption = None,
    model: ModelOption = None,
) -> None:
    """Says what is understood: one JSON object a message, in the shape of Rasa's /model/parse, with out_of_scope added.

    As there, /intent{"entity": "value"} means what it says.
    """
    from assistant.opening import load_interpreter

    found, settings = project_and_settings(project)
    interpreter = load_interpreter(found, settings, model)
    batches = [texts] if texts else _batches()
    for batch in batches:
        for result in _parsed(interpreter, batch):
            write_json(result.as_json())


def _parsed(interpreter: Interpreter, texts: list[str]) -> Iterator[Parse]:
    """Yields what each text means, those that name their intent themselves past the model."""
    meant = interpreter.parse_many(texts)
    return (_payload(text) or parse for text, parse in zip(texts, meant, strict=True))


def _payload(text: str) -> Parse | None:
    from assistant.dialogue.payloads import is_payload, parse_payload
    from assistant.errors import BadPayload

    try:
        return parse_payload(text) if is_payload(text) else None
    except BadPayload:  # then it is a text like any other
        return None


def _batches() -> Iterator[list[str]]:
    """Yields the lines that are there already: one by one from somebody who types, many at once from a file."""
    rest = b""
    if sys.stdin.isatty():
        talk("type a message a line; ctrl+d ends")
    while chunk := os.read(sys.stdin.fileno(), _CHUNK_BYTES):
        *lines, rest = (rest + chunk).split(b"\n")
        if lines:
            yield [_decoded(line) for line in lines]
    if rest:
        yield [_decoded(rest)]


def _decoded(line: bytes) -> str:
    return line.decode("utf-8", "replace").removesuffix("\r")
