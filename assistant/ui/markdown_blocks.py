"""Reads Markdown into blocks of text that know their indents; links become text, with their addresses visible."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from textual.content import Content

from assistant.ui.safe_text import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

_STYLES = {"strong": "bold", "em": "italic", "s": "strike"}
_RULE = "─" * 8


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, list item or line of code.

    Attributes:
        content: its text.
        first: what stands before its first line; rest: before the lines it wraps to.
        gap: whether an empty line parts it from the block before it.
    """

    content: Content
    first: str | Content = ""
    rest: str = ""
    gap: bool = True


@dataclass(slots=True)
class _Reader:
    """Walks the tokens of a text once and collects its blocks."""

    blocks: list[Block] = field(default_factory=list)
    markers: list[str] = field(default_factory=list)
    counters: list[int | None] = field(default_factory=list)
    pending: str = ""
    heading: bool = False
    in_list_gap: bool = True
    cells: list[Content] = field(default_factory=list)
    in_table: bool = False
    starts_table: bool = False

    def read(self, tokens: Sequence[Token]) -> tuple[Block, ...]:
        for token in tokens:
            getattr(self, f"_{token.type}", self._other)(token)
        return tuple(self.blocks)

    def _other(self, _token: Token) -> None:
        """Tokens that change nothing, such as the start of a paragraph."""

    def _add(self, content: Content, *, gap: bool | None = None) -> None:
        rest = "".join(self.markers)
        first = rest
        if self.pending:
            first = rest[: -len(self.pending)] + self.pending
            rest = rest[: -len(self.pending)] + " " * len(self.pending)
        follows_item = bool(self.pending) and not self.in_list_gap
        self.blocks.append(Block(content, first, rest, gap=not follows_item if gap is None else gap))
        if self.pending:
            self.markers[-1] = " " * len(self.pending)
            self.pending, self.in_list_gap = "", False

    def _bullet_list_open(self, _token: Token) -> None:
        self._open_list(None)

    def _ordered_list_open(self, token: Token) -> None:
        self._open_list(int(token.attrs.get("start") or 1))

    def _open_list(self, start: int | None) -> None:
        self.in_list_gap = not self.counters
        self.counters.append(start)

    def _bullet_list_close(self, _token: Token) -> None:
        self.counters.pop()

    _ordered_list_close = _bullet_list_close

    def _list_item_open(self, _token: Token) -> None:
        number = self.counters[-1]
        self.pending = "• " if number is None else f"{number}. "
        if number is not None:
            self.counters[-1] = number + 1
        self.markers.append(self.pending)

    def _list_item_close(self, _token: Token) -> None:
        self.markers.pop()
        self.pending = ""

    def _blockquote_open(self, _token: Token) -> None:
        self.markers.append("│ ")

    def _blockquote_close(self, _token: Token) -> None:
        self.markers.pop()

    def _heading_open(self, _token: Token) -> None:
        self.heading = True

    def _heading_close(self, _token: Token) -> None:
        self.heading = False

    def _inline(self, token: Token) -> None:
        content = inline(token.children or ())
        if self.in_table:
            self.cells.append(content)
        else:
            self._add(content.stylize("bold") if self.heading else content)

    def _fence(self, token: Token) -> None:
        for number, line in enumerate(token.content.rstrip("\n").split("\n")):
            self._add(Content.styled(f"  {line}", "$text-secondary"), gap=number == 0)

    _code_block = _fence

    def _html_block(self, token: Token) -> None:
        self._add(Content(token.content.rstrip("\n")))

    def _hr(self, _token: Token) -> None:
        self._add(Content.styled(_RULE, "$muted"))

    def _table_open(self, _token: Token) -> None:
        self.in_table = self.starts_table = True

    def _table_close(self, _token: Token) -> None:
        self.in_table = False

    def _tr_close(self, _token: Token) -> None:
        self._add(Content(" │ ").join(self.cells), gap=self.starts_table)
        self.cells, self.starts_table = [], False


def inline(tokens: Sequence[Token]) -> Content:
    """Returns the text of a paragraph's tokens; a link is followed by its address, since a terminal cannot show it otherwise."""
    parts: list[tuple[str, str]] = []
    styles: list[str] = []
    links: list[tuple[str, int]] = []
    for token in tokens:
        name = token.tag
        if token.type == "link_open":
            links.append((str(token.attrs.get("href") or ""), len(parts)))
        elif token.type == "link_close":
            address, start = links.pop()
            shown = "".join(text for text, _ in parts[start:])
            if shown not in {address, address.removeprefix("mailto:")}:
                parts.append((f" ({address})", "$muted"))
        elif token.nesting == 1:
            styles.append(_STYLES.get(name, ""))
        elif token.nesting == -1:
            styles.pop()
        elif token.type in {"softbreak", "hardbreak"}:
            parts.append(("\n", ""))
        elif token.type == "image":
            parts.append((f"{token.content} ({token.attrs.get('src')})", "$muted"))
        elif token.content:
            style = "$text-secondary" if token.type == "code_inline" else " ".join(filter(None, styles))
            parts.append((token.content, style))
    return Content.assemble(*parts)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def markdown_blocks(text: str) -> tuple[Block, ...]:
    """Returns the blocks of a Markdown text; it need not be safe to show yet."""
    # A code point reference such as &#27; brings a control character back after the text was cleaned: clean what was parsed.
    blocks = _Reader().read(_parser().parse(safe(text)))
    if not blocks:  # the parser gives up on absurd nesting; the text shall be seen all the same
        return plain_blocks(text)
    return tuple(Block(_cleaned(block.content), block.first, block.rest, block.gap) for block in blocks)


def _cleaned(content: Content) -> Content:
    return content if safe(content.plain) == content.plain else Content(safe(content.plain))


def plain_blocks(text: str) -> tuple[Block, ...]:
    """Returns a text that is no Markdown as one block."""
    return (Block(Content(safe(text))),)
