"""FAQ entries one a row: JSON Lines and CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from itertools import chain
from typing import TYPE_CHECKING, TextIO

from assistant.errors import BadEntry, Place
from assistant.faq.records import FIELDS, LISTS, at, entry_from, fields_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.faq.entry import FaqEntry

_MAX_CELL_CHARS = 2_000_000
_DELIMITERS = ",;\t"
_FORMULA = re.compile(r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")  # the last four are full-width = + - @


def read_json_lines(file: TextIO, shown: str) -> Iterator[tuple[FaqEntry, Place]]:
    """Yields the entries of a JSON Lines file with their places, reading as it goes; blank lines are passed over."""
    for number, line in enumerate(file, start=1):
        if line.strip():
            where = Place(shown, number)
            yield entry_from(_object(line, where), at(where), {}), where


def write_json_lines(entries: Iterable[FaqEntry]) -> Iterator[str]:
    """Yields one line of JSON for each entry."""
    return (json.dumps(fields_of(entry, {}), ensure_ascii=False) + "\n" for entry in entries)


def read_csv(file: TextIO, shown: str) -> Iterator[tuple[FaqEntry, Place]]:
    """Yields the entries of a CSV file with their places, reading as it goes.

    The first row names the fields, in any case, and shows what stands between cells: a comma, a semicolon or a tab. Lists have an
    item a line. A text is freed of the apostrophe that keeps spreadsheets from taking it for a formula.
    """
    csv.field_size_limit(_MAX_CELL_CHARS)
    first = file.readline()
    reader = csv.DictReader(chain([first.lower()], file), restkey="", strict=True, delimiter=_delimiter(first))
    while row := _next_row(reader, shown):
        where, cells = row
        if cells.pop("", None):
            raise BadEntry(where=where, why="the row has more cells than the first one has names")
        yield entry_from(_record(cells), at(where), {}), where


def write_csv(entries: Iterable[FaqEntry]) -> Iterator[str]:
    """Yields the rows of a CSV file, the first names the fields.

    A text that a spreadsheet would take for a formula, and run, gets an apostrophe in front, which spreadsheets do not show.
    """
    yield _row(FIELDS)
    for entry in entries:
        record = fields_of(entry, {})
        cells = (record.get(name, "") for name in FIELDS)
        yield _row(_guarded("\n".join(cell) if isinstance(cell, list) else str(cell)) for cell in cells)


def _next_row(reader: csv.DictReader[str], shown: str) -> tuple[Place, dict[str, str | None]] | None:
    """Returns the next row with the line that it starts on, or None at the end."""
    where = Place(shown, 1)
    try:
        if not reader.fieldnames:
            return None
        where = Place(shown, reader.line_num + 1)
        cells = next(reader, None)
    except csv.Error as error:
        raise BadEntry(where=where, why=f"the row is no CSV: {error}") from error
    return None if cells is None else (where, dict(cells))


def _delimiter(first: str) -> str:
    return max(_DELIMITERS, key=first.count)


def _guarded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _object(line: str, where: Place) -> dict[str, object]:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise BadEntry(where=where, why=f"the line is no JSON: {error}") from error
    if not isinstance(record, dict):
        raise BadEntry(where=where, why="the line holds no JSON object")
    return record


def _record(row: dict[str, str | None]) -> dict[str, object]:
    record: dict[str, object] = {name.strip(): _unguarded(cell) for name, cell in row.items() if cell}
    return record | {name: str(record[name]).splitlines() for name in LISTS if name in record}


def _row(cells: Iterable[str]) -> str:
    target = io.StringIO()
    csv.writer(target, lineterminator="\n").writerow(list(cells))
    return target.getvalue()
