"""The evaluation screen: how messages are understood and how conversations go, and what is behind each figure."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static, TabbedContent, TabPane

from assistant.languages import N_, tr
from assistant.ui.actions import bindings
from assistant.ui.chat.evidence import bar
from assistant.ui.desk import DeskScreen
from assistant.ui.evaluation.heat import HeatMap
from assistant.ui.evaluation.plots import Calibration, Histogram
from assistant.ui.evaluation.process import follow_conversations, measure_understanding
from assistant.ui.evaluation.results import last_followed, last_understood
from assistant.ui.evaluation.tables import EntityTable, ReadingTable
from assistant.ui.evaluation.wording import followed_text, headline
from assistant.ui.footer import KeyFooter
from assistant.ui.safe_text import safe_line
from assistant.ui.training.figures import clock, stage_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.messages import Progress
    from assistant.training.held_out import Reading
    from assistant.ui.evaluation.results import Understood

_TABS: Final = {
    "tab-confusions": "#heat",
    "tab-confidence": "#histogram",
    "tab-errors": "#errors",
    "tab-entities": "#entities",
    "tab-conversations": "#followed",
}
_TELL_EVERY_S: Final = 0.2
_BAR: Final = 24
_NO_ENTITIES = N_("Entities were not measured: r measures them, too.")


class EvaluationScreen(DeskScreen):
    """Where it is seen how good the assistant is."""

    PLACE = "evaluation"
    AUTO_FOCUS = "#heat"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("evaluation")]
    DEFAULT_CSS = """
    EvaluationScreen {
        #figures { height: auto; max-height: 4; padding: 0 2; background: $surface; }
        #running { height: 1; padding: 0 2; display: none; }
        #running.-shown { display: block; }
        TabbedContent { height: 1fr; }
        TabPane { padding: 0 1; }
        #cell { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        #behind { height: 7; }
        #followed { padding: 1 1; scrollbar-size-vertical: 1; }
        #no-entities { color: $muted; height: auto; padding: 0 1; }
        #plots { height: 1fr; layout: vertical; }
    }
    EvaluationScreen.-wide #plots { layout: horizontal; }
    EvaluationScreen.-tall #behind { height: 12; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._understood: Understood | None = None
        self._cells: Mapping[tuple[str, str], tuple[Reading, ...]] = {}
        self._told_at = self._started_at = 0.0
        self._step = ("", 0, 0)
        self._measuring = ""

    def compose_body(self) -> ComposeResult:
        """Lays out figures and tabs."""
        yield Static(id="figures")
        yield Static(id="running")
        with TabbedContent():
            with TabPane(tr("Confusions"), id="tab-confusions"), Vertical():
                yield HeatMap(id="heat")
                yield Static(id="cell")
                yield ReadingTable(id="behind")
            with TabPane(tr("Confidence"), id="tab-confidence"), Horizontal(id="plots"):
                yield Histogram(id="histogram")
                yield Calibration(id="calibration")
            with TabPane(tr("Worst errors"), id="tab-errors"):
                yield ReadingTable(id="errors")
            with TabPane(tr("Entities"), id="tab-entities"):
                yield Static(tr(_NO_ENTITIES), id="no-entities", markup=False)
                yield EntityTable(id="entities")
            with TabPane(tr("Conversations"), id="tab-conversations"), VerticalScroll(id="followed"):
                yield Static(id="followed-text")
        yield KeyFooter()

    def on_mount(self) -> None:
        """Keeps the clock of a measurement going."""
        self.set_interval(1.0, self._tick)

    def on_screen_resume(self) -> None:
        """Shows what was measured last."""
        self.reload()

    def successor(self) -> DeskScreen | None:
        """Returns another such screen where nothing is being measured: that would end with this one."""
        return None if self._measuring else super().successor()

    # --- showing

    @work(group="reload", description="reload", exclusive=True)
    async def reload(self) -> None:
        """Shows what was measured last."""
        project = self.desk.project
        found = await self.looked(lambda: (last_understood(project), last_followed(project)))
        if found is None:
            return
        self._understood, followed = found
        understood = self._understood
        self._cells = understood.cells() if understood is not None else {}
        self.query_one("#figures", Static).update(headline(understood))
        self.query_one("#followed-text", Static).update(followed_text(followed))
        tab = self.query_one(TabbedContent).get_tab("tab-conversations")
        tab.label = Content(
            tr("Conversations {n} ✕", n=followed.n_failed) if followed is not None and followed.n_failed else tr("Conversations")
        )
        self.query_one(HeatMap).show(understood.names() if understood else (), understood.pairs if understood else ())
        errors = understood.errors() if understood else ()
        self.query_one("#errors", ReadingTable).show(errors)
        self.query_one(TabbedContent).get_tab("tab-errors").label = Content(tr("Worst errors {n}", n=len(errors)))
        entities = understood.entities if understood else {}
        self.query_one("#no-entities").display = not entities
        self.query_one(EntityTable).show(entities)
        self._draw()

    def _draw(self) -> None:
        bins = self._understood.bins() if self._understood is not None else ()
        self.query_one(Histogram).draw(bins)
        self.query_one(Calibration).draw(bins)

    @on(HeatMap.Moved)
    def _show_cell(self, event: HeatMap.Moved) -> None:
        right, found = safe_line(event.right, limit=40), safe_line(event.found, limit=40) or tr("(nothing)")
        n_all = sum(len(rows) for (right, _), rows in self._cells.items() if right == event.right)
        told = (
            tr("{intent}: {n} of {all} understood", intent=right, n=event.times, all=n_all)
            if right == found
            else tr("{intent} taken for {other}: {n} of {all}", intent=right, other=found, n=event.times, all=n_all)
        )
        self.query_one("#cell", Static).update(Content.styled(told, "$text-accent"))
        self.query_one("#behind", ReadingTable).show(self._cells.get((event.right, event.found), ()))

    @on(HeatMap.Opened)
    def _open_cell(self) -> None:
        self.query_one("#behind").focus()

    # --- measuring

    def action_measure(self, what: str) -> None:
        """Measures understanding or runs the conversation tests; what is running goes on instead."""
        if not self._measuring:
            self._measuring, self._started_at = what, monotonic()
            self._measure(what)

    def action_cancel_measuring(self) -> None:
        """Stops what is running; the last figures stay. The process gets some seconds to tidy up."""
        self._tell(tr("stopping"), 0, 0)
        self.workers.cancel_group(self, "measure")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Returns whether a key means anything now; None greys it in the footer."""
        if action == "cancel_measuring":
            return bool(self._measuring)
        if action == "measure":
            return None if self._measuring else True
        return super().check_action(action, parameters)

    @work(group="measure", description="measure", exclusive=True)
    async def _measure(self, what: str) -> None:
        measure = measure_understanding if what == "nlu" else follow_conversations
        self.refresh_bindings()
        self._tell(tr("starting"), 0, 0)
        try:
            await measure(self.desk.project, self._on_progress)
        except asyncio.CancelledError:
            self.desk.notify_text(tr("Cancelled; the last figures stay."))
            raise
        except Exception as error:  # noqa: BLE001 (a border: whatever fails is shown, and the screen lives on)
            self.desk.show_problem(error)
        finally:
            self._measuring = ""
            if self.display:  # else it is being taken down, and its parts are gone
                self.query_one("#running").remove_class("-shown")
                self.refresh_bindings()
                self.reload()

    def _on_progress(self, progress: Progress) -> None:
        now = monotonic()
        if now - self._told_at >= _TELL_EVERY_S:
            self._told_at = now
            fold = progress.metrics.get("fold")
            stage = (
                tr("fold {n:.0f} · {stage}", n=fold, stage=stage_name(progress.stage))
                if fold is not None
                else stage_name(progress.stage)
            )
            self._tell(stage, progress.done, progress.total)

    def _tick(self) -> None:
        if self._measuring and self.is_current:
            self._tell(*self._step)

    def _tell(self, stage: str, done: int, total: int) -> None:
        self._step = stage, done, total
        name = tr("Measuring understanding") if self._measuring == "nlu" else tr("Running conversation tests")
        share = Content.assemble(bar(done / total, _BAR), " " + tr("{n} of {all}", n=done, all=total)) if total else Content("")
        running = self.query_one("#running", Static)
        running.add_class("-shown")
        elapsed = clock(monotonic() - self._started_at)
        running.update(Content.assemble(("◐ ", "$accent"), f"{name} · {safe_line(stage, limit=30)} {elapsed}  ", share))

    # --- tabs

    @on(TabbedContent.TabActivated)
    def _redraw(self) -> None:
        self._draw()

    def action_next_tab(self) -> None:
        """Goes to the next tab."""
        tabs = self.query_one(TabbedContent)
        place = (list(_TABS).index(tabs.active) + 1) % len(_TABS)
        tabs.active = list(_TABS)[place]
        self.query_one(_TABS[tabs.active]).focus()

    def action_back(self) -> None:
        """Goes back from the examples to the heat map."""
        if self.query_one("#behind").has_focus:
            self.query_one(HeatMap).focus()
