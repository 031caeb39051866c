"""The FAQ desk: entries with live search, unanswered questions, what wants to be looked at, and the figures."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.content import Content
from textual.widgets import TabbedContent, TabPane

from assistant.languages import tr
from assistant.ui.actions import bindings
from assistant.ui.banner import ModelState
from assistant.ui.desk import DeskScreen
from assistant.ui.faq.entries import EntriesPane, read_list
from assistant.ui.faq.figures import FiguresPane, read_overview
from assistant.ui.faq.importing import ImportScreen
from assistant.ui.faq.pane import DeskPane
from assistant.ui.faq.queue import QueuePane
from assistant.ui.faq.review import ReviewPane, remarks_of
from assistant.ui.footer import KeyFooter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.faq.entry import FaqEntry

_PAUSE_S = 0.15
_DAY_S = 86_400
HITS_DAYS = 90
"""How far back it is counted how often an entry answered."""

_TABS = {"tab-entries": "#entries", "tab-unanswered": "#questions", "tab-review": "#review", "tab-figures": "#figures"}
_OVERVIEWS = {"tab-review", "tab-figures"}


class FaqScreen(DeskScreen):
    """Where FAQ entries are found, written, changed and deleted.

    Args:
        undo: what can be taken back, see ``EntriesPane``.
    """

    PLACE = "faq"
    AUTO_FOCUS = "#entries"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("faq")]
    DEFAULT_CSS = """
    FaqScreen {
        TabbedContent { height: 1fr; }
        TabPane { padding: 0 1; }
    }
    """

    def __init__(self, undo: Sequence[list[tuple[FaqEntry, FaqEntry]]] = ()) -> None:
        super().__init__()
        self._undo = undo

    def successor(self) -> DeskScreen | None:
        """Returns another such screen, on which the same can be taken back."""
        return FaqScreen(self.query_one(EntriesPane).undoable)

    def compose_body(self) -> ComposeResult:
        """Lays out the tabs."""
        with TabbedContent():
            with TabPane(tr("Entries"), id="tab-entries"):
                yield EntriesPane(self._undo)
            with TabPane(tr("Unanswered"), id="tab-unanswered"):
                yield QueuePane()
            with TabPane(tr("To review"), id="tab-review"):
                yield ReviewPane()
            with TabPane(tr("Figures"), id="tab-figures"):
                yield FiguresPane(id="figures")
        yield KeyFooter()

    def on_mount(self) -> None:
        """Shows the entries as soon as there are any."""
        self.watch(self.desk, "model_state", self._on_model_state)

    def on_screen_resume(self) -> None:
        """Shows what was changed elsewhere, such as questions that the chat could not answer."""
        self.reload()

    def _on_model_state(self, state: ModelState) -> None:
        if state is ModelState.READY:
            self.reload()

    # --- reading

    @on(EntriesPane.Wanted)
    def _entries_wanted(self, event: EntriesPane.Wanted) -> None:
        self.reload(_PAUSE_S if event.is_typing else 0.0)

    @on(DeskPane.Changed)
    def _entries_changed(self) -> None:
        self.reload()

    @work(group="reload", description="reload", exclusive=True)
    async def reload(self, pause_s: float = 0.0) -> None:
        """Shows the entries that are looked at, and the open questions."""
        await asyncio.sleep(pause_s)
        agent, pane = self.desk.agent, self.query_one(EntriesPane)
        if agent is None:
            pane.show_waiting()
            return
        text, listing, since = pane.text, pane.listing, time.time() - HITS_DAYS * _DAY_S
        read = await self.looked(lambda: (read_list(agent, text, listing, since), agent.faq.clustered(agent.unanswered.list())))
        if read is None:
            return
        (found, result), questions = read
        pane.show(found, result)
        self.query_one(QueuePane).show(questions)
        tabs = self.query_one(TabbedContent)
        tabs.get_tab("tab-entries").label = Content(tr("Entries {n}", n=len(found.entries)))
        tabs.get_tab("tab-unanswered").label = Content(tr("Unanswered {n}", n=len(questions)))
        self._show_overview()

    @on(TabbedContent.TabActivated)
    def _tab_activated(self) -> None:
        self._show_overview()

    @work(group="figures", description="figures", exclusive=True)
    async def _show_overview(self) -> None:
        """Shows the figures, and what wants to be looked at, as they are now, when one of them is looked at."""
        agent = self.desk.agent
        if agent is None or self.query_one(TabbedContent).active not in _OVERVIEWS:
            return
        pane = self.query_one(FiguresPane)
        overview = await self.looked(lambda: read_overview(agent, pane.days))
        if overview is None:
            return
        pane.show(overview)
        remarks = remarks_of(overview.alike, overview.stale, overview.questions)
        self.query_one(ReviewPane).show(remarks)
        self.query_one(TabbedContent).get_tab("tab-review").label = Content(tr("To review {n}", n=len(remarks)))

    # --- what people do

    def action_new_entry(self) -> None:
        """Writes a new entry."""
        self.query_one(EntriesPane).new()

    def action_undo_delete(self) -> None:
        """Takes the last deletion or change of state back."""
        self.query_one(EntriesPane).undo()

    def action_narrow(self, what: str) -> None:
        """Looks at the next state, category or order of entries."""
        pane = self.query_one(EntriesPane)
        if what == "category":
            pane.next_category()
        else:
            pane.narrow(pane.listing.next_status() if what == "state" else pane.listing.next_order())

    @work(group="import", description="import")
    async def action_import_entries(self) -> None:
        """Imports entries from a file, after a look at what would change."""
        agent = self.desk.agent
        if agent is not None and await self.app.push_screen_wait(ImportScreen(agent)):
            self.reload()

    def action_search(self) -> None:
        """Goes to the search field."""
        self.query_one(TabbedContent).active = "tab-entries"
        self.query_one("#search").focus()

    def action_next_tab(self) -> None:
        """Goes to the next tab."""
        tabs = self.query_one(TabbedContent)
        place = (list(_TABS).index(tabs.active) + 1) % len(_TABS)
        tabs.active = list(_TABS)[place]
        self.query_one(_TABS[tabs.active]).focus()
