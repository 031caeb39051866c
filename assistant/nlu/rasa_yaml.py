"""Reads the ``nlu`` key of Rasa 3.1 training files: intents, synonyms, regexes and lookup lists."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from assistant.annotations import read_annotations
from assistant.errors import BadExample, EmptySection, MissingKey, Place, SourceError, UnreadableFile, UnsupportedVersion
from assistant.nlu.synonym_sources import SynonymSources
from assistant.nlu.training_data import Example, NamedPattern, TrainingData
from assistant.yaml_source import (
    YamlList,
    YamlMap,
    YamlText,
    map_with,
    only_keys,
    parse_yaml,
    read_yaml,
    require,
    unread_keys,
    want_list,
    want_map,
    want_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SUPPORTED_VERSION = (3, 1)
KINDS = ("intent", "synonym", "regex", "lookup")
_KEYS = (*KINDS, "examples", "metadata")


def read_rasa_yaml(file: Path, *, shown_as: str | None = None, faults: list[SourceError] | None = None) -> TrainingData:
    """Returns the training data in one YAML file; an empty one when it has no ``nlu`` key.

    Args:
        file: the file; other top-level keys than ``nlu`` are somebody else's.
        shown_as: the path that errors name; the path itself when None.
        faults: takes the errors of examples and sections, which are passed over; None raises the first.

    Raises:
        UnsupportedVersion: the file says that it is newer than what is read.
        SourceError: something in it is wrong; the error names the line.
    """
    shown = shown_as or str(file)
    return _read(read_yaml(file, shown_as=shown), file, shown, faults)


def parse_rasa_yaml(text: str, file: Path, shown: str) -> TrainingData:
    """Returns the training data that a file would hold with this text; see read_rasa_yaml."""
    return _read(parse_yaml(text, shown), file, shown)


def _read(found: Any, file: Path, shown: str, faults: list[SourceError] | None = None) -> TrainingData:
    content = map_with(found, ("nlu",), Place(shown, 1))
    _check_version(content)
    collected = _Collected(file, faults)
    sections = want_list(content.get("nlu"), key="nlu", where=content.place("nlu"))
    for index, section in enumerate(sections):
        with collected.noting_faults():
            collected.add(want_map(section, key="nlu", where=sections.place(index)))
    return collected.as_training_data()


class _Collected:
    def __init__(self, file: Path, faults: list[SourceError] | None) -> None:
        self._file = file
        self._faults = faults
        self._problems: list[SourceError] = []
        self._examples: list[Example] = []
        self._synonyms = SynonymSources()
        self._regexes: list[NamedPattern] = []
        self._lookups: dict[str, tuple[str, ...]] = {}

    @contextmanager
    def noting_faults(self) -> Iterator[None]:
        """Passes over what has an error, where faults are collected; raises it elsewhere."""
        try:
            yield
        except SourceError as error:
            if self._faults is None:
                raise
            self._faults.append(error)

    def add(self, section: YamlMap) -> None:
        self._problems += unread_keys(section, _KEYS)
        kind = next((kind for kind in KINDS if kind in section), None)
        if kind is None:
            self._problems.append(MissingKey(where=section.here, key=" or ".join(KINDS)))
            return
        name = want_text(section[kind], key=kind, where=section.place(kind))
        if section.get("examples") is None:
            self._problems.append(MissingKey(where=section.here, key="examples"))
            return
        items = self._lookup_file(section) if kind == "lookup" else None
        items = self._items(section) if items is None else items
        if kind == "intent":
            for text, place in items:
                with self.noting_faults():
                    self._examples.append(self._example(text, name, place))
            return
        entries = list(items)
        if not entries:
            self._problems.append(EmptySection(where=section.place("examples"), kind=kind, name=name))
        if kind == "synonym":
            for text, place in entries:
                self._synonyms.add(text, name, place)
        elif kind == "regex":
            self._regexes += (NamedPattern(name, text, place) for text, place in entries)
        else:
            self._lookups[name] = self._lookups.get(name, ()) + tuple(text for text, _ in entries)

    def _lookup_file(self, section: YamlMap) -> Iterator[tuple[str, Place]] | None:
        """The lines of the file that a lookup list names in place of entries: beside the training file, or from a folder above."""
        named = section["examples"]
        if not isinstance(named, str) or "\n" in named.strip() or not named.strip().endswith(".txt"):
            return None
        name = named.strip().removeprefix("-").strip()
        path = next((folder / name for folder in self._file.resolve().parents if (folder / name).is_file()), None)
        if path is None:
            raise UnreadableFile(path=name, why=f"the lookup list of {section.place('examples')} is not there")
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableFile(path=name, why=str(error)) from error
        return ((line.strip(), Place(name, number)) for number, line in enumerate(lines, 1) if line.strip())

    def _items(self, section: YamlMap) -> Iterator[tuple[str, Place]]:
        """Yields each line of a section's examples, or each item of the extended form, with its place.

        As in Rasa, a line that does not start with a dash is passed over; here that is a problem which validation shows.
        """
        examples = section["examples"]
        if isinstance(examples, YamlList):
            yield from _extended(examples)
            return
        text = want_text(examples, key="examples", where=section.place("examples"))
        first = examples.line if isinstance(examples, YamlText) else section.place("examples").line
        for number, line in enumerate(text.split("\n"), first):
            stripped = line.strip()
            if not stripped:
                continue
            place = Place(section.here.path, number)
            if not stripped.startswith("-") or not stripped[1:].strip():
                self._problems.append(BadExample(where=place, example=stripped))
                continue
            yield stripped[1:].strip(), place

    def _example(self, marked: str, intent: str, place: Place) -> Example:
        text, entities = read_annotations(marked, place)
        for entity in entities:
            written = text[entity.start : entity.end]
            if entity.value != written:
                self._synonyms.add(written, str(entity.value))
        return Example(text, intent, entities, place)

    def as_training_data(self) -> TrainingData:
        synonyms = self._synonyms
        problems = (*self._problems, *synonyms.problems)
        regexes, examples = tuple(self._regexes), tuple(self._examples)
        return TrainingData(examples, synonyms.values, regexes, self._lookups, problems, synonyms.places)


def _check_version(content: YamlMap) -> None:
    if "version" not in content:
        return
    version = str(content["version"])
    numbers = version.split(".")
    if not all(number.isdigit() for number in numbers) or tuple(map(int, numbers)) > SUPPORTED_VERSION:
        raise UnsupportedVersion(where=content.place("version"), version=version)


def _extended(examples: YamlList) -> Iterator[tuple[str, Place]]:
    for index, item in enumerate(examples):
        place = examples.place(index)
        yield _extended_text(item, place), place


def _extended_text(item: Any, place: Place) -> str:
    if isinstance(item, YamlMap):
        only_keys(item, ("text", "metadata"))
        item = require(item, "text")
    text = want_text(item, key="text", where=place).strip().removeprefix("- ").strip()
    if not text:
        raise BadExample(where=place, example=text)
    return text
