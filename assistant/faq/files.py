"""Reads and writes files of FAQ entries; the ending of a file's name tells its format."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from assistant.errors import CannotExport, DuplicateEntry, UnknownFormat, UnreadableFile
from assistant.faq.entry import slug
from assistant.faq.markdown_format import read_markdown, write_markdown
from assistant.faq.table_formats import read_csv, read_json_lines, write_csv, write_json_lines
from assistant.faq.yaml_format import read_yaml_entries, write_yaml_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from assistant.errors import Place
    from assistant.faq.entry import FaqEntry

_READERS: dict[str, Callable[[str, str], Iterator[tuple[FaqEntry, Place]]]] = {
    ".yml": read_yaml_entries,
    ".yaml": read_yaml_entries,
    ".jsonl": read_json_lines,
    ".csv": read_csv,
    ".md": read_markdown,
}
_WRITERS: dict[str, Callable[[Iterable[FaqEntry]], Iterator[str]]] = {
    ".yml": write_yaml_entries,
    ".yaml": write_yaml_entries,
    ".jsonl": write_json_lines,
    ".csv": write_csv,
    ".md": write_markdown,
}

_Format = TypeVar("_Format")

SUFFIXES = tuple(_READERS)
"""The endings that are read and written."""


def read_entries(path: Path) -> list[FaqEntry]:
    """Returns the entries of a file in their order; those without an id get one made from their question.

    Raises:
        UnknownFormat: the ending says nothing of the format.
        UnreadableFile: the file is missing, no UTF-8 text, or may not be read.
        SourceError: what it holds is wrong; the file and the line are named.
    """
    read = _by_suffix(_READERS, path)
    try:
        # Line breaks are kept as they are: within a cell of CSV they are content.
        with path.open(encoding="utf-8-sig", newline="") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(path=str(path), why=str(error)) from error
    found = list(read(text.replace("\r\n", "\n"), str(path)))
    return _with_ids(found)


def write_entries(path: Path, entries: Iterable[FaqEntry]) -> None:
    """Writes entries to a file, whole or not at all. A file that was there is kept beside it, ending in ``.bak``.

    Reading the file gives the same entries, but for what a database keeps of them: version, author and time.

    Raises:
        UnknownFormat: the ending says nothing of the format.
        CannotExport: the file cannot be written.
    """
    write = _by_suffix(_WRITERS, path)
    part: Path | None = None
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        part = Path(name)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.writelines(write(entries))
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copy2(path, path.with_name(f"{path.name}.bak"))
        part.chmod(0o644)
        part.replace(path)
    except OSError as error:
        raise CannotExport(path=path, why=error.strerror or str(error)) from error
    finally:
        if part:
            part.unlink(missing_ok=True)


def _by_suffix(table: dict[str, _Format], path: Path) -> _Format:
    try:
        return table[path.suffix.lower()]
    except KeyError:
        raise UnknownFormat(path=path, known=table) from None


def _with_ids(found: list[tuple[FaqEntry, Place]]) -> list[FaqEntry]:
    places: dict[str, Place] = {}
    for entry, place in found:
        if entry.id in places:
            raise DuplicateEntry(entry_id=entry.id, where=place, first=places[entry.id])
        if entry.id:
            places[entry.id] = place
    entries = []
    for entry, place in found:
        named = entry if entry.id else replace(entry, id=slug(entry.question, places))
        places[named.id] = place
        entries.append(named)
    return entries
