"""The texts of an entry that are turned into vectors: its questions, and the passages of its answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.faq.entry import FaqEntry

MAX_PASSAGES = 4
MAX_PASSAGE_CHARS = 300

_MARKS = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|^\s*(?:[-*+>]|#{1,6}|\d+\.)\s+|[*_`]{1,3}", re.MULTILINE)
_BREAK = re.compile(r"(?<=[.!?])\s+|\n+")


def texts_of(entry: FaqEntry) -> tuple[str, ...]:
    """Returns the entry's question and alternatives, then the passages of its answer: the order in which vectors are kept."""
    return (*entry.questions, *passages(entry.answer))


def passages(answer: str) -> tuple[str, ...]:
    """Returns the first passages of an answer, Markdown's marks removed: whole sentences, together as long as fits a passage."""
    found: list[str] = []
    for sentence in _BREAK.split(plain(answer)):
        if not sentence.strip():
            continue
        if found and len(found[-1]) + len(sentence) < MAX_PASSAGE_CHARS:
            found[-1] = f"{found[-1]} {sentence.strip()}"
        elif len(found) == MAX_PASSAGES:
            break
        else:
            found.append(sentence.strip()[:MAX_PASSAGE_CHARS])
    return tuple(found)


def plain(markdown: str) -> str:
    """Returns Markdown's text without its marks."""
    return _MARKS.sub(lambda found: found[1] or "", markdown)
