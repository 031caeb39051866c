"""What differs between two versions of an FAQ entry, line by line, as people read it."""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING

from assistant.faq.records import FIELDS, fields_of
from assistant.faq.yaml_format import mapping_lines

if TYPE_CHECKING:
    from assistant.faq.entry import FaqEntry

CONTEXT = 1
"""Unchanged lines shown around a change."""


def changed_lines(before: FaqEntry | None, after: FaqEntry | None) -> list[str]:
    """Returns the lines of the entry, written as in a YAML file, that come (+), go (-), or stand beside one (a space).

    None stands for an entry that is not there; what saving adds, such as the author, counts for nothing.
    """
    lines = unified_diff(_lines(before), _lines(after), lineterm="", n=CONTEXT)
    return list(lines)[2:]  # after the names of files that there are not


def changed_fields(before: FaqEntry, after: FaqEntry) -> tuple[str, ...]:
    """Returns the names of the fields that differ."""
    return tuple(name for name in FIELDS if getattr(before, name) != getattr(after, name))


def _lines(entry: FaqEntry | None) -> list[str]:
    if entry is None:
        return []
    return [line.rstrip("\n") for line in mapping_lines(fields_of(entry, {}) | {"status": entry.status})]
