"""The inbox: which conversations want a person's eye and why, with what was said beside the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import DataTable, Input, Static, Tab, Tabs

from assistant.languages import N_, tr
from assistant.people import user_name
from assistant.ui.actions import bindings
from assistant.ui.banner import ModelState
from assistant.ui.desk import DeskScreen
from assistant.ui.footer import KeyFooter
from assistant.ui.inbox.case import CaseScreen
from assistant.ui.inbox.tables import CaseTable
from assistant.ui.inbox.wording import CAUSES, headline, reasons
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.inbox import Case

LOOK_EVERY_S: Final = 5.0
_ALL: Final = "all"
_NONE = N_("Nothing wants a person's eye: no handoff, no thumb down, nothing that was not answered or understood with doubt.")
_NOT_YET = N_("The conversations are shown as soon as the model is ready.")
_NO_SUCH = N_("No conversation of this kind.")


class InboxScreen(DeskScreen):
    """Where conversations are chosen that a person sees to."""

    PLACE = "inbox"
    AUTO_FOCUS = "#cases"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("inbox")]
    DEFAULT_CSS = """
    InboxScreen {
        #filters { height: 2; }
        #find { border: round $border-blurred; background: transparent; display: none; }
        #find.-shown { display: block; }
        #find:focus { border: round $primary; }
        #empty { height: auto; padding: 1 2; color: $muted; }
        #desk { height: 1fr; padding: 0 1; }
        CaseTable { width: 3fr; }
        #reading { width: 2fr; padding: 0 2; margin-left: 1; background: $surface; display: none; scrollbar-size-vertical: 1; }
        #reading Static { height: auto; margin-bottom: 1; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.me = user_name() or "agent"
        self._cases: tuple[Case, ...] = ()
        self._filter = _ALL

    def compose_body(self) -> ComposeResult:
        """Lays out filters, list and what is under the cursor."""
        yield Tabs(Tab(tr("All"), id=_ALL), *(Tab(tr(name), id=cause) for cause, (_, name) in CAUSES.items()), id="filters")
        yield Input(placeholder=tr("Words of a conversation; Enter keeps them, Esc takes them away"), id="find")
        yield Static(tr(_NOT_YET), id="empty", markup=False)
        with Horizontal(id="desk"):
            yield CaseTable(id="cases")
            with VerticalScroll(id="reading", can_focus=False):
                yield Static(id="headline")
                yield Static(id="reasons")
        yield KeyFooter()

    def on_mount(self) -> None:
        """Shows the cases as soon as there are any, and looks for new ones now and then."""
        self.watch(self.desk, "model_state", self._on_model_state)
        self.set_interval(LOOK_EVERY_S, self._look)

    def on_screen_resume(self) -> None:
        """Shows what has happened meanwhile."""
        self.reload()

    def _on_model_state(self, state: ModelState) -> None:
        if state is ModelState.READY:
            self.reload()

    def _look(self) -> None:
        if self.is_current and not self.is_at_work("reload"):
            self.reload()

    # --- reading

    @work(group="reload", description="reload", exclusive=True)
    async def reload(self) -> None:
        """Shows the cases as they stand now."""
        agent = self.desk.agent
        if agent is None:
            return
        found = await self.looked(agent.inbox.cases)
        if found is not None:
            self._cases = found
            self._show()

    def _show(self, *, from_top: bool = False) -> None:
        for kind in (_ALL, *CAUSES):
            name = tr("All") if kind == _ALL else tr(CAUSES[kind][1])  # type: ignore[index]
            n_cases = len(self._cases) if kind == _ALL else sum(kind in case.causes for case in self._cases)
            self.query_one(f"#{kind}", Tab).label = Content(f"{name} {n_cases}")
        shown = [case for case in self._cases if self._is_wanted(case)]
        empty = self.query_one("#empty", Static)
        empty.display = not shown
        empty.update(tr(_NO_SUCH if self._cases else _NONE))
        self.query_one(CaseTable).show(shown, self.me, from_top=from_top)
        self._read_case()

    def _is_wanted(self, case: Case) -> bool:
        words = self.query_one("#find", Input).value.lower().split()
        told = " ".join((case.sender_id, case.title, case.last_text, *(one.text for one in case.concerns))).lower()
        return (self._filter == _ALL or self._filter in case.causes) and all(word in told for word in words)

    @on(DataTable.RowHighlighted, "#cases")
    def _read_case(self) -> None:
        """Shows why the case under the cursor is there, where there is room."""
        case = self.query_one(CaseTable).current
        self.query_one("#headline", Static).update(
            Content("\n").join(
                [Content.styled(safe_line(case.title or case.sender_id, limit=60), "bold"), headline(case, self.me, "\n")]
            )
            if case
            else ""
        )
        self.query_one("#reasons", Static).update(reasons(case) if case else "")

    # --- filtering

    @on(Tabs.TabActivated, "#filters")
    def _filter_chosen(self, event: Tabs.TabActivated) -> None:
        chosen = event.tab.id or _ALL
        if chosen != self._filter:
            self._filter = chosen
            self._show(from_top=True)

    def action_next_filter(self) -> None:
        """Shows another kind of conversations."""
        self.query_one(Tabs).action_next_tab()

    def action_search(self) -> None:
        """Goes to the search field."""
        find = self.query_one("#find", Input)
        find.add_class("-shown")
        find.focus()

    @on(Input.Changed, "#find")
    def _find_changed(self) -> None:
        self._show(from_top=True)

    @on(Input.Submitted, "#find")
    def _find_done(self) -> None:
        self.query_one(CaseTable).focus()

    def key_escape(self) -> None:
        """Takes the search away."""
        find = self.query_one("#find", Input)
        find.value = ""
        find.remove_class("-shown")
        self.query_one(CaseTable).focus()

    # --- acting

    @on(CaseTable.Wanted)
    def _case_wanted(self, event: CaseTable.Wanted) -> None:
        if event.what == "open":
            self.app.push_screen(CaseScreen(event.case, self.me))
        elif event.what == "take":
            self._take(event.case)
        else:
            self._put_aside(event.case)

    @work(group="write", description="write")
    async def _take(self, case: Case) -> None:
        agent = self.desk.agent
        if agent is not None and await self.is_done(lambda: agent.inbox.take(case, self.me)) and self.is_active:
            self.app.push_screen(CaseScreen(case, self.me))
        self.reload()

    @work(group="write", description="write")
    async def _put_aside(self, case: Case) -> None:
        agent = self.desk.agent
        if agent is not None and await self.is_done(lambda: agent.inbox.put_aside(case, self.me)):
            self.desk.notify_text(tr("Put aside; it comes back when something new happens in it."))
        self.reload()
