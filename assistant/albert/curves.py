"""Draws a run's log as one SVG picture: each measured value over the steps."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING

from assistant.errors import BadTrainingState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

WIDTH, HEIGHT, MARGIN = 360, 200, 44
COLUMNS = 2
MOST_POINTS = 400
# Names that say how a run went; the rest of a row is its place in the run.
_NOT_DRAWN = {"step", "elapsed_s", "tokens_per_s"}


def read_log(path: Path) -> list[dict[str, float]]:
    """Returns the rows of a run's log.

    Raises:
        BadTrainingState: the log is missing or damaged.
    """
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise BadTrainingState(path=path, why=f"its log cannot be read ({error})") from error


def draw_curves(rows: Sequence[dict[str, float]]) -> str:
    """Returns an SVG with one small chart for each value that the rows hold."""
    names = sorted({name for row in rows for name in row} - _NOT_DRAWN, key=lambda name: (name != "loss", name))
    charts = [_chart(rows, name, place) for place, name in enumerate(names)]
    n_lines = -(-len(charts) // COLUMNS)
    size = f'width="{COLUMNS * WIDTH}" height="{max(1, n_lines) * HEIGHT}"'
    style = "<style>text{font:11px sans-serif;fill:#555}path{fill:none;stroke:#2563eb;stroke-width:1.5}</style>"
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{style}{"".join(charts)}</svg>\n'


def _chart(rows: Sequence[dict[str, float]], name: str, place: int) -> str:
    points = [(row["step"], row[name]) for row in rows if name in row]
    points = points[:: max(1, len(points) // MOST_POINTS)]
    low, high = min(value for _, value in points), max(value for _, value in points)
    last = max(1.0, *(step for step, _ in points))
    spread = (high - low) or 1.0
    inner_width, inner_height = WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN
    path = " L".join(
        f"{MARGIN + step / last * inner_width:.1f} {HEIGHT - MARGIN - (value - low) / spread * inner_height:.1f}"
        for step, value in points
    )
    x, y = place % COLUMNS * WIDTH, place // COLUMNS * HEIGHT
    labels = (
        f'<text x="{MARGIN}" y="{MARGIN - 14}" font-weight="bold">{escape(name)}</text>'
        f'<text x="4" y="{MARGIN}">{high:.3g}</text><text x="4" y="{HEIGHT - MARGIN}">{low:.3g}</text>'
        f'<text x="{WIDTH - MARGIN}" y="{HEIGHT - MARGIN + 16}" text-anchor="end">step {last:.0f}</text>'
    )
    frame = f'<rect x="{MARGIN}" y="{MARGIN}" width="{inner_width}" height="{inner_height}" fill="none" stroke="#ddd"/>'
    return f'<g transform="translate({x} {y})">{frame}{labels}<path d="M{path}"/></g>'
