"""Cuts a document's blocks into its text and its passages: along headings first, then paragraphs, then sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.knowledge.document import Passage
from assistant.knowledge.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from assistant.knowledge.blocks import Block
    from assistant.knowledge.sentences import Span

MAX_CHARS = 600
"""Of a passage: about a hundred and twenty pieces, which the encoder reads in some twenty-five milliseconds."""


def cut(blocks: Iterable[Block]) -> tuple[str, str, tuple[Passage, ...]]:
    """Returns a document's title, text and passages; the title is its first heading if nothing stands before it, else empty.

    Headings are lines of the text, and part of no passage. Paragraphs under one heading share a passage as long as they fit; one
    that is too long is cut between its sentences, and a sentence never.
    """
    title, parts, passages = "", list[str](), list[Passage]()
    path: list[tuple[int, str]] = []
    section: list[Span] = []
    length = 0
    for block in blocks:
        start = length + (2 if parts else 0)
        if block.level:
            passages += _passages(section, path)
            section = []
            path = [*[step for step in path if step[0] < block.level], (block.level, block.text)]
            if not parts:
                title, path = block.text, []
        else:
            section += _pieces(block.text, start)
        parts.append(block.text)
        length = start + len(block.text)
    passages += _passages(section, path)
    return title, "\n\n".join(parts), tuple(passages)


def _pieces(paragraph: str, offset: int) -> Iterator[Span]:
    """Yields a paragraph, or where it is too long its sentences."""
    if len(paragraph) <= MAX_CHARS:
        yield offset, offset + len(paragraph)
    else:
        yield from ((offset + start, offset + end) for start, end in sentences(paragraph))


def _passages(section: Sequence[Span], path: Sequence[tuple[int, str]]) -> list[Passage]:
    found: list[Span] = []
    for start, end in section:
        if found and end - found[-1][0] <= MAX_CHARS:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    headings = tuple(heading for _, heading in path)
    return [Passage(start, end, headings) for start, end in found]
