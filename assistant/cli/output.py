"""Writes results to standard output and talk to standard error."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.messages import Progress, ProgressCallback

PROGRESS_VARIABLE = "ASSISTANT_PROGRESS"
"""Set to ``json``, each step of long work is one JSON line on standard error."""


def write_json(value: Any) -> None:
    """Writes one JSON object as one line, at once."""
    print(json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "replace").decode("utf-8"), flush=True)


def write(text: str = "") -> None:
    """Writes a line for people, without control characters that would act on their terminal."""
    print(plain(text), flush=True)


def talk(text: str) -> None:
    """Writes a line of talk to standard error."""
    print(plain(text), file=sys.stderr, flush=True)


def plain(text: str) -> str:
    """Returns the text without control and bidirectional override characters; line breaks and tabs stay."""
    return "".join(char for char in text if char in "\n\t" or not _acts(ord(char)))


def _acts(code: int) -> bool:
    is_control = code < 0x20 or 0x7F <= code <= 0x9F  # noqa: PLR2004 (C0, DEL and C1)
    is_bidi = 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069 or code in {0x200E, 0x200F, 0x061C}  # noqa: PLR2004
    return is_control or is_bidi or 0xD800 <= code <= 0xDFFF  # noqa: PLR2004 (lone surrogates cannot be written)


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
            figures = "  ".join(f"{name.replace('_', ' ')} {value:.3f}" for name, value in step.metrics.items())
            bar.update(tasks[step.stage], completed=step.done, total=step.total or None, figures=figures)

        yield report
