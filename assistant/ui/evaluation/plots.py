"""Confidences drawn: how many right and wrong intents had which, and whether it keeps what it promises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.color import Color
from textual_plotext import PlotextPlot

from assistant.languages import tr

if TYPE_CHECKING:
    from collections.abc import Sequence


class ConfidencePlot(PlotextPlot, can_focus=True):
    """What both plots have in common."""

    DEFAULT_CSS = """
    ConfidencePlot {
        height: 1fr; background: $surface; padding: 0 1;
        border: round $border-blurred; border-title-color: $muted; border-subtitle-color: $muted;
    }
    """

    def _begin(self, title: str) -> None:
        self.border_title = title
        self.plt.clear_data()
        self.plt.xaxes(True, False)
        self.plt.yaxes(True, False)

    def _rgb(self, name: str) -> tuple[int, int, int]:
        return Color.parse(self.app.theme_variables[name]).rgb


class Histogram(ConfidencePlot):
    """How many right and wrong intents had which confidence."""

    def draw(self, bins: Sequence[tuple[float, int, int]]) -> None:
        """Draws tenths of confidence.

        Args:
            bins: mean confidence, right and wrong of each.
        """
        self._begin(tr("How many intents had which confidence"))
        if any(right + wrong for _, right, wrong in bins):
            places = [f"{number / len(bins):.1f}" for number in range(len(bins))]
            rights, wrongs = [right for _, right, _ in bins], [wrong for _, _, wrong in bins]
            # Its stub knows one colour, and another name for the labels.
            options: dict[str, Any] = {"color": [self._rgb("success"), self._rgb("error")], "labels": [tr("right"), tr("wrong")]}
            self.plt.stacked_bar(places, [rights, wrongs], width=0.7, **options)
        self.refresh()


class Calibration(ConfidencePlot):
    """How often intents of a confidence are right; what keeps its promise lies on the diagonal."""

    def draw(self, bins: Sequence[tuple[float, int, int]]) -> None:
        """Draws tenths of confidence; arguments as for the histogram."""
        self._begin(tr("How often they were right (dotted: as promised)"))
        self.plt.xlim(0, 1)
        self.plt.ylim(0, 1)
        ideal = [number / 40 for number in range(41)]
        self.plt.scatter(ideal, ideal, marker="·", color=self._rgb("muted"))
        points = [(mean, right / (right + wrong)) for mean, right, wrong in bins if right + wrong]
        if points:
            xs, ys = [x for x, _ in points], [y for _, y in points]
            self.plt.plot(xs, ys, marker="braille", color=self._rgb("primary"))
            self.plt.scatter(xs, ys, marker="●", color=self._rgb("primary"))
        self.refresh()
