"""What wants a curator's eye among the entries: contradictions, duplicates, and entries that are stale; Enter opens one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.widgets import DataTable, Static

from assistant.languages import N_, tr
from assistant.ui.actions import bindings
from assistant.ui.faq.pane import DeskPane
from assistant.ui.faq.tables import FittedTable
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.faq.askings import StaleEntry
    from assistant.faq.duplicates import Likeness

_NONE = N_("Nothing wants to be looked at: no entries that say the same or contradict one another, none that is stale.")
_HINT = N_("Enter opens the entry, x the other one of a pair.")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that wants to be looked at.

    Attributes:
        kind: one word with a sign.
        entry_id: the entry to open; other_id: the other one of a pair, else empty.
        what: in words; why: a few more.
    """

    kind: str
    entry_id: str
    other_id: str
    what: str
    why: str


def remarks_of(alike: Sequence[Likeness], stale: Sequence[StaleEntry], questions: Mapping[str, str]) -> tuple[Remark, ...]:
    """Returns what wants to be looked at: contradictions, then duplicates, then stale entries."""
    return tuple(_remarks(alike, stale, questions))


def _remarks(alike: Sequence[Likeness], stale: Sequence[StaleEntry], questions: Mapping[str, str]) -> Iterator[Remark]:
    for pair in alike:
        one, two = (questions.get(entry_id, entry_id) for entry_id in (pair.entry_id, pair.other_id))
        kind = tr("✕ contradict") if pair.kind == "contradiction" else tr("= same")
        yield Remark(
            kind, pair.entry_id, pair.other_id, f"{one}  |  {two}", pair.why or tr("{share:.0%} alike", share=pair.likeness)
        )
    for entry in stale:
        yield Remark(tr("◌ stale"), entry.entry_id, "", entry.question, entry.why)


class RemarkTable(FittedTable):
    """What wants to be looked at."""

    FIRST = N_("Entries")
    WIDTHS = ((N_("Kind"), 12), (N_("Why"), 30))
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("review")]

    def action_open_entry(self, which: str) -> None:
        """Asks for the entry to be opened, or the other one of the pair."""
        pane = self.query_ancestor(ReviewPane)
        pane.open(int(self.cursor_key or "-1"), is_other=which == "other")

    def on_data_table_row_selected(self) -> None:
        """A click on the row under the cursor opens the entry."""
        self.action_open_entry("first")


class ReviewPane(DeskPane):
    """The tab with what wants to be looked at."""

    DEFAULT_CSS = """
    ReviewPane {
        #review-hint { height: auto; padding: 1 2; color: $muted; }
        #remark { height: auto; padding: 0 2; color: $muted; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (the name is Textual's)
        super().__init__(id=id)
        self._remarks: tuple[Remark, ...] = ()

    def compose(self) -> ComposeResult:
        """Lays out the list."""
        yield Static(tr("Looking through the entries …"), id="review-hint", markup=False)
        yield RemarkTable(id="review")
        yield Static(id="remark", markup=False)

    def show(self, remarks: Sequence[Remark]) -> None:
        """Shows what wants to be looked at."""
        self._remarks = tuple(remarks)
        rows: list[tuple[str, tuple[str, ...]]] = [
            (str(number), (safe_line(remark.what), remark.kind, safe_line(remark.why, limit=120)))
            for number, remark in enumerate(remarks)
        ]
        self.query_one(RemarkTable).show_rows(rows)
        self.query_one("#review-hint", Static).update(tr(_HINT if rows else _NONE))
        self._read()

    @on(DataTable.RowHighlighted, "#review")
    def _read(self) -> None:
        """Shows the row under the cursor whole."""
        key = self.query_one(RemarkTable).cursor_key
        remark = self._remarks[int(key)] if key is not None else None
        shown = "\n".join(safe_line(part, limit=300) for part in (*remark.what.split("  |  "), remark.why)) if remark else ""
        self.query_one("#remark", Static).update(shown)

    @work(group="write", description="write")
    async def open(self, number: int, *, is_other: bool) -> None:
        """Opens an entry of a row in the editor."""
        agent = self.agent
        if agent is None or not 0 <= number < len(self._remarks):
            return
        remark = self._remarks[number]
        wanted = remark.other_id if is_other and remark.other_id else remark.entry_id
        entry = await self.guarded(lambda: agent.entries.get(wanted))
        if entry is not None and await self.edited(entry) is not None:
            self.post_message(self.Changed())
