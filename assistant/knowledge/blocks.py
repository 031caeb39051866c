"""Reads Markdown, plain text and web pages into blocks: headings and paragraphs, without any marks."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bs4 import BeautifulSoup, Tag
    from markdown_it.token import Token

_UNDERLINE = re.compile(r"^(=+|-+|~+)\s*$")
_NUMBERED = re.compile(r"^(\d+(?:\.\d+)*)[.)]?\s+\S")
_MAX_HEADING_CHARS = 80
_DROPPED = ("script", "style", "template", "noscript", "iframe", "object", "nav", "header", "footer", "form", "svg")
_PARAGRAPHS = ("p", "li", "dt", "dd", "blockquote", "pre", "tr", "figcaption", "td", "th", "div", "section", "article", "main")


class Block(NamedTuple):
    """A heading or a paragraph.

    Attributes:
        text: on one line.
        level: of a heading, 1 is the widest; 0: it is a paragraph.
    """

    text: str
    level: int = 0


def markdown_blocks(text: str) -> Iterator[Block]:
    """Yields the blocks of Markdown; front matter is passed over, rows of tables and items of lists are paragraphs."""
    from markdown_it import MarkdownIt

    level, cells = 0, list[str]()
    in_table = False
    for token in MarkdownIt("commonmark", {"html": False}).enable("table").parse(_without_front_matter(text)):
        if token.type == "heading_open":
            level = int(token.tag[1])
        elif token.type in {"table_open", "table_close"}:
            in_table = token.type == "table_open"
        elif token.type == "tr_close":
            yield Block("; ".join(filter(None, cells)))
            cells.clear()
        elif token.type == "inline":
            said = _line(_inline_text(token))
            if in_table:
                cells.append(said)
            elif said:
                yield Block(said, level)
            level = 0
        elif token.type in {"fence", "code_block"} and token.content.strip():
            yield Block(_line(token.content))


def text_blocks(text: str) -> Iterator[Block]:
    """Yields the paragraphs of a plain text; a short line of its own without a full stop, or an underlined one, is a heading."""
    for part in re.split(r"\n[^\S\n]*\n", text):
        lines = [line.strip() for line in part.strip().splitlines() if line.strip()]
        if not lines:
            continue
        if len(lines) > 1 and _UNDERLINE.match(lines[1]):
            yield Block(_line(lines[0]), 1 if lines[1].startswith("=") else 2)
            lines = lines[2:]
        elif len(lines) == 1 and _is_heading(lines[0]):
            numbered = _NUMBERED.match(lines[0])
            yield Block(_line(lines[0]), numbered[1].count(".") + 2 if numbered else 2)
            continue
        yield from (Block(_line(item)) for item in _items(lines))


def html_blocks(text: str) -> Iterator[Block]:
    """Yields the headings and paragraphs of a web page; menus, scripts, heads and feet are passed over."""
    from bs4 import BeautifulSoup

    page = BeautifulSoup(text, "html.parser")
    if page.title is not None and page.title.get_text(strip=True) and page.find("h1") is None:
        yield Block(_line(page.title.get_text(" ")), 1)
    for gone in page(list(_DROPPED)):
        gone.decompose()
    yield from _walk(page.body or page)


def _walk(node: Tag | BeautifulSoup) -> Iterator[Block]:
    from bs4.element import NavigableString, PreformattedString, Tag

    loose: list[str] = []
    for child in node.children:
        if isinstance(child, PreformattedString):  # a comment, a doctype
            continue
        if isinstance(child, NavigableString):
            loose.append(str(child))
        elif isinstance(child, Tag) and not _is_block(child):
            loose.append(child.get_text(" ") if child.name != "br" else " ")
        elif isinstance(child, Tag):
            yield from _loose(loose)
            if re.fullmatch(r"h[1-6]", child.name):
                yield Block(_line(child.get_text(" ")), int(child.name[1]))
            elif child.name == "tr":
                yield Block("; ".join(filter(None, (_line(cell.get_text(" ")) for cell in child.find_all(["td", "th"])))))
            else:
                yield from _walk(child)
    yield from _loose(loose)


def _is_block(tag: Tag) -> bool:
    names = [*_PARAGRAPHS, "table", "ul", "ol", "dl", "h1", "h2", "h3", "h4", "h5", "h6"]
    return tag.name in names or tag.find(names) is not None


def _loose(parts: list[str]) -> Iterator[Block]:
    said = _line("".join(parts))
    parts.clear()
    if said:
        yield Block(said)


def _is_heading(line: str) -> bool:
    return len(line) <= _MAX_HEADING_CHARS and line[-1] not in ".,;:!?" and (line[0].isupper() or line[0].isdigit())


def _items(lines: list[str]) -> list[str]:
    """Returns the lines of a paragraph as one, or as one for each item of a list."""
    items: list[list[str]] = []
    for line in lines:
        opened = re.match(r"^(?:[-*\u2022]|\d+[.)])\s+(.*)", line)
        if opened:
            items.append([opened[1]])
        elif items:
            items[-1].append(line)
        else:
            items.append([line])
    return [" ".join(item) for item in items]


def _inline_text(token: Token) -> str:
    parts = []
    for child in token.children or ():
        if child.type in {"softbreak", "hardbreak"}:
            parts.append(" ")
        elif child.type in {"text", "code_inline", "image"}:
            parts.append(child.content)
    return "".join(parts)


def _without_front_matter(text: str) -> str:
    return re.sub(r"\A---\n.*?\n---\n", "", text, count=1, flags=re.DOTALL)


def _line(text: str) -> str:
    """Returns a text on one line, without characters that no terminal shows."""
    kept = "".join(c for c in text.replace("\t", " ").replace("\n", " ") if unicodedata.category(c) not in {"Cc", "Cs", "Cf"})
    return " ".join(kept.split())


READERS: Mapping[str, Callable[[str], Iterator[Block]]] = {
    ".md": markdown_blocks,
    ".markdown": markdown_blocks,
    ".txt": text_blocks,
    ".text": text_blocks,
    ".html": html_blocks,
    ".htm": html_blocks,
}
"""How the text of a file is read, by its ending."""
