"""The curves of a training: the loss falling, the accuracy on held-out examples rising."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.color import Color
from textual_plotext import PlotextPlot

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_POINTS = 300
"""More than a terminal has columns; longer curves are thinned, so that drawing takes the same time however long training runs."""


class Curves(PlotextPlot):
    """Draws one or more curves over the steps of a training.

    Args:
        title: says what they are; shown in the border.
    """

    DEFAULT_CSS = """
    Curves {
        height: 1fr; background: $surface; padding: 0 1;
        border: round $border-blurred; border-title-color: $muted; border-subtitle-color: $muted;
    }
    """

    def __init__(self, title: str, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self.border_title = title

    def draw(self, curves: dict[str, Sequence[tuple[float, float]]], colours: Sequence[str]) -> None:
        """Draws curves.

        Args:
            curves: points by name; an empty one is left out.
            colours: theme colour of each, such as ``primary``.
        """
        self.plt.clear_data()
        self.plt.xfrequency(0)
        self.plt.xaxes(True, False)
        self.plt.yaxes(True, False)
        for (name, points), colour in zip(curves.items(), colours, strict=False):
            if not points:
                continue
            shown = thinned(points)
            label = name if len(curves) > 1 else None
            rgb = Color.parse(self.app.theme_variables[colour]).rgb
            self.plt.plot([x for x, _ in shown], [y for _, y in shown], marker="braille", color=rgb, label=label)
        self.refresh()


def thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Returns at most MAX_POINTS of the points, evenly spread, the last one among them."""
    if len(points) <= MAX_POINTS:
        return list(points)
    step = (len(points) - 1) / (MAX_POINTS - 1)
    return [points[round(position * step)] for position in range(MAX_POINTS)]
