"""The lists of the FAQ desk: entries, and questions that wait for one."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Final

from rich.cells import cell_len
from rich.text import Text
from textual.message import Message
from textual.widgets import DataTable

from assistant.languages import N_, tr, trn
from assistant.ui.actions import bindings
from assistant.ui.faq.listing import STATUS_SIGNS, state_of
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType

    from assistant.faq.entry import FaqEntry
    from assistant.faq.queue import QuestionCluster
    from assistant.ui.faq.listing import Found

_PADDING: Final = 2  # cells around the text of a column
_SECONDS_A_DAY: Final = 86_400


class FittedTable(DataTable[Text]):
    """A table whose first column takes the width that the others leave; cells are text, never markup."""

    WIDTHS: ClassVar[tuple[tuple[str, int], ...]] = ()
    """Label in English and width of each column after the first; those that do not fit are left out from the right."""

    FIRST: ClassVar[str] = ""
    MIN_FIRST: ClassVar[int] = 34
    DEFAULT_CSS = """
    FittedTable {
        height: 1fr; background: transparent; scrollbar-size-vertical: 1; overflow-x: hidden;
        & > .datatable--header { background: $surface; color: $muted; text-style: none; }
        & > .datatable--cursor { text-style: none; }
    }
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(cursor_type="row", zebra_stripes=False, **options)
        self._shown: list[tuple[str, tuple[str, ...]]] = []

    def show_rows(self, rows: list[tuple[str, tuple[str, ...]]], *, from_top: bool = False) -> None:
        """Shows rows of key and cells; the cursor goes to the top, or stays on the row it was on or near it."""
        key, position = self.cursor_key, self.cursor_row
        self._shown = rows
        self._fill()
        keys = [row_key for row_key, _ in rows]
        stays = keys.index(key) if key in keys else min(position, max(len(rows) - 1, 0))
        self.move_cursor(row=0 if from_top else stays)

    @property
    def cursor_key(self) -> str | None:
        """The key of the row under the cursor; None when there is no row."""
        return self._shown[self.cursor_row][0] if 0 <= self.cursor_row < len(self._shown) else None

    def on_resize(self) -> None:
        """Fits the columns to the new width."""
        row = self.cursor_row
        self._fill()
        self.move_cursor(row=row)

    def widths(self) -> tuple[tuple[str, int], ...]:
        """Returns the columns after the first, as WIDTHS describes them."""
        return self.WIDTHS

    def _fill(self) -> None:
        columns = self._columns_that_fit()
        rest = sum(width + _PADDING for _, width in columns)
        self.clear(columns=True)
        self.add_column(Text(tr(self.FIRST)), width=max(self.size.width - rest - _PADDING - 1, min(self.MIN_FIRST, 10)))
        for label, width in columns:
            self.add_column(Text(label), width=width)
        for key, cells in self._shown:
            shown = [Text(cell, no_wrap=True, overflow="ellipsis") for cell in cells[: len(columns) + 1]]
            self.add_row(*shown, key=key)

    def _columns_that_fit(self) -> list[tuple[str, int]]:
        """Label in the language in use and width of each column that there is room for; no label is cut off."""
        room = self.size.width - self.MIN_FIRST - _PADDING
        taken = []
        for english, least in self.widths():
            label = tr(english) if english else ""
            width = max(least, cell_len(label))
            room -= width + _PADDING
            if room < 0:
                break
            taken.append((label, width))
        return taken


