"""Draws a bar for a run of training on standard error."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.albert.progress import Progress


@contextmanager
def run_bar() -> Iterator[Callable[[Progress], None]]:
    """Yields a callback that draws a bar on standard error; one that does nothing where nobody watches."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f}%"), TimeRemainingColumn())
    with Bar(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("reading", total=None)

        def show(progress: Progress) -> None:
            facts = [f"{name} {value:.3f}" for name, value in progress.metrics.items()]
            text = f"step {progress.step}, loss {progress.loss:.3f}, {', '.join(facts)}, {progress.tokens_per_s:,.0f} tokens/s"
            total = progress.elapsed_s + progress.left_s
            bar.update(task, description=text, completed=progress.elapsed_s, total=total)

        yield show
