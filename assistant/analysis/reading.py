"""Reads files of feedback a message at a time: lines of text, CSV with a header, JSON Lines."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING, TextIO

from assistant.errors import BadFeedback, Place, UnknownColumn, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

TEXT_COLUMNS = (
    "text",
    "message",
    "feedback",
    "comment",
    "review",
    "body",
    "content",
    "utterance",
    "question",
    "complaint",
    "verbatim",
)
"""Columns that hold what was written, the likeliest first."""
DATE_COLUMNS = ("date", "time", "datetime", "timestamp", "created_at", "created", "at", "day", "month", "received")
_WORD = re.compile(r"[^\W_]+")
_MAX_CELL_CHARACTERS = 2_000_000
_SMALLEST_EPOCH_S, _MILLISECONDS = 100_000_000, 100_000_000_000
_FORMATS = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y%m%d", "%Y-%m", "%d %b %Y", "%d %B %Y", "%b %d, %Y")


@dataclass(frozen=True, slots=True)
class Feedback:
    """One message.

    Attributes:
        text: as it was written.
        at: when; None where the file does not say, or nobody understands what it says.
    """

    text: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a file says what; empty: the likeliest column."""

    text: str = ""
    date: str = ""


def read_feedback(path: Path, columns: Columns, *, is_day_first: bool = True) -> Iterator[Feedback]:
    """Yields the messages of a file as it is read, so that its size does not matter; messages without text are passed over.

    Args:
        path: ``.csv`` or ``.tsv`` with a header, ``.jsonl`` with an object a line, anything else has a message a line.
        columns: of the text and of the date.
        is_day_first: whether 3/4 is in April.

    Raises:
        UnreadableFile: the file is missing or no UTF-8 text.
        UnknownColumn: a column that is named is not there, or none looks like holding texts.
        BadFeedback: a row does not hold together.
    """
    readers = {".csv": _read_csv, ".tsv": _read_csv, ".jsonl": _read_json_lines, ".ndjson": _read_json_lines}
    read = readers.get(path.suffix.lower())
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = read(file, path, columns, is_day_first) if read else (Feedback(line) for line in file)
            yield from (Feedback(message.text.strip(), message.at) for message in rows if message.text.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(path=str(path), why=str(error)) from error


def _read_csv(file: TextIO, path: Path, columns: Columns, is_day_first: bool) -> Iterator[Feedback]:
    csv.field_size_limit(_MAX_CELL_CHARACTERS)
    first = file.readline()
    delimiter = max(",;\t", key=first.count)
    rows = csv.DictReader(chain([first], file), delimiter=delimiter)
    names = [str(name) for name in rows.fieldnames or ()]
    text, date = _chosen(names, columns, path)
    try:
        for row in rows:
            yield Feedback(str(row.get(text) or ""), moment(row.get(date), is_day_first=is_day_first) if date else None)
    except csv.Error as error:
        raise BadFeedback(where=Place(str(path), rows.line_num), why=str(error)) from error


def _read_json_lines(file: TextIO, path: Path, columns: Columns, is_day_first: bool) -> Iterator[Feedback]:
    chosen: tuple[str, str] | None = None
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        where = Place(str(path), number)
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadFeedback(where=where, why="it is not JSON") from error
        if isinstance(row, str):
            yield Feedback(row)
            continue
        if not isinstance(row, dict):
            raise BadFeedback(where=where, why="it is neither an object nor a text")
        chosen = chosen or _chosen(list(row), columns, path)
        text, date = chosen
        yield Feedback(str(row.get(text) or ""), moment(row.get(date), is_day_first=is_day_first) if date else None)


def _chosen(names: Sequence[str], columns: Columns, path: Path) -> tuple[str, str]:
    folded = {name.strip().lower(): name for name in names}
    text = _column(folded, columns.text, TEXT_COLUMNS)
    if not text and len(names) == 1 and not columns.text:
        text = names[0]
    if not text:
        raise UnknownColumn(path=path, column=columns.text, known=names)
    date = _column(folded, columns.date, DATE_COLUMNS)
    if columns.date and not date:
        raise UnknownColumn(path=path, column=columns.date, known=names)
    return text, date


def _column(folded: Mapping[str, str], wanted: str, likely: Sequence[str]) -> str:
    if wanted:
        return folded.get(wanted.strip().lower(), "")
    exact = next((folded[name] for name in likely if name in folded), "")
    return exact or next((folded[name] for word in likely for name in folded if word in _WORD.findall(name)), "")


def moment(value: object, *, is_day_first: bool = True) -> datetime | None:
    """Returns the time that a cell says, in UTC: ISO 8601, seconds or milliseconds since the epoch, or one of the usual orders."""
    if isinstance(value, bool) or value is None:
        return None
    text = str(value).strip()
    try:
        number = float(text)
    except ValueError:
        return _written(text, is_day_first)
    if number < _SMALLEST_EPOCH_S:
        return _written(text, is_day_first)
    try:
        return datetime.fromtimestamp(number / 1000 if number >= _MILLISECONDS else number, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _written(text: str, is_day_first: bool) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except ValueError:
        pass
    # The time of the day does not matter for days, weeks and months.
    candidates = (text, text.split(" ", maxsplit=1)[0])
    formats = _FORMATS if is_day_first else tuple(pattern.replace("%d/%m", "%m/%d") for pattern in _FORMATS)
    for candidate in candidates:
        for pattern in formats:
            try:
                return datetime.strptime(candidate, pattern).replace(tzinfo=UTC)
            except ValueError:
                continue
    return None
