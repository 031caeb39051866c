"""Writes results to standard output and talk to standard error."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from assistant.safe_text import clean, escaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.messages import Progress, ProgressCallback

PROGRESS_VARIABLE = "ASSISTANT_PROGRESS"
"""Set to ``json``, each step of long work is one JSON line on standard error."""

_DIFF_COLOURS = {"-": 31, "+": 32}


def write_json(value: Any) -> None:
    """Writes one JSON object as one line, at once; what would act on a terminal is escaped."""
    _print(escaped(json.dumps(value, ensure_ascii=False, default=str)))


def write(text: str = "") -> None:
    """Writes a line for people, without control characters that would act on their terminal."""
    _print(plain(text))


def write_part(text: str) -> None:
    """Writes the beginning of a line, whose rest somebody types."""
    try:
        print(plain(text), end="", flush=True)
    except BrokenPipeError as error:
        raise ReaderGone from error


def write_diff(lines: Iterable[str]) -> None:
    """Writes the lines of a diff for people: what begins with ``-`` red and with ``+`` green, where a terminal shows colours."""
    is_coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    for line in lines:
        colour = _DIFF_COLOURS.get(line.lstrip()[:1]) if is_coloured else None
        _print(f"\x1b[{colour}m{plain(line)}\x1b[0m" if colour else plain(line))


class ReaderGone(Exception):
    """Whoever read our output has enough of it."""


def _print(line: str) -> None:
    try:
        print(line, flush=True)
    except BrokenPipeError as error:  # named here: further up Typer takes it for a failure
        raise ReaderGone from error


def talk(text: str) -> None:
    """Writes a line of talk to standard error."""
    print(plain(text), file=sys.stderr, flush=True)


def plain(text: str) -> str:
    """Returns the text without escape sequences, control and bidirectional override characters; line breaks and tabs stay."""
    return clean(text)


@contextmanager
def progress() -> Iterator[ProgressCallback]:
    """Yields a callback that shows progress: a bar where standard error is a terminal, JSON lines where asked, else nothing."""
    if os.environ.get(PROGRESS_VARIABLE) == "json":
        yield _report_json
    elif sys.stderr.isatty():
        with _bar() as report:
            yield report
    else:
        yield lambda _: None


def _report_json(step: Progress) -> None:
    shown = {"stage": step.stage, "done": step.done, "total": step.total, "metrics": dict(step.metrics)}
    print(json.dumps(shown), file=sys.stderr, flush=True)


@contextmanager
def _bar() -> Iterator[ProgressCallback]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description:<8}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[figures]}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        tasks: dict[str, Any] = {}

        def report(step: Any) -> None:
            if step.stage not in tasks:
                tasks[step.stage] = bar.add_task(step.stage, total=step.total or None, figures="")
            figures = "  ".join(f"{name.replace('_', ' ')} {_figure(value)}" for name, value in step.metrics.items())
            bar.update(tasks[step.stage], completed=step.done, total=step.total or None, figures=figures)

        yield report


def _figure(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.3f}"  # epochs and folds are counted, losses are measured
