"""Trains what reads answers out of documents: ``assistant albert reader``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.output import progress, write, write_json

if TYPE_CHECKING:
    from collections.abc import Mapping

CARD = "README.md"


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command()(reader)


def reader(
    data: Annotated[Path, typer.Option("--data", help="Folder with qa/covid-qa.json, glue/QNLI/dev.tsv and text/*.txt.")],
    output: Annotated[Path, typer.Option("--output", help="Folder to write.")],
    faq: Annotated[
        Path | None,
        typer.Option("--faq", help="File or folder of FAQ entries that its scores are fitted to; by default the shipped ones."),
    ] = None,
    epochs: Annotated[int, typer.Option("--epochs", min=1, help="Over all samples.")] = 3,
    seed: Annotated[int, typer.Option("--seed", help="Of samples, weights and order.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")] = False,
) -> None:
    """Train what reads answers out of documents: a small head over the shipped encoder, which stays as it is."""
    from assistant.errors import BadCorpus
    from assistant.faq.files import entries_in, survey
    from assistant.opening import open_plain_encoder
    from assistant.project import shipped_checkpoint, shipped_reader, shipped_root
    from assistant.training.reading import train_reader, write_reader
    from assistant.training.reading_data import MIN_ENTRIES
    from assistant.training.span_head import HeadArguments

    checkpoint = shipped_checkpoint() or shipped_root()
    with progress() as report:
        source = faq or shipped_root() / "data" / "faq"
        entries = list(entries_in(survey([source], report)))
        if len(entries) < MIN_ENTRIES:
            raise BadCorpus(path=source, why=f"{len(entries)} entries tell too little, {MIN_ENTRIES} are needed")
        weights, settings = train_reader(data, entries, open_plain_encoder(), HeadArguments(epochs=epochs, seed=seed), report)
    kept = shipped_reader() / CARD
    write_reader(output, weights, settings, checkpoint, kept.read_text(encoding="utf-8") if kept.is_file() else "# reader\n")
    if json:
        write_json(settings)
    else:
        _show(settings)


def _show(settings: Mapping[str, Any]) -> None:
    for source, figures in settings["figures"].items():
        write(f"{source:<28} {'  '.join(f'{name} {value:g}' for name, value in figures.items())}")
    write(f"threshold {settings['threshold']:g}, calibrated on {settings['calibrated_on']}")
