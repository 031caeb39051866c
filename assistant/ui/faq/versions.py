"""The versions of one FAQ entry: who saved what and why, what differs between any two, and the way back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import DataTable, Static

from assistant.faq.differences import changed_fields, changed_lines
from assistant.languages import N_, tr
from assistant.people import user_name
from assistant.ui.actions import bindings
from assistant.ui.dialog import Dialog
from assistant.ui.faq.diff import diff_content
from assistant.ui.faq.tables import FittedTable, when
from assistant.ui.footer import KeyFooter
from assistant.ui.problems import ProblemDialog
from assistant.ui.question import QuestionDialog
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.faq.entry import FaqEntry
    from assistant.stores.entry_values import EntryVersion
    from assistant.ui.ports import AgentPort


class VersionTable(FittedTable):
    """The versions, the newest first."""

    FIRST = N_("Version")
    MIN_FIRST = 9
    WIDTHS = ((N_("Saved"), 11), (N_("By"), 10), (N_("Changed"), 16))


class VersionsScreen(Dialog["FaqEntry | None"]):
    """Shows an entry's versions; returns the entry as it was saved when one of them was returned to, or None.

    Args:
        agent: whose entries these are.
        entry: the entry.
    """

    AUTO_FOCUS = "VersionTable"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-normal"), (100, "-wide")]  # noqa: RUF012 (Textual's own declaration)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("versions")]
    DEFAULT_CSS = """
    VersionsScreen {
        background: $background;
        #title { height: 2; padding: 0 2; color: $primary; text-style: bold; text-wrap: nowrap; text-overflow: ellipsis; }
        #halves { height: 1fr; padding: 0 1; }
        VersionTable { width: 1fr; min-width: 24; }
        #difference { width: 3fr; padding: 0 2; margin-left: 1; background: $surface; scrollbar-size-vertical: 1; }
        #difference Static { height: auto; }
    }
    VersionsScreen.-narrow #halves { layout: vertical; }
    VersionsScreen.-narrow #halves VersionTable { height: 1fr; width: 100%; }
    VersionsScreen.-narrow #difference { height: 2fr; width: 100%; margin: 0; }
    VersionsScreen.-wide VersionTable { width: 2fr; }
    """

    def __init__(self, agent: AgentPort, entry: FaqEntry) -> None:
        super().__init__()
        self._agent = agent
        self._entry = entry
        self._versions: tuple[EntryVersion, ...] = ()
        self._is_writing = False
        self._held: int | None = None  # the version that others are held against; None: the one before each

    def compose(self) -> ComposeResult:
        """Lays out the versions and what differs."""
        yield Static(Content(tr("Versions of “{question}”", question=safe_line(self._entry.question, limit=200))), id="title")
        with Horizontal(id="halves"):
            yield VersionTable(id="versions")
            with VerticalScroll(id="difference"):
                yield Static(id="compared", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Reads the versions."""
        self._read()

    @work(group="history", description="history", exclusive=True)
    async def _read(self) -> None:
        try:
            self._versions = await asyncio.to_thread(self._agent.entries.history, self._entry.id)
        except Exception as error:  # noqa: BLE001 (a border: whatever fails is shown, and the screens live on)
            self.app.push_screen(ProblemDialog(error))
            return
        self._show()

    def _show(self) -> None:
        older = [version.entry for version in self._versions[1:]] + [None]
        rows = [
            (str(version.entry.version), self._cells(version, before))
            for version, before in zip(self._versions, older, strict=True)
        ]
        self.query_one(VersionTable).show_rows(rows)
        self._compare()

    def _cells(self, version: EntryVersion, before: FaqEntry | None) -> tuple[str, ...]:
        entry = version.entry
        mark = "◆" if entry.version == self._held else " "
        changed = ", ".join(changed_fields(before, entry)) if before is not None else tr("new")
        return f"{mark} {entry.version}", when(entry.updated_at), safe_line(entry.author or "-", limit=40), changed

    @property
    def _current(self) -> EntryVersion | None:
        key = self.query_one(VersionTable).cursor_key
        return next((version for version in self._versions if str(version.entry.version) == key), None)

    def _base(self, version: int) -> FaqEntry | None:
        """Returns what a version is held against."""
        wanted = self._held if self._held not in {None, version} else version - 1
        return next((other.entry for other in self._versions if other.entry.version == wanted), None)

    @on(DataTable.RowHighlighted, "#versions")
    def _compare(self) -> None:
        """Shows what differs between the version under the cursor and the one it is held against, the older one first."""
        current = self._current
        if current is None:
            return
        pair = (self._base(current.entry.version), current.entry)
        before, after = sorted(pair, key=lambda entry: entry.version if entry is not None else 0)
        lines = changed_lines(before, after)
        head = [
            Content.styled(
                tr("from version {old} to {new}", old=before.version, new=after.version) if before and after else tr("as it began"),
                "$muted",
            )
        ]
        by = tr("by {name}", name=safe_line(current.entry.author, limit=40)) if current.entry.author else ""
        why = ", ".join(filter(None, (safe_line(current.reason, limit=200), by)))
        head += [Content.styled(why, "$muted")] if why else []
        body = diff_content(lines) if lines else Content(tr("They say the same."))
        self.query_one("#compared", Static).update(Content("\n").join([*head, Content(""), body]))
        self.query_one("#difference").scroll_home(animate=False)

    def action_hold(self) -> None:
        """Holds all other versions against the one under the cursor; once more: each against the one before it."""
        current = self._current
        if current is not None:
            self._held = None if self._held == current.entry.version else current.entry.version
            self._show()

    @work(group="roll-back", description="roll-back")
    async def action_roll_back(self) -> None:
        """Saves what the version under the cursor said as the newest one, after a question."""
        current = self._current
        if self._is_writing:
            return
        if current is None or current.entry.version == self._versions[0].entry.version:
            self.app.notify(tr("This is the newest version."), markup=False)
            return
        number, newest = current.entry.version, self._versions[0].entry.version
        text = tr("Return to version {n}? It becomes version {new}; nothing of the history goes.", n=number, new=newest + 1)
        answers = {"keep": tr("Keep what is there"), "return": tr("Return")}
        if await self.app.push_screen_wait(QuestionDialog(tr("Return"), text, answers)) != "return":
            return
        self._is_writing = True
        try:
            saved = await asyncio.to_thread(self._agent.entries.roll_back, self._entry.id, number, newest, user_name())
        except Exception as error:  # noqa: BLE001 (a border: whatever fails is shown, and the screens live on)
            self.app.push_screen(ProblemDialog(error))
            self._read()
        else:
            self.dismiss(saved)
        finally:
            self._is_writing = False

    def action_leave(self) -> None:
        """Leaves everything as it is; while a version is being returned to, the screen goes by itself when that is done."""
        if not self._is_writing:
            self.dismiss(None)
