"""The list of conversations: searched by name and by what stands in them, and what can be done with each by one key."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from assistant.languages import tr, trn
from assistant.ui.actions import bindings
from assistant.ui.dialog import Dialog
from assistant.ui.footer import KeyFooter
from assistant.ui.problems import ProblemDialog
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.ui.ports import ConversationView

MOST_SHOWN = 500
"""More conversations than this are found by searching."""

_MIN_SEARCHED = 2
"""From so many letters on, what stands in the conversations is searched, too."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is to be done with which conversation; the search is kept for when the list is shown again."""

    what: str
    sender_id: str
    search: str = ""
    with_archived: bool = False


class Rows(OptionList):
    """The conversations; each key of its place does something with the one under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("conversations")]

    async def action_choose(self, what: str) -> None:
        """Hands on what is to be done."""
        await self.screen.run_action(f"screen.choose('{what}')")


class ConversationList(Dialog["Chosen | None"]):
    """Shows the conversations, and returns what is to be done with which; None when it is left.

    Args:
        rows: all conversations, the one spoken in last first.
        containing: finds the conversations in which a text stands; blocks, and is called in a thread.
        shown: the conversation that the chat shows.
        before: what was chosen when the list was shown before.
    """

    AUTO_FOCUS = "Rows"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("dialog")[:1]]
    DEFAULT_CSS = """
    ConversationList {
        align: center middle;
        #dialog {
            width: 94%; max-width: 104; height: 90%; padding: 1 1 0 1;
            background: $surface; border: round $primary; border-title-color: $text-primary; border-subtitle-color: $muted;
        }
        Rows { height: 1fr; margin-top: 1; background: $surface; text-wrap: nowrap; text-overflow: ellipsis; }
        Rows, Rows:focus { border: none; background-tint: transparent; }
    }
    """

    def __init__(
        self, rows: Sequence[ConversationView], containing: Callable[[str], Collection[str]], *, shown: str, before: Chosen
    ) -> None:
        super().__init__()
        self._rows, self._containing, self._here, self._before = rows, containing, shown, before
        self._with_archived = before.with_archived
        self._matching: Collection[str] = ()
        self._listed: list[ConversationView] = []

    def compose(self) -> ComposeResult:
        """Lays out the search field and the list."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = tr("Conversations")
            yield Input(self._before.search, placeholder=tr("/ search names and what was said"), max_length=200, compact=True)
            yield Rows()
            yield KeyFooter()

    def on_mount(self) -> None:
        """Shows all, or what was searched before."""
        self._show(keep=self._before.sender_id)
        if self._before.search:
            self._search(self._before.search)

    def _show(self, keep: str | None = None) -> None:
        options = self.query_one(Rows)
        keep = keep or self._under_cursor
        wanted = self.query_one(Input).value.strip().lower()
        self._listed = [row for row in self._rows if self._is_wanted(row, wanted)][:MOST_SHOWN]
        options.clear_options()
        options.add_options([Option(self._line(row)) for row in self._listed])
        places = [place for place, row in enumerate(self._listed) if row.sender_id == keep]
        options.highlighted = places[0] if places else (0 if self._listed else None)
        n_archived = sum(row.is_archived for row in self._rows)
        hidden = (
            " · " + trn("{n} archived hidden, A shows it", "{n} archived hidden, A shows them", n_archived)
            if n_archived and not self._with_archived
            else ""
        )
        self.query_one("#dialog").border_subtitle = tr("{n:,} of {all:,}", n=len(self._listed), all=len(self._rows)) + hidden

    def _is_wanted(self, row: ConversationView, wanted: str) -> bool:
        if row.is_archived and not self._with_archived:
            return False
        named = f"{row.title} {row.sender_id} {row.last_text}".lower()
        return wanted in named or row.sender_id in self._matching

    def _line(self, row: ConversationView) -> Content:
        sign = "● " if row.sender_id == self._here else "  "
        name = safe_line(row.title or row.sender_id, limit=40)
        when = datetime.fromtimestamp(row.last_at).astimezone().strftime(tr("%d.%m. %H:%M"))
        archived = f"  {tr('archived')}" if row.is_archived else ""
        return Content.assemble(
            (sign, "$text-success"),
            (f"{name:<26} ", "bold"),
            (f"{when}  {trn('{n:>4} turns', '{n:>4} turns', row.n_turns)}{archived}  ", "$muted"),
            safe_line(row.last_text, limit=60),
        )

    @property
    def _under_cursor(self) -> str:
        place = self.query_one(Rows).highlighted
        return self._listed[place].sender_id if place is not None and place < len(self._listed) else ""

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        self._matching = ()
        self._show()
        self._search(event.value)

    @work(group="search", description="search", exclusive=True)
    async def _search(self, text: str) -> None:
        """Looks into the conversations themselves, once typing pauses."""
        text = text.strip()
        if len(text) < _MIN_SEARCHED:
            return
        await asyncio.sleep(0.15)
        try:
            self._matching = await asyncio.to_thread(self._containing, text)
        except Exception as error:  # noqa: BLE001 (a border: the names are found all the same)
            self.app.push_screen(ProblemDialog(error))
            return
        self._show()

    @on(Input.Submitted)
    def _to_list(self) -> None:
        self.query_one(Rows).focus()

    @on(OptionList.OptionSelected)
    def _open(self) -> None:
        self.action_choose("open")

    def action_choose(self, what: str) -> None:
        """Returns what is to be done with the conversation under the cursor."""
        if what == "search":
            self.query_one(Input).focus()
        elif what == "archived":
            self._with_archived = not self._with_archived
            self._show()
        elif what == "new" or self._under_cursor:
            self.dismiss(Chosen(what, self._under_cursor, self.query_one(Input).value, self._with_archived))

    def action_close(self) -> None:
        """Leaves the list."""
        self.dismiss(None)
