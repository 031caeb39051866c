"""What NLU learns from: examples with intent and entities, synonyms, regexes, lookup lists, read from YAML, JSON or JSON lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.errors import SourceError, UnknownTrainingFormat
from assistant.nlu.synonym_sources import SynonymSources

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from assistant.errors import Place
    from assistant.messages import Entity

TRAIN_FILE = "train.jsonl"
DEV_FILE = "dev.jsonl"
YAML_SUFFIXES = frozenset({".yml", ".yaml"})
JSON_LINES_SUFFIXES = frozenset({".jsonl", ".ndjson"})
JSON_SUFFIX = ".json"


@dataclass(frozen=True, slots=True)
class Example:
    """A text that a user might write, and what it means.

    Attributes:
        text: without markup.
        intent: the class; may be a retrieval intent such as ``faq/ask_hours``.
        entities: by position; their offsets are in ``text``.
        place: where it stands.
    """

    text: str
    intent: str
    entities: tuple[Entity, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class NamedPattern:
    """A regular expression that belongs to a name, usually an entity's."""

    name: str
    pattern: str
    place: Place


@dataclass(frozen=True, slots=True)
class TrainingData:
    """All that NLU is trained on.

    Attributes:
        examples: in the order of the files.
        synonyms: what is written, in lower case, to what it means.
        regexes: patterns, several may share a name.
        lookups: entries by name of the list.
        problems: what was passed over, as it cannot be used, and what contradicts itself.
        synonym_places: where those synonyms stand that have a section of their own.
    """

    examples: tuple[Example, ...] = ()
    synonyms: Mapping[str, str] = field(default_factory=dict)
    regexes: tuple[NamedPattern, ...] = ()
    lookups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    problems: tuple[SourceError, ...] = field(default=(), compare=False)
    synonym_places: Mapping[str, Place] = field(default_factory=dict, compare=False)

    @property
    def intents(self) -> tuple[str, ...]:
        """The intents of the examples, sorted."""
        return tuple(sorted({example.intent for example in self.examples}))

    @property
    def entities(self) -> tuple[str, ...]:
        """The types of the entities that are annotated, sorted."""
        return tuple(sorted({entity.entity for example in self.examples for entity in example.entities}))


def read_nlu(paths: Iterable[Path], *, faults: list[SourceError] | None = None) -> TrainingData:
    """Returns the training data of files and folders, merged.

    Args:
        paths: Rasa YAML files (keys other than ``nlu`` are passed over), Rasa's JSON, JSON lines files, folders with
            ``train.jsonl``, or folders of YAML files (conversation tests, ``test_*``, are left out).
        faults: takes what would be raised, and what it concerns (an example, a section, a file) is passed over; None raises it.

    Raises:
        UnknownTrainingFormat: a path holds none of these.
        SourceError: a file cannot be read; the error names the file and the line of the example.
    """
    return _merge([_read_file(file, faults) for path in paths for file in _files(path)])


def read_dev(paths: Iterable[Path]) -> TrainingData | None:
    """Returns the development examples that lie beside training data, or None when no folder has a ``dev.jsonl``.

    Raises:
        BadTrainingRow: a row cannot be used.
    """
    found = [path / DEV_FILE for path in paths if (path / DEV_FILE).is_file()]
    return _merge([_read_file(file) for file in found]) if found else None


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        if (path / TRAIN_FILE).is_file():
            return [path / TRAIN_FILE]
        found = sorted(file for file in path.rglob("*") if file.suffix in YAML_SUFFIXES and not file.name.startswith("test_"))
        if found:
            return found
    elif path.suffix in YAML_SUFFIXES | JSON_LINES_SUFFIXES | {JSON_SUFFIX}:
        return [path]
    raise UnknownTrainingFormat(path=path)


def _read_file(file: Path, faults: list[SourceError] | None = None) -> TrainingData:
    try:
        return _read(file, faults)
    except SourceError as error:
        if faults is None:
            raise
        faults.append(error)
        return TrainingData()


def _read(file: Path, faults: list[SourceError] | None) -> TrainingData:
    if file.suffix in YAML_SUFFIXES:
        from assistant.nlu.rasa_yaml import read_rasa_yaml

        return read_rasa_yaml(file, faults=faults)
    if file.suffix == JSON_SUFFIX:
        from assistant.nlu.rasa_json import read_rasa_json

        return read_rasa_json(file)
    from assistant.nlu.json_lines import read_json_lines

    return TrainingData(read_json_lines(file))


def _merge(parts: list[TrainingData]) -> TrainingData:
    if len(parts) == 1:
        return parts[0]
    lookups: dict[str, tuple[str, ...]] = {}
    synonyms = SynonymSources()
    for part in parts:
        synonyms.add_all(part.synonyms, part.synonym_places)
        for name, entries in part.lookups.items():
            lookups[name] = lookups.get(name, ()) + entries
    return TrainingData(
        examples=tuple(example for part in parts for example in part.examples),
        synonyms=synonyms.values,
        regexes=tuple(pattern for part in parts for pattern in part.regexes),
        lookups=lookups,
        problems=(*(problem for part in parts for problem in part.problems), *synonyms.problems),
        synonym_places=synonyms.places,
    )
