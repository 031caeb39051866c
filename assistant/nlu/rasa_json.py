"""Reads Rasa's training data as JSON (``rasa_nlu_data``), which Rasa 3 still takes, though it says that it will not for ever."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import BadTrainingRow, UnreadableFile
from assistant.messages import Entity
from assistant.nlu.synonym_sources import SynonymSources
from assistant.nlu.training_data import Example, NamedPattern, TrainingData
from assistant.yaml_source import YamlList, YamlMap, optional_text, read_yaml, require, want_list, want_map, want_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.errors import Place

KEY = "rasa_nlu_data"
_EXAMPLES = ("common_examples", "intent_examples", "entity_examples")


def read_rasa_json(file: Path) -> TrainingData:
    """Returns the training data of a file; an empty one where it holds something else.

    Raises:
        SourceError: something in it is wrong; the error names the line.
    """
    content = read_yaml(file)  # JSON is YAML, and this way every value knows its line
    if not isinstance(content, YamlMap) or KEY not in content:
        return TrainingData()
    data = want_map(content[KEY], key=KEY, where=content.place(KEY))
    examples = tuple(_example(row) for key in _EXAMPLES for row in _rows(data, key) if row.get("intent"))
    synonyms = SynonymSources()
    for example in examples:
        for entity in example.entities:
            if entity.value != (written := example.text[entity.start : entity.end]):
                synonyms.add(written, str(entity.value))
    for row in _rows(data, "entity_synonyms"):
        for text in _list(row, "synonyms"):
            synonyms.add(_text(text, row.here), _text(require(row, "value"), row.here), row.here)
    patterns = (
        NamedPattern(_text(require(row, "name"), row.here), _text(require(row, "pattern"), row.here), row.place("pattern"))
        for row in _rows(data, "regex_features")
    )
    lookups: dict[str, tuple[str, ...]] = {}
    for row in _rows(data, "lookup_tables"):
        name = _text(require(row, "name"), row.here)
        lookups[name] = lookups.get(name, ()) + _entries(row, file)
    return TrainingData(examples, synonyms.values, tuple(patterns), lookups, tuple(synonyms.problems), synonyms.places)


def _rows(data: YamlMap, key: str) -> Iterator[YamlMap]:
    rows = _list(data, key)
    return (want_map(row, key=key, where=rows.place(index)) for index, row in enumerate(rows))


def _list(row: YamlMap, key: str) -> YamlList:
    return want_list(row.get(key), key=key, where=row.place(key))


def _text(value: Any, where: Place) -> str:
    return want_text(value, key="a value", where=where)


def _example(row: YamlMap) -> Example:
    text = _text(require(row, "text"), row.here)
    entities = sorted((_entity(entity, text) for entity in _rows(row, "entities")), key=lambda entity: entity.start)
    return Example(text, _text(row["intent"], row.here), tuple(entities), row.here)


def _entity(row: YamlMap, text: str) -> Entity:
    start, end = (require(row, key) for key in ("start", "end"))
    if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text)):
        raise BadTrainingRow(where=row.here, why=f'an entity from {start} to {end} is none of "{text}"')
    value = text[start:end] if row.get("value") is None else _text(row["value"], row.here)
    kind = _text(require(row, "entity"), row.here)
    return Entity(kind, start, end, value, role=optional_text(row, "role"), group=optional_text(row, "group"))


def _entries(row: YamlMap, file: Path) -> tuple[str, ...]:
    """The entries of a lookup table, or the lines of the file that it names, beside this one or in a folder above."""
    elements = require(row, "elements")
    if isinstance(elements, YamlList):
        return tuple(_text(element, row.here) for element in elements)
    name = _text(elements, row.place("elements"))
    path = next((folder / name for folder in file.resolve().parents if (folder / name).is_file()), Path(name))
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(path=name, why=str(error)) from error
    return tuple(line.strip() for line in lines if line.strip())
