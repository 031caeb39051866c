"""``albert signals``: makes the heads for sentiment, emotion and moderation again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import JsonOption
from assistant.cli.output import progress, write, write_json


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(signals)


def signals(
    data: Annotated[
        Path,
        typer.Option("--data", help="Folder with glue/SST-2, moderation/davidson, nlu/clinc150 and nlu/banking77."),
    ],
    output: Annotated[Path | None, typer.Option("--output", help="Folder to write; by default the shipped one.")] = None,
    sentences: Annotated[
        Path | None,
        typer.Option("--sentences", help="Folder with emotions.yml, moderation.yml and people.yml; by default the shipped ones."),
    ] = None,
    checkpoint: Annotated[Path | None, typer.Option("--checkpoint", help="Encoder to read; by default the shipped one.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Make the heads for sentiment, emotion and moderation, and measure them on development data."""
    from assistant.albert.checkpoint import load_checkpoint
    from assistant.project import shipped_checkpoint, shipped_root
    from assistant.training.signal_making import make_signals

    root = shipped_root() / "data"
    encoder = load_checkpoint(checkpoint or shipped_checkpoint() or root / "albert-compact")
    card = root / "signals" / "README.md"
    with progress() as report:
        figures = make_signals(
            encoder,
            data,
            sentences or root / "recipes" / "signals",
            output or root / "signals",
            report,
            card=card if card.is_file() else None,
        )
    if as_json:
        write_json(figures)
        return
    for part, found in figures.items():
        write(part)
        for name, values in found.items():
            write(f"  {name:<10} " + ", ".join(f"{key} {value}" for key, value in values.items()))