class EntryTable(FittedTable):
    """The FAQ entries; some may be marked, and what is done then is done with all of these."""

    FIRST = N_("Question")
    WIDTHS = ((N_("State"), 11), (N_("Score"), 5), (N_("Asked"), 5), (N_("Alt."), 4), (N_("Tags"), 18))
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("entries")]

    @dataclass
    class Wanted(Message):
        """Something shall be done with entries: ``edit``, ``versions``, ``delete`` or ``state``."""

        entry_ids: tuple[str, ...]
        what: str

    class Marked(Message):
        """Other entries than before are marked."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._found: Found | None = None
        self.marked: set[str] = set()

    def show(self, found: Found, *, from_top: bool = False) -> None:
        """Shows entries; the cursor goes to the top, or stays."""
        self._found = found
        self.marked &= {entry.id for entry in found.entries}
        today = date.today()  # noqa: DTZ011 (the curators' own day)
        rows = [(entry.id, self._cells(entry, found, today)) for entry in found.entries]
        self.show_rows(rows, from_top=from_top)

    def widths(self) -> tuple[tuple[str, int], ...]:
        """Returns the columns; scores are there where something was searched for."""
        has_scores = self._found is not None and bool(self._found.scores)
        state = max(cell_len(tr(sign)) for sign in STATUS_SIGNS.values())
        columns = tuple((label, max(width, state) if label == "State" else width) for label, width in self.WIDTHS)
        return columns if has_scores else tuple(column for column in columns if column[0] != "Score")

    def _cells(self, entry: FaqEntry, found: Found, today: date) -> tuple[str, ...]:
        mark = "▪ " if entry.id in self.marked else ""
        score = f"{round(100 * found.scores[entry.id])}%" if entry.id in found.scores else ""
        scores = (score.rjust(5),) if found.scores else ()
        hits = str(found.hits.get(entry.id, "")) or ""
        alternatives = str(len(entry.alternatives)) if entry.alternatives else ""
        tags = safe_line(", ".join(entry.tags), limit=60)
        question = f"{mark}{safe_line(entry.question)}"
        return question, state_of(entry, today), *scores, hits.rjust(5), alternatives.rjust(4), tags

    def on_data_table_row_selected(self) -> None:
        """A click on the row under the cursor edits it."""
        self.action_edit_entry()

    def action_edit_entry(self) -> None:
        """Asks for the entry to be edited."""
        self._want("edit", [self.cursor_key])

    def action_versions(self) -> None:
        """Asks for the entry's versions."""
        self._want("versions", [self.cursor_key])

    def action_delete_entry(self) -> None:
        """Asks for the marked entries to be deleted, or the one under the cursor."""
        self._want("delete", self._chosen)

    def action_state(self) -> None:
        """Asks for the marked entries to get another state, or the one under the cursor."""
        self._want("state", self._chosen)

    def action_mark(self) -> None:
        """Marks the entry under the cursor, or takes the mark away; and goes one on."""
        if self.cursor_key is not None and self._found is not None:
            self.marked ^= {self.cursor_key}
            self.show(self._found)
            self.action_cursor_down()
            self.post_message(self.Marked())

    @property
    def _chosen(self) -> list[str | None]:
        return [key for key, _ in self._shown if key in self.marked] or [self.cursor_key]

    def _want(self, what: str, keys: Sequence[str | None]) -> None:
        entry_ids = tuple(key for key in keys if key is not None)
        if entry_ids:
            self.post_message(self.Wanted(entry_ids, what))


class QuestionTable(FittedTable):
    """The unanswered questions, those that mean the same as one row."""

    FIRST = N_("Question")
    WIDTHS = ((N_("Asked"), 9), (N_("Last"), 12), (N_("Nearest"), 8), (N_("Ways"), 5))
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("unanswered")]

    @dataclass
    class Wanted(Message):
        """Something shall be done with the questions: ``answer``, ``alternative``, ``example``, ``conversation``, ``dismiss``."""

        question: QuestionCluster
        what: str

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._questions: dict[str, QuestionCluster] = {}

    def show(self, questions: Sequence[QuestionCluster]) -> None:
        """Shows questions."""
        self._questions = {str(position): question for position, question in enumerate(questions)}
        self.show_rows([(key, _question_cells(question)) for key, question in self._questions.items()])

    @property
    def current(self) -> QuestionCluster | None:
        """The questions under the cursor; None when there are none."""
        return self._questions.get(self.cursor_key or "")

    def on_data_table_row_selected(self) -> None:
        """A click on the row under the cursor answers it."""
        self.action_answer()

    def action_answer(self) -> None:
        """Asks for an entry that answers the question."""
        self._want("answer")

    def action_make_alternative(self) -> None:
        """Asks for the questions to become other ways to ask for an entry."""
        self._want("alternative")

    def action_make_example(self) -> None:
        """Asks for the questions to become examples of an intent."""
        self._want("example")

    def action_conversation(self) -> None:
        """Asks for the conversations in which the questions were asked."""
        self._want("conversation")

    def action_dismiss(self) -> None:
        """Asks for the question to be taken off the list."""
        self._want("dismiss")

    def _want(self, what: str) -> None:
        if self.cursor_key is not None:
            self.post_message(self.Wanted(self._questions[self.cursor_key], what))


def _question_cells(question: QuestionCluster) -> tuple[str, ...]:
    ways = str(len(question.others) + 1) if question.others else ""
    times = trn("once", "{n} times", question.count)
    nearest = "✓" if question.answered_by else f"{round(question.best_score * 100)}%"
    return (
        safe_line(question.question),
        times,
        when(question.last_at),
        nearest.rjust(5),
        ways.rjust(4),
    )


def when(timestamp: float) -> str:
    """Returns how long ago something was, in the words people use; nothing for what has no time."""
    if not timestamp:
        return ""
    days = int((time.time() - timestamp) // _SECONDS_A_DAY)
    if days <= 0:
        return tr("today")
    return tr("yesterday") if days == 1 else time.strftime(tr("%d %b %Y"), time.localtime(timestamp))
