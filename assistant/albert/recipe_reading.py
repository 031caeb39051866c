"""Reads a YAML file strictly into a dataclass: every key known, every needed one there, every value of its type."""

from __future__ import annotations

import dataclasses
import types
import typing
from typing import TYPE_CHECKING, Any, TypeVar

from assistant.errors import BadRecipe, MissingKey, UnknownKey, WrongType
from assistant.yaml_source import YamlMap, read_yaml

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T")


class UnfitValue(ValueError):
    """Two values of a recipe do not fit; becomes a BadRecipe with its place when it was read from a file."""


def read_dataclass(path: Path, kind: type[T]) -> T:
    """Returns the dataclass that a file describes.

    Args:
        path: a YAML file whose keys are the dataclass's fields.
        kind: its fields are texts, numbers, truth values, dataclasses, or tuples of these.

    Raises:
        SourceError: the file is no YAML, lacks a key, has one too many, or its values do not fit together.
    """
    value = read_yaml(path)
    if not isinstance(value, YamlMap):
        raise BadRecipe(where=str(path), why="it is no mapping")
    return _build(value, kind)


def _build(value: YamlMap, kind: type[T]) -> T:
    hints = typing.get_type_hints(kind)
    fields = {entry.name: entry for entry in dataclasses.fields(kind)}  # type: ignore[arg-type]
    for key in value:
        if key not in fields:
            raise UnknownKey(where=value.place(key), key=key, known=fields)
    for name, entry in fields.items():
        is_needed = entry.default is dataclasses.MISSING and entry.default_factory is dataclasses.MISSING
        if is_needed and name not in value:
            raise MissingKey(where=value.here, key=name)
    arguments = {key: _convert(value, key, item, hints[key]) for key, item in value.items()}
    try:
        return kind(**arguments)
    except UnfitValue as error:
        raise BadRecipe(where=value.here, why=str(error)) from error


def _convert(parent: YamlMap, key: str, item: object, hint: Any) -> Any:
    if isinstance(hint, types.GenericAlias):
        if not isinstance(item, list):
            raise WrongType(where=parent.place(key), key=key, expected="a list", got=item)
        return tuple(_convert(parent, key, part, hint.__args__[0]) for part in item)
    if dataclasses.is_dataclass(hint):
        if not isinstance(item, YamlMap):
            raise WrongType(where=parent.place(key), key=key, expected="a mapping", got=item)
        return _build(item, hint)  # type: ignore[arg-type]
    if hint is float and isinstance(item, int) and not isinstance(item, bool):
        return float(item)
    if not isinstance(item, hint) or (hint is not bool and isinstance(item, bool)):
        names = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
        raise WrongType(where=parent.place(key), key=key, expected=names[hint], got=item)
    return hint(item)
