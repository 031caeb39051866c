"""Imports entries from a file or a folder: what would change is shown line by line, and nothing is done before that is agreed.

What reads badly in it, or would be flagged, is said as it is found; nobody has to wait for that.
"""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import on, work
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Input, ProgressBar, Select, Static

from assistant.faq.files import SUFFIXES, Survey, entries_in, survey
from assistant.languages import N_, tr, trn
from assistant.messages import Cancelled
from assistant.people import user_name
from assistant.ui.actions import bindings
from assistant.ui.dialog import Dialog
from assistant.ui.faq.changes import changes_content, counts_of
from assistant.ui.footer import KeyFooter
from assistant.ui.problems import as_problem
from assistant.ui.safe_input import SafeInput
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.knowledge.entry_doubts import Doubt
    from assistant.messages import Progress
    from assistant.stores.entry_import import ImportChange, ImportMode, ImportReport
    from assistant.ui.ports import AgentPort

T = TypeVar("T")

MAX_SHOWN = 100
"""Changes that are shown line by line and read for tone and language; the figures count all."""

_MODES = (
    (N_("add and change"), "merge"),
    (N_("add only what is new"), "add"),
    (N_("replace: archive all others"), "replace"),
)


class ImportScreen(Dialog[bool]):
    """Imports entries; returns whether anything was imported.

    Args:
        agent: whose entries these are.
    """

    AUTO_FOCUS = "#path"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("importing")]
    DEFAULT_CSS = """
    ImportScreen {
        background: $background;
        Input, Select > SelectCurrent { border: round $border-blurred; background: transparent; border-title-color: $muted; }
        Input:focus, Select:focus > SelectCurrent { border: round $primary; border-title-color: $primary; }
        #what { height: 3; }
        #path { width: 1fr; }
        #mode { width: 34; }
        #outcome { height: auto; max-height: 6; padding: 0 2; }
        #bar { padding: 0 2; height: 1; display: none; }
        #bar.-shown { display: block; }
        #changes { height: 1fr; padding: 0 2; scrollbar-size-vertical: 1; }
        #changed { height: auto; }
    }
    ImportScreen.-narrow #mode { width: 18; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-normal")]  # noqa: RUF012 (Textual's own declaration)

    def __init__(self, agent: AgentPort) -> None:
        super().__init__()
        self._agent = agent
        self._surveyed: tuple[str, ImportMode, Survey] | None = None
        self._has_imported = False
        self._is_importing = self._is_left = False

    def compose(self) -> ComposeResult:
        """Lays out what to import, and what would become of it."""
        with Horizontal(id="what"):
            path = SafeInput(
                id="path", placeholder=tr("a file ({suffixes}) or a folder of such files", suffixes=", ".join(SUFFIXES))
            )
            path.border_title = tr("Import entries from")
            yield path
            yield Select([(tr(label), mode) for label, mode in _MODES], value="merge", allow_blank=False, id="mode")
        yield Static(tr("Enter shows what would change; nothing is changed before you agree."), id="outcome", markup=False)
        yield ProgressBar(id="bar", show_eta=False)
        with VerticalScroll(id="changes"):
            yield Static(id="changed", markup=False)
        yield KeyFooter()

    @on(Input.Submitted, "#path")
    def _path_given(self) -> None:
        if not self._is_importing:
            self._look()

    @on(Select.Changed, "#mode")
    def _mode_chosen(self) -> None:
        if self._surveyed is not None:  # it is None while an import is on its way
            self._look()

    @property
    def _wanted(self) -> tuple[str, ImportMode]:
        mode = self.query_one("#mode", Select).value
        chosen: ImportMode = "add" if mode == "add" else "replace" if mode == "replace" else "merge"
        return self.query_one("#path", Input).value.strip(), chosen

    @work(group="import", description="import", exclusive=True)
    async def _look(self) -> None:
        """Says what an import would do."""
        path, mode = self._wanted
        self._surveyed = None
        self.workers.cancel_group(self, "doubts")
        if not path:
            return
        self._say(Content.styled(tr("Reading …"), "$muted"))
        changes: list[ImportChange] = []

        def tell(change: ImportChange) -> None:
            if len(changes) < MAX_SHOWN:
                changes.append(change)

        def run() -> tuple[Survey, ImportReport]:
            found = survey([Path(path).expanduser()], self._report)
            report = self._agent.entries.import_entries(
                entries_in(found), mode, progress=self._report, n_entries=found.n_entries, tell=tell, is_dry_run=True
            )
            return found, report

        made = await self._run(run)
        if made is None:
            return
        surveyed, report = made
        n_changes = report.n_added + report.n_changed + report.n_archived
        self._surveyed = (path, mode, surveyed) if n_changes else None
        counts = counts_of(report)
        told = (
            tr("Would be: {counts}; ^s imports", counts=counts)
            if n_changes
            else tr("Would be: {counts}: there is nothing to import", counts=counts)
        )
        self._say(Content(told))
        self.query_one("#changed", Static).update(changes_content(changes, n_changes, {}))
        self.query_one("#changes").focus()
        self._proofread(changes, n_changes, told)

    @work(group="doubts", description="doubts", exclusive=True)
    async def _proofread(self, changes: Sequence[ImportChange], n_changes: int, told: str) -> None:
        """Says which of the texts that would come in read badly, or would be flagged."""
        doubts: dict[str, Sequence[Doubt]] = {}
        for change in changes:
            try:
                found = await asyncio.to_thread(self._agent.doubts, change.after) if change.after.status != "archived" else ()
            except Exception:  # noqa: BLE001 (a border: it is only advice, and the import can do without)
                return
            if found:
                doubts[change.after.id] = found
                n_doubts = sum(map(len, doubts.values()))
                warned = trn("{n} text to read once more", "{n} texts to read once more", n_doubts)
                self._say(Content.assemble(told, "\n", (f"⚠ {warned}", "$text-warning")))
                self.query_one("#changed", Static).update(changes_content(changes, n_changes, doubts))

    def action_import(self) -> None:
        """Imports what was looked at."""
        if self._is_importing:  # the key came twice
            return
        if self._surveyed is None or self._surveyed[:2] != self._wanted:
            self._look()
            return
        (_, mode, surveyed), self._surveyed = self._surveyed, None
        self.workers.cancel_group(self, "doubts")
        self._is_importing = True
        self._import(mode, surveyed)

    @work(group="import", description="import", exclusive=True)
    async def _import(self, mode: ImportMode, surveyed: Survey) -> None:
        report = await self._run(
            partial(
                self._agent.entries.import_entries,
                entries_in(surveyed),
                mode,
                user_name(),
                "imported at the desk",
                self._report,
                n_entries=surveyed.n_entries,
            )
        )
        self._is_importing = False
        self._has_imported = self._has_imported or report is not None
        if self._is_left:
            self.dismiss(self._has_imported)
            return
        if report is None:
            return
        self._say(Content.styled(tr("Reading what came …"), "$muted"))
        await self._run(lambda: self._agent.faq.search("?", 1))  # vectors are made now, not while the next question waits
        self._say(Content.assemble(("✓ ", "$success"), tr("{counts}.  Esc goes back.", counts=counts_of(report))))
        self.query_one("#changed", Static).update("")

    async def _run(self, done: Callable[[], T]) -> T | None:
        """Returns what long work gives that reports how far it is; shows a failure in place, and returns None then."""
        bar = self.query_one("#bar", ProgressBar)
        bar.update(total=None, progress=0)
        bar.add_class("-shown")
        try:
            return await asyncio.to_thread(done)
        except Cancelled:
            return None
        except Exception as error:  # noqa: BLE001 (a border: whatever fails is shown, and the screens live on)
            self._say(Content.styled(safe_line(as_problem(error), limit=400), "$text-error"))
            self.query_one("#changed", Static).update("")
            return None
        finally:
            bar.remove_class("-shown")

    def _report(self, progress: Progress) -> None:
        """Moves the bar; called in the thread that works."""
        if self._is_left:
            raise Cancelled
        self.app.call_from_thread(self._move, progress)

    def _move(self, progress: Progress) -> None:
        for bar in self.query("#bar").results(ProgressBar):
            bar.update(total=progress.total or None, progress=progress.done)

    def _say(self, what: Content) -> None:
        self.query_one("#outcome", Static).update(what)

    def action_leave(self) -> None:
        """Leaves; an import that is on its way is given up, and nothing of it stays, unless it was done just then."""
        self._is_left = True
        if not self._is_importing:  # else the screen goes as soon as it is known what has become of it
            self.dismiss(self._has_imported)

    def on_unmount(self) -> None:
        """Gives up what is on its way when the program ends."""
        self._is_left = True
