"""How the FAQ does: what was asked and missed, how many conversations needed no person, over time; and what was asked most."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.color import Color
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static
from textual_plotext import PlotextPlot

from assistant.faq.askings import entry_figures, figures_of, stale_entries
from assistant.languages import tr, trn
from assistant.ui.actions import bindings
from assistant.ui.faq.pane import DeskPane
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.faq.askings import FaqFigures, StaleEntry
    from assistant.faq.duplicates import Likeness
    from assistant.ui.ports import AgentPort

PERIODS = (30, 90, 365, 7)
"""Days that may be looked at; one key goes from one to the next."""

_DAY_S = 86_400
_MAX_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Overview:
    """What the figures and what wants to be looked at are made of.

    Attributes:
        days: how far back the figures go.
        figures: of these days.
        questions: of each published entry by id.
        stale: entries that want to be looked at.
        alike: pairs of entries that answer the same question.
    """

    days: int
    figures: FaqFigures
    questions: Mapping[str, str]
    stale: Sequence[StaleEntry]
    alike: Sequence[Likeness]


def read_overview(agent: AgentPort, days: int = PERIODS[0]) -> Overview:
    """Returns the overview as it is now; takes up to seconds for a large FAQ."""
    now = time.time()
    since = now - days * _DAY_S
    askings, entries = agent.askings.list(), agent.entries.list(status="published")
    recent = [asking for asking in askings if asking.asked_at >= since]
    return Overview(
        days,
        figures_of(recent, agent.askings.handed_over(since)),
        {entry.id: entry.question for entry in entries},
        stale_entries(entries, entry_figures(askings), now),
        agent.faq.likenesses(),
    )


class DayPlot(PlotextPlot):
    """Draws figures of days."""

    DEFAULT_CSS = """
    DayPlot {
        height: 100%; width: 1fr; padding: 0 1;
        background: $surface; border: round $border-blurred; border-title-color: $muted;
    }
    """

    def draw(self, title: str, curves: Sequence[tuple[str, Sequence[float | None], str]], most: float | None = None) -> None:
        """Draws curves, the last day to the right.

        Args:
            title: above the plot.
            curves: each with its name, a value a day (None: there is none), and the name of its colour.
            most: the highest value that there may be; None: as high as they are.
        """
        self.border_title = title
        self.plt.clear_data()
        self.plt.xaxes(True, False)
        self.plt.yaxes(True, False)
        self.plt.xfrequency(0)
        self.plt.ylim(0, most)
        for name, values, colour in curves:
            days = [day for day, value in enumerate(values, start=1 - len(values)) if value is not None]
            if days:
                rgb = Color.parse(self.app.theme_variables[colour]).rgb
                shown = [value for value in values if value is not None]
                self.plt.plot(days, shown, marker="braille", color=rgb, label=name)
        self.refresh()


class FiguresPane(DeskPane):
    """The tab with the figures."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("figures")]
    DEFAULT_CSS = """
    FiguresPane {
        #summary { height: auto; padding: 0 1; margin-bottom: 1; }
        #plots { height: 14; }
        #lists { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    }
    """

    can_focus = True

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (the name is Textual's)
        super().__init__(id=id)
        self.days = PERIODS[0]

    def compose(self) -> ComposeResult:
        """Lays out summary, plots and list."""
        yield Static("", id="summary", markup=False)
        with Horizontal(id="plots"):
            yield DayPlot(id="asked-by-day")
            yield DayPlot(id="deflected-by-day")
        with VerticalScroll(id="lists"):
            yield Static("", id="listed", markup=False)

    def show(self, overview: Overview) -> None:
        """Shows an overview."""
        figures = overview.figures
        self.query_one("#summary", Static).update(
            trn(
                "{answered} answered, {missed} missed ({share:.0%} answered) · {rate:.0%} of {n} conversations needed no person",
                "{answered} answered, {missed} missed ({share:.0%} answered) · {rate:.0%} of {n} conversations needed no person",
                figures.n_conversations,
                answered=figures.n_hits,
                missed=figures.n_misses,
                share=figures.hit_share,
                rate=figures.deflection_rate,
            )
            if figures.n_conversations
            else tr("Nobody has asked the FAQ in the last {n} days.", n=overview.days)
        )
        plots = self.query_one("#plots")
        plots.display = len(figures.by_day) > 1
        if plots.display:
            asked: list[tuple[str, list[float | None], str]] = [
                (tr("answered"), [hits for _, hits, _ in figures.by_day], "success"),
                (tr("missed"), [misses for _, _, misses in figures.by_day], "warning"),
            ]
            self.query_one("#asked-by-day", DayPlot).draw(tr("Answered and missed, last {n} days", n=overview.days), asked)
            shares = [None if share is None else 100 * share for share in figures.deflection_by_day]
            title = tr("Needed no person, %, last {n} days", n=overview.days)
            self.query_one("#deflected-by-day", DayPlot).draw(title, [(tr("no person"), shares, "primary")], 100)
        self.query_one("#listed", Static).update(Content("\n").join(_lines(overview)))

    def action_period(self) -> None:
        """Looks further back, or less far."""
        self.days = PERIODS[(PERIODS.index(self.days) + 1) % len(PERIODS)]
        self.post_message(self.Changed())


def _lines(overview: Overview) -> Iterator[Content]:
    if overview.figures.entries:
        yield Content.styled(tr("Asked most"), "bold $primary")
    for entry in overview.figures.entries[:_MAX_SHOWN]:
        thumbs = f"  +{entry.n_up} -{entry.n_down}" if entry.n_up or entry.n_down else ""
        question = safe_line(overview.questions.get(entry.entry_id, entry.entry_id), limit=120)
        yield Content.assemble((f"{entry.n_hits:>5}  ", "$muted"), question, (thumbs, "$text-accent"))
