"""FAQ entries as YAML: how people write them by hand, and how they are written out to be read by people."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from assistant.errors import BadEntry, Place
from assistant.faq.records import entry_from, fields_of
from assistant.yaml_source import only_keys, require, want_list, want_map, want_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from assistant.faq.entry import FaqEntry
    from assistant.yaml_source import YamlMap

VERSION = "1"
_SHARED = ("category", "language")
_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9 ,.()/'?!-]*[A-Za-z0-9.?!)])?")
_WORDS_WITH_MEANING = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}  # the latter to older readers of YAML
_UNPRINTABLE = re.compile("[\x7f-\x9f\ufeff\ufffe\uffff]")


def read_yaml_entries(document: YamlMap) -> Iterator[tuple[FaqEntry, Place]]:
    """Yields the entries of a parsed YAML file with their places; see ``assistant.faq.files`` for what raises."""
    only_keys(document, ("version", "entries", *_SHARED))
    version = want_text(document.get("version", VERSION), key="version", where=document.place("version"))
    if version not in {VERSION, "1.0"}:
        raise BadEntry(where=document.place("version"), why=f'the file has version "{version}", supported is {VERSION}')
    shared = {key: str(want_text(document[key], key=key, where=document.place(key))) for key in _SHARED if key in document}
    entries = want_list(require(document, "entries"), key="entries", where=document.place("entries"))
    for position, item in enumerate(entries):
        record = want_map(item, key="entries", where=entries.place(position))
        yield entry_from(record, record.place, shared), record.here


def write_yaml_entries(entries: Iterable[FaqEntry]) -> Iterator[str]:
    """Yields the lines of a YAML file that holds the entries; a category that all share is written once."""
    entries = list(entries)
    categories = {entry.category for entry in entries}
    shared = {"category": categories.pop()} if len(categories) == 1 and "" not in categories else {}
    yield f"version: {VERSION}\n"
    for key, value in shared.items():
        yield f"{key}: {scalar(value)}\n"
    yield "entries:\n" if entries else "entries: []\n"
    for entry in entries:
        first, *others = mapping_lines(fields_of(entry, shared))
        yield f"  - {first}"
        yield from (f"    {line}" if line != "\n" else line for line in others)
        yield "\n"


def scalar(value: object) -> str:
    """Returns a value as one line of YAML."""
    if not isinstance(value, str):
        return json.dumps(value)
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS_WITH_MEANING:
        return value
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def mapping_lines(record: Mapping[str, Any]) -> list[str]:
    """Returns the lines of a YAML mapping of texts, numbers and lists of texts."""
    lines: list[str] = []
    for name, value in record.items():
        if isinstance(value, list):
            lines += [f"{name}:\n", *(f"  - {scalar(item)}\n" for item in value)] if value else [f"{name}: []\n"]
        elif isinstance(value, str) and "\n" in value and not _UNPRINTABLE.search(value):
            lines += [f"{name}: |\n", *(f"  {line}\n" if line else "\n" for line in value.split("\n"))]
        else:
            lines.append(f"{name}: {scalar(value)}\n")
    return lines
