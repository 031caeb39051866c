"""Text classification on data of one's own: CSV or JSON Lines, one label or several, one text or two."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from assistant.albert.tasks import metrics
from assistant.albert.tasks.examples import Splits, TextExample
from assistant.albert.tasks.glue_submission import write_whole
from assistant.albert.tasks.rows import read_csv, read_json_lines
from assistant.albert.tasks.texts import TextTask
from assistant.errors import BadTaskData, Place, meant, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.albert.tasks.examples import Target

FIRST = ("text", "sentence", "message", "text1", "sentence1", "premise", "question1")
SECOND = ("text2", "sentence2", "hypothesis", "question2")
LABEL = ("label", "intent", "class", "category")
LABELS = ("labels",)
KEY = ("id", "index", "key")
SUFFIXES = (".jsonl", ".csv", ".tsv")
BETWEEN = "|"
"""Parts several labels in one field of a table."""


def read(data: Path) -> Splits[TextExample]:
    """Returns the examples of ``train``, ``dev`` (or ``valid``) and ``test``, as ``.jsonl``, ``.csv`` or ``.tsv``; or of one file.

    A column ``label`` holds one label, a column ``labels`` any number: a list in JSON, parted by ``|`` in a table. The rows of test
    need neither.

    Raises:
        BadTaskData: a file is missing or damaged, a column is missing, or dev has a label that train has not.
    """
    files = {part: _file(data, names) for part, names in (("train", ("train",)), ("dev", ("dev", "valid")), ("test", ("test",)))}
    path = data if data.is_file() else files["train"] or data / "train.jsonl"
    rows = _examples(path)
    for place, example in rows:
        if example.target is None:
            raise BadTaskData(where=place, why="the row has no label")
    train = tuple(example for _, example in rows)
    several = {isinstance(example.target, tuple) for example in train}
    if len(several) > 1:
        raise BadTaskData(where=Place(str(path)), why="some rows have one label and others a list of labels")
    known = sorted({label for example in train for label in _labels(example.target)})
    if not known:
        raise BadTaskData(where=Place(str(path)), why="no row has a label")
    dev = {"dev": _known(files["dev"], known)} if files["dev"] else {}
    test = {"test": tuple(example for _, example in _examples(files["test"]))} if files["test"] else {}
    return Splits(train, dev, test)


def score(true: Sequence[Target], found: Sequence[Target]) -> dict[str, float]:
    """Returns the figures for one label each, or for any number of them."""
    return (metrics.f1_of_sets if any(isinstance(target, tuple) for target in true) else metrics.f1_of_classes)(true, found)


def write_predictions(folder: Path, part: str, examples: Sequence[TextExample], outcomes: Sequence[Target]) -> Path:
    """Writes key and label, or labels, of each text as JSON Lines, and returns the file."""
    rows = []
    for example, outcome in zip(examples, outcomes, strict=True):
        found: dict[str, Any] = {"labels": list(outcome)} if isinstance(outcome, tuple) else {"label": outcome}
        rows.append(json.dumps({"id": example.key, **found}, ensure_ascii=False))
    path = folder / f"classification-{part}.jsonl"
    write_whole(path, "\n".join(rows) + "\n")
    return path


def _file(data: Path, names: Sequence[str]) -> Path | None:
    return next((path for name in names for suffix in SUFFIXES if (path := data / f"{name}{suffix}").is_file()), None)


def _examples(path: Path) -> list[tuple[Place, TextExample]]:
    rows: Sequence[tuple[Place, dict[str, Any]]]
    if path.suffix == ".jsonl" or not path.suffix:
        rows = read_json_lines(path)
        header = list(rows[0][1])
    else:
        header, rows = read_csv(path)
    first = next((name for name in FIRST if name in header), None)
    if first is None:
        raise BadTaskData(where=Place(str(path), 1), why=f'there is no column "text"; {nearest("text", header)}')
    second = next((name for name in SECOND if name in header), None)
    return [(place, _example(row, first, second, place, str(number))) for number, (place, row) in enumerate(rows)]


def _example(row: dict[str, Any], first: str, second: str | None, place: Place, number: str) -> TextExample:
    texts = tuple(row.get(name) for name in (first, second) if name)
    if not all(isinstance(text, str) for text in texts):
        raise BadTaskData(where=place, why=f'the row has no text "{first}"' + (f' and "{second}"' if second else ""))
    key = next((str(row[name]) for name in KEY if name in row), number)
    return TextExample(key, texts, _target(row, place))  # type: ignore[arg-type]


def _target(row: dict[str, Any], place: Place) -> Target | None:
    if (several := next((row[name] for name in LABELS if name in row), None)) is not None:
        parts = several.split(BETWEEN) if isinstance(several, str) else several
        if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
            raise BadTaskData(where=place, why='"labels" is no list of texts')
        return tuple(sorted({part.strip() for part in parts if part.strip()}))
    label = next((row[name] for name in LABEL if name in row), None)
    if isinstance(label, list):
        return _target({"labels": label}, place)
    if label is None or (isinstance(label, str) and not label.strip()):
        return None
    if not isinstance(label, str | int):
        raise BadTaskData(where=place, why=f"the label {label!r} is no text")
    return str(label).strip()


def _known(path: Path, known: Sequence[str]) -> tuple[TextExample, ...]:
    examples = _examples(path)
    for place, example in examples:
        if example.target is None:
            raise BadTaskData(where=place, why="the row has no label")
        for label in _labels(example.target):
            if label not in known:
                fix = meant(label, known)
                raise BadTaskData(where=place, why=f'the label "{label}" does not occur in train' + (f"; {fix}" if fix else ""))
    return tuple(example for _, example in examples)


def _labels(target: Target | None) -> tuple[str, ...]:
    if target is None:
        return ()
    return target if isinstance(target, tuple) else (str(target),)


TASKS = (
    TextTask(
        name="classification",
        title="Text classification",
        form="one_label",
        main_metric="macro_f1",
        reader=read,
        scorer=score,
        writer=write_predictions,
    ),
)
