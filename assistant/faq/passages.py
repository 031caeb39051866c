"""The texts of an entry that are turned into vectors: its questions, and the passages of its answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.faq.entry import FaqEntry

MAX_PASSAGES = 8
MAX_PASSAGE_CHARS = 300
MIN_PASSAGE_CHARS = 20
"""What is shorter, such as "Yes.", says nothing without what follows."""

_MARKS = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|^\s*(?:[-*+>]|#{1,6}|\d+\.)\s+|[*_`]{1,3}", re.MULTILINE)
_BREAK = re.compile(r"(?<=[.!?])\s+|\n+")


def texts_of(entry: FaqEntry) -> tuple[str, ...]:
    """Returns the entry's question and alternatives, then the passages of its answer: the order in which vectors are kept."""
    return (*entry.questions, *passages(entry.answer))


def passages(answer: str) -> tuple[str, ...]:
    """Returns the first sentences of an answer, Markdown's marks removed; very short ones go with the next."""
    found: list[str] = []
    for sentence in filter(None, map(str.strip, _BREAK.split(plain(answer)))):
        if found and len(found[-1]) < MIN_PASSAGE_CHARS:
            found[-1] = f"{found[-1]} {sentence}"[:MAX_PASSAGE_CHARS]
        elif len(found) == MAX_PASSAGES:
            break
        else:
            found.append(sentence[:MAX_PASSAGE_CHARS])
    return tuple(found)


def plain(markdown: str) -> str:
    """Returns Markdown's text without its marks."""
    return _MARKS.sub(lambda found: found[1] or "", markdown)
