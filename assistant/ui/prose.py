"""Text as one widget: Markdown or plain, wrapped with hanging indents.

One widget holds one message, so long conversations stay quick and any part of an answer can be selected.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from textual.content import Content, Span
from textual.widget import Widget

from assistant.ui.markdown_blocks import Block, markdown_blocks, plain_blocks
from assistant.ui.safe_text import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.geometry import Size

_MIN_WIDTH = 8
_WIDTHS_KEPT = 4
_MOST_MARKS = 100
"""So many places of a text that is looked for are marked in a paragraph; each makes wrapping it slower."""


def flow(blocks: Sequence[Block], width: int) -> Content:
    """Returns the blocks wrapped to a width, as lines.

    Args:
        blocks: what to wrap.
        width: cells; less than 8 counts as 8.
    """
    lines: list[Content] = []
    for block in blocks:
        if block.gap and lines:
            lines.append(Content(""))
        inner = max(width - len(block.first), _MIN_WIDTH)
        for number, line in enumerate(block.content.wrap(inner)):
            start = block.first if number == 0 else block.rest
            lines.append((Content(start) if isinstance(start, str) else start) + line.rstrip())
    return Content("\n").join(lines)


def highlighted(block: Block, part: str) -> Block:
    """Returns the block with a part of the text underlined, as much of it as stands in the block; spacing makes no difference."""
    words = [re.escape(word) for word in safe(part).split()]
    found = re.search(r"\s+".join(words), block.content.plain) if words else None
    if found is not None:
        return replace(block, content=block.content.stylize("underline", found.start(), found.end()))
    is_within = " ".join(block.content.plain.split()) in " ".join(safe(part).split())
    return replace(block, content=block.content.stylize("underline")) if is_within else block


def found_in(block: Block, needle: str) -> Block:
    """Returns the block with a text marked wherever it stands; letter case makes no difference, nor does spacing."""
    words = [re.escape(word) for word in safe(needle).split()]
    if not words:
        return block
    found = itertools.islice(re.finditer(r"\s+".join(words), block.content.plain, re.IGNORECASE), _MOST_MARKS)
    marks = [Span(match.start(), match.end(), "$background on $accent") for match in found]
    return replace(block, content=block.content.add_spans(marks)) if marks else block


class Flowed(NamedTuple):
    """A text wrapped to a width: its content, the cells of its longest line, the number of its lines."""

    content: Content
    width: int
    height: int


class Prose(Widget):
    """Shows a text, wrapped to its width.

    Args:
        text: from anywhere.
        markdown: whether to read it as Markdown; else it is shown as it was typed.
        highlight: a part of the text, without Markdown's marks, that is underlined where it stands.
        widest: the most cells of a line, however wide the widget is; None: as wide as the widget.
    """

    blocks: Sequence[Block]
    DEFAULT_CSS = """
    Prose { width: auto; height: auto; }
    """

    def __init__(
        self,
        text: str,
        *,
        markdown: bool = True,
        highlight: str = "",
        widest: int | None = None,
        id: str | None = None,  # noqa: A002 (Textual's name)
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._widest = widest
        self._read(text, markdown=markdown)
        if highlight:
            self.blocks = tuple(highlighted(block, highlight) for block in self.blocks)
        self._unmarked = self.blocks
        self._needle = ""

    def _read(self, text: str, *, markdown: bool) -> None:
        self.blocks = markdown_blocks(text) if markdown else plain_blocks(text)
        self._flowed: dict[int, Flowed] = {}

    def show(self, text: str, *, markdown: bool = True) -> None:
        """Shows another text."""
        self._read(text, markdown=markdown)
        self._unmarked = self.blocks
        self.refresh(layout=True)

    def mark(self, needle: str) -> None:
        """Marks a text wherever it stands, in place of what was marked before; an empty one takes the marks away."""
        if needle != self._needle:
            self._needle = needle
            self.blocks = tuple(found_in(block, needle) for block in self._unmarked)
            self._flowed.clear()
            self.refresh()

    @property
    def plain(self) -> str:
        """The text as it is read, for copying."""
        return flow(self.blocks, 10_000).plain

    def at(self, width: int) -> Flowed:
        """Returns the text wrapped to a width.

        The last few widths are kept: layout asks with the width there is and with the width that was taken, for every message of a
        conversation each time one is added.
        """
        width = min(width, self._widest or width)
        known = self._flowed.get(width)
        if known is None:
            if len(self._flowed) >= _WIDTHS_KEPT:
                self._flowed.clear()
            content = flow(self.blocks, width)
            lines = content.split("\n", allow_blank=True)
            longest = max((line.cell_length for line in lines), default=0)
            known = self._flowed[width] = Flowed(content, longest, max(len(lines), 1))
        return known

    def get_content_width(self, container: Size, viewport: Size) -> int:  # noqa: ARG002 (the signature is Textual's)
        """Returns the width of the longest line, at most the container's."""
        return self.at(max(container.width, _MIN_WIDTH)).width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 (the signature is Textual's)
        """Returns the number of lines at a width."""
        return self.at(width).height

    def render(self) -> Content:
        """Returns the text at the width it has."""
        return self.at(self.content_size.width).content
