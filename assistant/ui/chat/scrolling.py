"""A scrolled column that keeps to its end, or keeps one child in its place while others come and go around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.containers import VerticalScroll
from textual.widget import Widget

if TYPE_CHECKING:
    from textual.geometry import Region, Size
    from textual.layout import DockArrangeResult

NEAR: Final = 2
"""Lines from the end within which it counts as being there: what is added then is scrolled to."""


class SteadyScroll(VerticalScroll, can_focus=False):
    """Decides where it is scrolled to while it is laid out, so that nothing jumps and jumps back.

    Attributes:
        keeps_end: it follows its end; scrolling away stops that, scrolling back resumes it.
        is_whole_end: its last line is the end of all there is; else there is nothing to follow.
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self.keeps_end = True
        self.is_whole_end = True
        self._kept: tuple[Widget, int] | None = None
        self._places: dict[Widget, Region] = {}

    def place_of(self, child: Widget) -> Region | None:
        """Returns where a child stands in the column; None before it was laid out.

        ``child.virtual_region`` says the same, but after scrolling it lays out the whole screen once more for that.
        """
        return self._places.get(child)

    def keep(self, child: Widget | None) -> None:
        """Keeps a child where it is on the terminal, whatever is put above it, until told otherwise."""
        place = self.place_of(child) if child is not None else None
        self._kept = (child, place.y - round(self.scroll_y)) if child is not None and place is not None else None

    def arrange(self, size: Size, optimal: bool = False) -> DockArrangeResult:
        """Returns where the children stand, and moves the scroll position along before they are drawn."""
        arranged = super().arrange(size, optimal)
        self._places = {placement.widget: placement.region for placement in arranged.placements}
        wanted = self._wanted(arranged, size)
        if wanted is not None and wanted != self.scroll_y:
            self.set_reactive(Widget.scroll_y, wanted)
            self.set_reactive(Widget.scroll_target_y, wanted)
            self.vertical_scrollbar.position = wanted
        return arranged

    def _wanted(self, arranged: DockArrangeResult, size: Size) -> float | None:
        bottom = max(arranged.spatial_map.total_region.bottom - size.height, 0)
        if self._kept is not None:
            child, line = self._kept
            place = self.place_of(child)
            return None if place is None else float(min(max(place.y - line, 0), bottom))
        return float(bottom) if self.keeps_end and self.is_whole_end else None

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Notices when somebody scrolls away from the end, or back to it."""
        super().watch_scroll_y(old_value, new_value)
        if self._kept is None:
            self.keeps_end = self.is_whole_end and new_value >= self.max_scroll_y - NEAR
            self.scrolled()

    def scrolled(self) -> None:
        """Called when the scroll position has changed."""
