"""FAQ entries as Markdown: a heading is a question, the text below it is the answer.

What Markdown has no place for stands in a comment below the heading, which programs that show Markdown leave out::

    ## Can I return shoes?

    <!-- faq
    id: returns-shoes
    tags:
      - returns
    -->

    Yes, within 30 days.

In files that were not written here a heading without a text of its own is the category of what follows it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from assistant.errors import Place
from assistant.faq.records import at, entry_from, fields_of
from assistant.faq.yaml_format import mapping_lines
from assistant.yaml_source import YamlMap, parse_yaml, want_map

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.faq.entry import FaqEntry

_HEADING = re.compile(r"(#{1,6})\s+(\S.*)")
_LOOKS_LIKE_HEADING = re.compile(r"\\*#{1,6}\s")
_OPEN, _CLOSE = "<!-- faq", "-->"


@dataclass
class _Section:
    level: int
    title: str
    line: int
    body: list[str] = field(default_factory=list)


def read_markdown(file: TextIO, shown: str) -> Iterator[tuple[FaqEntry, Place]]:
    """Yields the entries of a Markdown file with their places; a section of it is in memory at a time."""
    category = ""
    for section in _sections(file):
        if not any(line.strip() for line in section.body):
            category = section.title
            continue
        where = Place(shown, section.line)
        notes, answer = _notes(section, shown)
        shared = {"category": category} if category else {}
        record = {"question": section.title, "answer": answer} | notes
        yield entry_from(record, at(where, notes), shared), where


def write_markdown(entries: Iterable[FaqEntry]) -> Iterator[str]:
    """Yields the lines of a Markdown file that holds the entries."""
    for entry in entries:
        notes = fields_of(entry, {})
        answer = notes.pop("answer")
        yield f"## {notes.pop('question')}\n\n{_OPEN}\n"
        # The comment must not end early.
        yield from (line.replace(_CLOSE, "--\\u003e") if '"' in line else line for line in mapping_lines(notes))
        yield f"{_CLOSE}\n\n"
        yield from (("\\" + line if _LOOKS_LIKE_HEADING.match(line + " ") else line) + "\n" for line in answer.split("\n"))
        yield "\n"


def _sections(file: TextIO) -> Iterator[_Section]:
    section = None
    for number, ended in enumerate(file, start=1):
        line = ended.rstrip("\r\n")
        heading = _HEADING.fullmatch(line.rstrip())
        if heading:
            if section:
                yield section
            section = _Section(len(heading[1]), heading[2], number)
        elif section:
            section.body.append(line)
    if section:
        yield section


def _notes(section: _Section, shown: str) -> tuple[YamlMap, str]:
    """Returns the fields of the comment below the heading, with their lines in the file, and the answer after it."""
    body = section.body
    start = next(index for index, line in enumerate(body) if line.strip())
    if body[start].strip() != _OPEN or _CLOSE not in [line.strip() for line in body]:
        return YamlMap(Place(shown, section.line)), _answer(body)
    end = [line.strip() for line in body].index(_CLOSE)
    # Empty lines in front keep the lines of errors those of the file.
    source = "\n" * (section.line + start + 1) + "\n".join(body[start + 1 : end])
    notes = want_map(parse_yaml(source, shown), key="faq", where=Place(shown, section.line))
    return notes, _answer(body[end + 1 :])


def _answer(lines: list[str]) -> str:
    return "\n".join(
        line[1:] if line.startswith("\\") and _LOOKS_LIKE_HEADING.match(line + " ") else line for line in lines
    ).strip()
