"""Reads the files of tasks row by row; whatever is wrong with one is said with file and line."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

from assistant.errors import BadTaskData, Place, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

csv.field_size_limit(10_000_000)


def read_lines(path: Path) -> list[str]:
    """Returns the lines of a text file, parted at line feeds alone.

    Other characters that count as ends of lines somewhere stand inside of published texts.

    Raises:
        BadTaskData: the file is missing, empty, or no UTF-8.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadTaskData(where=Place(str(path)), why=f"the file cannot be read ({error.strerror or error})") from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadTaskData(where=Place(str(path), line), why="this is no UTF-8 text") from error
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines:
        raise BadTaskData(where=Place(str(path)), why="the file is empty")
    return lines


def read_tsv(path: Path, *, has_header: bool = True) -> tuple[list[str], Iterator[tuple[Place, list[str]]]]:
    """Returns the columns' names and the rows of a table whose fields are parted by tabs; quotes are letters like others.

    Args:
        path: the file.
        has_header: whether the first line names the columns; without it there are no names.

    Raises:
        BadTaskData: the file is missing, empty, or no UTF-8.
    """
    lines = read_lines(path)
    header = lines[0].split("\t") if has_header else []
    first = 1 if has_header else 0
    if has_header and len(lines) == 1:
        raise BadTaskData(where=Place(str(path)), why="the file has a header and no rows")
    numbered = ((Place(str(path), number + 1), lines[number].split("\t")) for number in range(first, len(lines)))
    return header, numbered


def read_csv(path: Path) -> tuple[list[str], list[tuple[Place, dict[str, str]]]]:
    """Returns the columns' names and the rows of a table with commas, semicolons or tabs, as spreadsheets write it.

    Raises:
        BadTaskData: the file is missing, empty, no UTF-8, or a row has another number of fields than the header.
    """
    lines = read_lines(path)
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=_delimiter(path, lines[0]))
    try:
        header = [name.strip() for name in next(reader)]
        rows = []
        start = reader.line_num
        for fields in reader:
            place, start = Place(str(path), start + 1), reader.line_num
            if len(fields) not in {0, len(header)}:
                raise BadTaskData(where=place, why=f"the row has {len(fields)} fields, the header has {len(header)}")
            if fields:
                rows.append((place, dict(zip(header, fields, strict=True))))
    except csv.Error as error:
        raise BadTaskData(where=Place(str(path), reader.line_num), why=f"this is no row of a table ({error})") from error
    if not rows:
        raise BadTaskData(where=Place(str(path)), why="the file has a header and no rows")
    return header, rows


def read_json_lines(path: Path) -> list[tuple[Place, dict[str, Any]]]:
    """Returns the objects of a file that has one a line; blank lines are passed over.

    Raises:
        BadTaskData: the file is missing, empty, no UTF-8, or a line is no JSON object.
    """
    rows = []
    for number, line in enumerate(read_lines(path), start=1):
        if line.strip():
            place = Place(str(path), number)
            rows.append((place, _object(line, place)))
    return rows


def read_json(path: Path) -> dict[str, Any]:
    """Returns the JSON object that a file holds.

    Raises:
        BadTaskData: the file is missing, empty, no UTF-8, or no JSON object.
    """
    return _object("\n".join(read_lines(path)), Place(str(path)))


def column(header: Sequence[str], names: Sequence[str], path: Path) -> int:
    """Returns the place of the first of some columns that a header has.

    Raises:
        BadTaskData: it has none of them.
    """
    for name in names:
        if name in header:
            return header.index(name)
    why = f'there is no column "{names[0]}"; {nearest(names[0], header)}'
    raise BadTaskData(where=Place(str(path), 1), why=why)


def _object(text: str, place: Place) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        line = place.line + error.lineno - 1 if place.line else error.lineno
        raise BadTaskData(where=Place(place.path, line), why=f"this is no JSON ({error.msg})") from error
    except RecursionError as error:
        raise BadTaskData(where=place, why="this JSON is nested too deep") from error
    if not isinstance(value, dict):
        raise BadTaskData(where=place, why="this is no JSON object")
    return value


def _delimiter(path: Path, header: str) -> str:
    if path.suffix == ".tsv":
        return "\t"
    return max(",;\t", key=header.count)
