"""The list of conversations that want a person's eye."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual.message import Message

from assistant.languages import N_
from assistant.ui.actions import bindings
from assistant.ui.faq.tables import FittedTable
from assistant.ui.inbox.wording import ago, causes, feeling, holder
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType

    from assistant.inbox import Case


class CaseTable(FittedTable):
    """The cases, those who wait first."""

    FIRST = N_("Said last")
    WIDTHS = ((N_("Why"), 18), (N_("Last"), 7), (N_("Who"), 8), (N_("Feeling"), 16))
    MIN_FIRST = 20
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("cases")]

    @dataclass
    class Wanted(Message):
        """Something shall be done with the case under the cursor: ``open``, ``take`` or ``put_aside``."""

        case: Case
        what: str

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._cases: dict[str, Case] = {}

    def show(self, cases: Sequence[Case], me: str, *, from_top: bool = False) -> None:
        """Shows cases.

        Args:
            cases: to show.
            me: the agent who looks.
            from_top: whether the cursor goes to the top; else it stays with its case.
        """
        self._cases = {case.sender_id: case for case in cases}
        self.show_rows([(case.sender_id, _cells(case, me)) for case in cases], from_top=from_top)

    @property
    def current(self) -> Case | None:
        """The case under the cursor; None when there is none."""
        return self._cases.get(self.cursor_key or "")

    def on_data_table_row_selected(self) -> None:
        """A click on the row under the cursor opens it."""
        self.action_open_case()

    def action_open_case(self) -> None:
        """Asks for the case to be opened."""
        self._want("open")

    def action_take_case(self) -> None:
        """Asks for the case to be taken over."""
        self._want("take")

    def action_put_aside(self) -> None:
        """Asks for the case to be put aside."""
        self._want("put_aside")

    def _want(self, what: str) -> None:
        if self.current is not None:
            self.post_message(self.Wanted(self.current, what))


def _cells(case: Case, me: str) -> tuple[str, ...]:
    said = next((one.text for one in case.concerns if one.text.strip()), case.last_text)
    named = f"{safe_line(case.title, limit=60)}: " if case.title else ""
    return f"{named}{safe_line(said)}", causes(case), ago(case.last_at), holder(case.handoff, me), feeling(case.sentiment)
