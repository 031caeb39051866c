"""The confusion matrix as a heat map: a cursor goes over its cells by keys and mouse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from assistant.evaluation.labels import fitted
from assistant.languages import tr
from assistant.ui.actions import bindings
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual import events
    from textual.binding import BindingType

CELL: Final = 4
_LABEL = 24
_NARROW_LABEL = 16
_NARROW = 60
_MOST = 0.85
"""How much of a colour the fullest cell has."""


class HeatMap(Widget, can_focus=True):
    """Rows are right intents, columns the intents found; a cell says how often, and the stronger its colour the more often.

    The diagonal has the colour of what is right, the rest that of what is wrong; numbers stand in the cells, so that no colour is
    needed to read it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("heat")]
    DEFAULT_CSS = """
    HeatMap { height: 1fr; width: 1fr; }
    """

    @dataclass
    class Moved(Message):
        """The cursor stands on another cell: how often the right intent was taken for the one found."""

        right: str
        found: str
        times: int

    @dataclass
    class Opened(Message):
        """The examples behind a cell are wanted."""

        right: str
        found: str

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._names: tuple[str, ...] = ()
        self._times: Mapping[tuple[str, str], int] = {}
        self._totals: dict[str, int] = {}
        self._row = self._column = 0
        self._top = self._left = 0

    def show(self, names: Sequence[str], pairs: Sequence[tuple[str, str, int]]) -> None:
        """Shows a matrix.

        Args:
            names: of the intents, in their order.
            pairs: (right, found, times) for each pair that occurs.
        """
        self._names, self._times = tuple(names), {(right, found): times for right, found, times in pairs}
        self._totals = {}
        for right, _, times in pairs:
            self._totals[right] = self._totals.get(right, 0) + times
        self._row = min(self._row, max(len(names) - 1, 0))
        self._column = min(self._column, max(len(names) - 1, 0))
        self._go(self._row, self._column)

    @property
    def cell(self) -> tuple[str, str] | None:
        """The right intent and the one found under the cursor; None when there is nothing to show."""
        return (self._names[self._row], self._names[self._column]) if self._names else None

    # --- going

    def action_go(self, rows: int, columns: int) -> None:
        """Moves the cursor."""
        self._go(self._row + rows, self._column + columns)

    def action_next_mistake(self) -> None:
        """Moves the cursor to the next cell with mistakes, from the most to the fewest."""
        wrong = sorted(((-n, pair) for pair, n in self._times.items() if pair[0] != pair[1] and set(pair) <= set(self._names)))
        pairs = [pair for _, pair in wrong]
        if pairs:
            here = self.cell
            place = (pairs.index(here) + 1) % len(pairs) if here in pairs else 0
            self._go(self._names.index(pairs[place][0]), self._names.index(pairs[place][1]))

    def action_open(self) -> None:
        """Asks for the examples behind the cell."""
        if self.cell is not None:
            self.post_message(self.Opened(*self.cell))

    def on_click(self, event: events.Click) -> None:
        """Goes to the cell that is clicked."""
        row, column = event.y - 1 + self._top, (event.x - self._label) // CELL + self._left
        if event.y >= 1 and event.x >= self._label and row < len(self._names) and column < len(self._names):
            self._go(row, column)
            if event.chain > 1:
                self.action_open()

    def on_resize(self) -> None:
        """Keeps the cursor in sight."""
        self._go(self._row, self._column)

    def on_mouse_scroll_down(self) -> None:
        """Moves down."""
        self.action_go(1, 0)

    def on_mouse_scroll_up(self) -> None:
        """Moves up."""
        self.action_go(-1, 0)

    def _go(self, row: int, column: int) -> None:
        last = len(self._names) - 1
        if last < 0:
            self.refresh()
            return
        self._row, self._column = min(max(row, 0), last), min(max(column, 0), last)
        self._top = _window(self._top, self._row, max(1, self.size.height - 1))
        self._left = _window(self._left, self._column, max(1, (self.size.width - self._label) // CELL))
        right, found = self._names[self._row], self._names[self._column]
        self.post_message(self.Moved(right, found, self._times.get((right, found), 0)))
        self.refresh()

    # --- drawing

    @property
    def _label(self) -> int:
        return _NARROW_LABEL if self.size.width < _NARROW else _LABEL

    def render_line(self, y: int) -> Strip:
        """Returns a line: the numbers of the columns, or a row of cells."""
        n_columns = max(0, (self.size.width - self._label) // CELL)
        columns = range(self._left, min(self._left + n_columns, len(self._names)))
        muted = self._style(self._colour("muted"))
        if y == 0:
            heads = [self._head(column) for column in columns]
            return self._line([Segment(" " * self._label, muted), *heads])
        row = self._top + y - 1
        if row >= len(self._names):
            return self._line([])
        name = self._names[row]
        bold = self._style(self._colour("foreground"), is_bold=row == self._row)
        label = fitted(safe_line(name, limit=60) or tr("(nothing)"), self._label - 5)
        return self._line([Segment(f"{label} {row + 1:>3} ", bold), *(self._cell(row, column) for column in columns)])

    def _line(self, segments: list[Segment]) -> Strip:
        background = Style(bgcolor=self.background_colors[1].rich_color)
        return Strip(segments).adjust_cell_length(self.size.width, background)

    def _head(self, column: int) -> Segment:
        return Segment(f"{column + 1:>{CELL - 1}} ", self._style(self._colour("muted"), is_bold=column == self._column))

    def _cell(self, row: int, column: int) -> Segment:
        right, found = self._names[row], self._names[column]
        times = self._times.get((right, found), 0)
        share = times / max(1, self._totals.get(right, 0))
        colour = self._colour("success" if row == column else "error")
        background = self.background_colors[1].blend(colour, _MOST * share**0.5 if times else 0.0)
        is_here = (row, column) == (self._row, self._column)
        shown = f"{_short(times):>{CELL - 1}} "
        if is_here:
            shown = f"{_short(times):>{CELL - 2}}".join("[]" if self.has_focus else "()")[:CELL]
        ink = background.get_contrast_text(1.0) if times else self._colour("muted")
        return Segment(shown, self._style(ink, background, is_bold=is_here))

    def _style(self, colour: Color, background: Color | None = None, *, is_bold: bool = False) -> Style:
        ground = self.background_colors[1]
        behind = ground if background is None else background
        return Style(color=(behind + colour).rich_color, bgcolor=behind.rich_color, bold=is_bold)

    def _colour(self, name: str) -> Color:
        return Color.parse(self.app.theme_variables[name])


def _short(times: int) -> str:
    if not times:
        return "·"
    return str(times) if times < 1000 else f"{min(times // 1000, 9)}k"  # noqa: PLR2004 (what a cell has room for)


def _window(start: int, cursor: int, room: int) -> int:
    """Returns where a window of so many cells begins that has the cursor in it, moved as little as can be."""
    return min(max(start, cursor - room + 1), cursor)
