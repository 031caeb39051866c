"""Reads predictions that somebody made, in the form that a benchmark takes them, to score them as the benchmark does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.albert.tasks.race import LETTERS
from assistant.albert.tasks.rows import column, read_json, read_json_lines, read_lines, read_tsv
from assistant.albert.tasks.spans import SpanAnswer
from assistant.errors import BadTaskData, Place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def read_predictions(task: Any, path: Path, examples: Sequence[Any]) -> list[Any]:
    """Returns what a file predicts for each example.

    Args:
        task: whose ``write_predictions`` says what the file looks like.
        path: the file.
        examples: of the data set, in its order.

    Raises:
        BadTaskData: the file is missing or damaged, or has no prediction for an example.
    """
    found: dict[str, Any]
    if task.form == "tags":
        return _tags(path, examples)
    if task.form == "span":
        found = {key: SpanAnswer(str(text), -1, 0.0) for key, text in read_json(path).items()}
    elif task.form == "choice":
        found = {key: LETTERS.find(str(letter)) for key, letter in read_json(path).items()}
    elif path.suffix == ".jsonl":
        found = {str(row.get("id")): _labels(row, place) for place, row in read_json_lines(path)}
    else:
        found = _table(path, is_number=task.form == "number")
    return [_of(found, example.key, path) for example in examples]


def _table(path: Path, *, is_number: bool) -> dict[str, Any]:
    header, rows = read_tsv(path)
    key, value = column(header, ("index", "id"), path), column(header, ("prediction", "label"), path)
    found: dict[str, Any] = {}
    for place, fields in rows:
        if len(fields) <= max(key, value):
            raise BadTaskData(where=place, why="the row has no index and prediction")
        try:
            found[fields[key]] = float(fields[value]) if is_number else fields[value].strip()
        except ValueError as error:
            raise BadTaskData(where=place, why=f'"{fields[value]}" is no number') from error
    return found


def _labels(row: Mapping[str, Any], place: Place) -> Any:
    if isinstance(labels := row.get("labels"), list):
        return tuple(sorted(map(str, labels)))
    if "label" not in row:
        raise BadTaskData(where=place, why='the row has no "label"')
    return str(row["label"])


def _tags(path: Path, examples: Sequence[Any]) -> list[tuple[str, ...]]:
    words = [(Place(str(path), number), line.split()) for number, line in enumerate(read_lines(path), start=1) if line.strip()]
    n_wanted = sum(len(example.words) for example in examples)
    if len(words) != n_wanted:
        raise BadTaskData(where=Place(str(path)), why=f"it has {len(words)} words, the data has {n_wanted}")
    tags = iter(words)
    found = []
    for example in examples:
        rows = [next(tags) for _ in example.words]
        for (place, fields), word in zip(rows, example.words, strict=True):
            if fields[0] != word:
                raise BadTaskData(where=place, why=f'the word is "{fields[0]}", in the data it is "{word}"')
        found.append(tuple(fields[-1] for _, fields in rows))
    return found


def _of(found: Mapping[str, Any], key: str, path: Path) -> Any:
    if key not in found:
        raise BadTaskData(where=Place(str(path)), why=f'it has no prediction for "{key}"')
    return found[key]
