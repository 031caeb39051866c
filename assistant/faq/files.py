"""Reads and writes files of FAQ entries; the ending of a file's name tells its format."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, TypeAlias

from assistant.errors import CannotExport, DuplicateEntry, Place, UnknownFormat, UnreadableFile
from assistant.faq.entry import slug
from assistant.faq.markdown_format import read_markdown, write_markdown
from assistant.faq.rasa_format import is_rasa, read_rasa, write_rasa
from assistant.faq.table_formats import read_csv, read_json_lines, write_csv, write_json_lines
from assistant.faq.yaml_format import read_yaml_entries, write_yaml_entries
from assistant.messages import Progress
from assistant.yaml_source import read_yaml, want_map

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from assistant.faq.entry import FaqEntry
    from assistant.messages import ProgressCallback
    from assistant.yaml_source import YamlMap

_Read: TypeAlias = "Callable[[TextIO, str], Iterator[tuple[FaqEntry, Place]]]"
_Write: TypeAlias = "Callable[[Iterable[FaqEntry]], Iterator[str]]"

_STEP = 1000  # entries between two reports of progress


def _read_html(file: TextIO, shown: str) -> Iterator[tuple[FaqEntry, Place]]:
    from assistant.faq.html_format import read_html  # its libraries are loaded where a page is read

    return read_html(file, shown)


def _write_html(entries: Iterable[FaqEntry]) -> Iterator[str]:
    from assistant.faq.html_format import write_html

    return write_html(entries)


_YAML = (".yml", ".yaml")
_READERS: dict[str, _Read] = {
    ".jsonl": read_json_lines,
    ".csv": read_csv,
    ".md": read_markdown,
    ".html": _read_html,
    ".htm": _read_html,
}
_WRITERS: dict[str, _Write] = {
    ".yml": write_yaml_entries,
    ".yaml": write_yaml_entries,
    ".jsonl": write_json_lines,
    ".csv": write_csv,
    ".md": write_markdown,
    ".html": _write_html,
    ".htm": _write_html,
}

SUFFIXES = tuple(_WRITERS)
"""The endings that are read and written."""


@dataclass(frozen=True, slots=True)
class Survey:
    """Files that were read through once, so that it is known that they hold together before anything is changed.

    Attributes:
        paths: the files, in the order given.
        n_entries: how many entries they hold.
        ids: the ids that are written in them.
    """

    paths: tuple[Path, ...]
    n_entries: int
    ids: frozenset[str]


def survey(paths: Sequence[Path], progress: ProgressCallback | None = None) -> Survey:
    """Reads files through without keeping their entries; the ids alone are remembered.

    Args:
        paths: files, or folders whose files of known endings are read. Rasa's examples and responses may be in different files.
        progress: called now and then.

    Raises:
        UnknownFormat: a file's ending says nothing of its format.
        UnreadableFile: a file is missing, no UTF-8 text, or may not be read.
        SourceError: what one holds is wrong; the file and the line are named.
    """
    files = tuple(_files(paths))
    places: dict[str, Place] = {}
    n_entries = 0
    for entry, place in _read(files):
        n_entries += 1
        _remember(places, entry, place)
        if progress and n_entries % _STEP == 0:
            progress(Progress("read", n_entries, 0))
    return Survey(files, n_entries, frozenset(places))


def entries_in(found: Survey) -> Iterator[FaqEntry]:
    """Returns the entries of surveyed files in their order; those without an id get one made from their question."""
    return _named((entry for entry, _ in _read(found.paths)), set(found.ids))


def read_entries(path: Path) -> list[FaqEntry]:
    """Returns the entries of a file in their order; see ``survey`` for what raises."""
    places: dict[str, Place] = {}
    found = list(_read((path,)))
    for entry, place in found:
        _remember(places, entry, place)
    return list(_named([entry for entry, _ in found], set(places)))


def write_entries(path: Path, entries: Iterable[FaqEntry], *, as_rasa: bool = False) -> None:
    """Writes entries to a file, whole or not at all. A file that was there is kept beside it, ending in ``.bak``.

    Reading the file gives the same entries, but for what a database keeps of them: version, author and time.

    Args:
        path: the file; its ending says the format.
        entries: what to write.
        as_rasa: whether a YAML file is to be Rasa's response selector data.

    Raises:
        UnknownFormat: the ending says nothing of the format.
        CannotExport: the file cannot be written.
    """
    if path.suffix.lower() not in _WRITERS or (as_rasa and path.suffix.lower() not in _YAML):
        raise UnknownFormat(path=path, known=_YAML if as_rasa else _WRITERS)
    write = write_rasa if as_rasa else _WRITERS[path.suffix.lower()]
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


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        inside = sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())
        yield from (file for file in inside if not any(part.startswith(".") for part in file.relative_to(path).parts))


def _read(paths: Iterable[Path]) -> Iterator[tuple[FaqEntry, Place]]:
    of_rasa: list[YamlMap] = []
    for path in paths:
        suffix = path.suffix.lower()
        if suffix in _YAML:
            document = read_yaml(path)
            if is_rasa(document):
                of_rasa.append(document)
            else:
                where = Place(str(path), 1)
                yield from read_yaml_entries(want_map(document, key="the file", where=where))
        elif suffix in _READERS:
            yield from _lines(path, _READERS[suffix])
        else:
            raise UnknownFormat(path=path, known=SUFFIXES)
    yield from read_rasa(of_rasa)


def _lines(path: Path, read: _Read) -> Iterator[tuple[FaqEntry, Place]]:
    try:
        # Line breaks are kept as they are: within a cell of CSV they are content.
        with path.open(encoding="utf-8-sig", newline="\n") as file:
            yield from read(file, str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(path=str(path), why=str(error)) from error


def _remember(places: dict[str, Place], entry: FaqEntry, place: Place) -> None:
    if entry.id in places:
        raise DuplicateEntry(entry_id=entry.id, where=place, first=places[entry.id])
    if entry.id:
        places[entry.id] = place


def _named(entries: Iterable[FaqEntry], taken: set[str]) -> Iterator[FaqEntry]:
    for entry in entries:
        named = entry if entry.id else replace(entry, id=slug(entry.question, taken))
        taken.add(named.id)
        yield named
