"""How the FAQ does: what was asked and missed over time, what was asked most, and what wants to be looked at."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.color import Color
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static
from textual_plotext import PlotextPlot

from assistant.faq.askings import entry_figures, figures_of, stale_entries
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from textual.app import ComposeResult

    from assistant.faq.askings import FaqFigures, StaleEntry
    from assistant.faq.duplicates import Likeness
    from assistant.ui.ports import AgentPort

DAYS = 30
_DAY_S = 86_400
_MAX_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Overview:
    """What the figures tab shows.

    Attributes:
        figures: of the last days.
        questions: of each published entry by id.
        stale: entries that want to be looked at.
        alike: pairs of entries that answer the same question.
    """

    figures: FaqFigures
    questions: Mapping[str, str]
    stale: Sequence[StaleEntry]
    alike: Sequence[Likeness]


def read_overview(agent: AgentPort) -> Overview:
    """Returns the overview as it is now; takes up to seconds for a large FAQ."""
    now = time.time()
    since = now - DAYS * _DAY_S
    askings, entries = agent.askings.list(), agent.entries.list(status="published")
    recent = [asking for asking in askings if asking.asked_at >= since]
    return Overview(
        figures_of(recent, agent.askings.handed_over(since)),
        {entry.id: entry.question for entry in entries},
        stale_entries(entries, entry_figures(askings), now),
        agent.faq.likenesses(),
    )


class DayPlot(PlotextPlot):
    """Draws how many questions were answered and missed each day."""

    DEFAULT_CSS = """
    DayPlot { height: 14; background: $surface; padding: 0 1; border: round $border-blurred; border-title-color: $muted; }
    """

    def draw(self, by_day: Sequence[tuple[object, int, int]]) -> None:
        """Draws the days, the last one to the right."""
        self.border_title = f"Answered and missed, last {DAYS} days"
        self.plt.clear_data()
        self.plt.xaxes(True, False)
        self.plt.yaxes(True, False)
        self.plt.xfrequency(0)
        days = list(range(1 - len(by_day), 1))
        for name, counts, colour in (
            ("answered", [hits for _, hits, _ in by_day], "success"),
            ("missed", [misses for _, _, misses in by_day], "warning"),
        ):
            if any(counts):
                rgb = Color.parse(self.app.theme_variables[colour]).rgb
                self.plt.plot(days, counts, marker="braille", color=rgb, label=name)
        self.refresh()


class FiguresPane(Vertical):
    """The tab with the figures."""

    DEFAULT_CSS = """
    FiguresPane {
        #summary { height: auto; padding: 0 1; margin-bottom: 1; }
        #lists { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    }
    """

    can_focus = True

    def compose(self) -> ComposeResult:
        """Lays out summary, plot and lists."""
        yield Static("", id="summary", markup=False)
        yield DayPlot()
        with VerticalScroll(id="lists"):
            yield Static("", id="listed", markup=False)

    def show(self, overview: Overview) -> None:
        """Shows an overview."""
        figures = overview.figures
        self.query_one("#summary", Static).update(
            f"{figures.n_hits} answered, {figures.n_misses} missed ({figures.hit_share:.0%} answered) ·"
            f" {figures.deflection_rate:.0%} of {figures.n_conversations} conversations needed no person"
            if figures.n_conversations
            else "Nobody has asked the FAQ yet."
        )
        plot = self.query_one(DayPlot)
        plot.display = len(figures.by_day) > 1
        if plot.display:
            plot.draw(figures.by_day)
        self.query_one("#listed", Static).update(Content("\n").join(_lines(overview)))


def _lines(overview: Overview) -> Iterator[Content]:
    if overview.figures.entries:
        yield Content.styled("Asked most", "bold $primary")
    for entry in overview.figures.entries[:_MAX_SHOWN]:
        thumbs = f"  +{entry.n_up} -{entry.n_down}" if entry.n_up or entry.n_down else ""
        question = safe_line(overview.questions.get(entry.entry_id, entry.entry_id), limit=120)
        yield Content.assemble((f"{entry.n_hits:>5}  ", "$muted"), question, (thumbs, "$text-accent"))
    if overview.alike:
        yield Content.styled("Answer the same question", "bold $primary")
    for pair in overview.alike[:_MAX_SHOWN]:
        sign = ("✕ ", "$text-error") if pair.kind == "contradiction" else ("= ", "$muted")
        names = f"{safe_line(pair.entry_id, limit=50)} and {safe_line(pair.other_id, limit=50)}"
        yield Content.assemble(sign, names, (f"  {safe_line(pair.why, limit=80)}", "$muted"))
    if overview.stale:
        yield Content.styled("To be looked at", "bold $primary")
    for stale in overview.stale[:_MAX_SHOWN]:
        yield Content.assemble(safe_line(stale.question, limit=100), (f"  {safe_line(stale.why, limit=80)}", "$muted"))
