"""Reads YAML that people wrote, keeping the line of every key and value, and refusing what no honest file contains.

Reading goes through libyaml's parser and YAML 1.2's core rules for scalars, so that ``yes`` is a text. Writing
back is ruamel.yaml's work, elsewhere: it keeps comments and order.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from assistant.errors import (
    DuplicateKey,
    MissingKey,
    Place,
    UnknownKey,
    UnreadableFile,
    WrongType,
    YamlSyntax,
    YamlTag,
    YamlTooLarge,
    closest,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

MAX_BYTES = 20_000_000
MAX_DEPTH = 100
MAX_NODES = 250_000

ALIKE_KEY = 0.75
"""How alike a key must be to one that is known, in [0, 1], to count as misspelt."""

_NULL = {"", "~", "null", "Null", "NULL"}
_TRUE = {"true", "True", "TRUE"}
_FALSE = {"false", "False", "FALSE"}
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_PLAIN_TAGS = {None, "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}


class YamlMap(dict[str, Any]):
    """A mapping that knows where it and each of its values stand."""

    __slots__ = ("_lines", "here")

    def __init__(self, here: Place) -> None:
        super().__init__()
        self.here = here
        self._lines: dict[str, int] = {}

    def place(self, key: str) -> Place:
        """Returns where the key stands, or where the mapping starts when it has no such key."""
        return Place(self.here.path, self._lines.get(key, self.here.line))

    def put(self, key: str, value: object, line: int) -> None:
        """Sets a value together with the line of its key."""
        self[key] = value
        self._lines[key] = line


class YamlList(list[Any]):
    """A sequence that knows where it and each of its items stand."""

    __slots__ = ("_lines", "here")

    def __init__(self, here: Place) -> None:
        super().__init__()
        self.here = here
        self._lines: list[int] = []

    def place(self, index: int) -> Place:
        """Returns where the item stands."""
        return Place(self.here.path, self._lines[index])

    def put(self, value: object, line: int) -> None:
        """Appends an item together with its line."""
        self.append(value)
        self._lines.append(line)


class YamlText(str):
    """A text that knows the line on which its first line of content stands: block scalars are cut into examples by line."""

    __slots__ = ("line",)

    line: int


def read_yaml(path: Path, *, shown_as: str | None = None) -> Any:
    """Returns the file's content as YamlMap, YamlList, YamlText, bool, int, float or None.

    Args:
        path: the file.
        shown_as: the path that errors name; the path itself when None.

    Raises:
        UnreadableFile: the file is missing, no UTF-8 text, or may not be read.
        YamlSyntax, DuplicateKey, YamlTag, YamlTooLarge: what the file holds is refused.
    """
    shown = shown_as or str(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise YamlTooLarge(where=Place(shown), why=f"more than {MAX_BYTES // 1_000_000} MB")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(path=shown, why=str(error)) from error
    return parse_yaml(text, shown)


def parse_yaml(text: str, shown: str) -> Any:
    """Returns the content of a YAML text; see read_yaml."""
    import yaml
    from yaml._yaml import CParser

    try:
        return _Builder(CParser(text), shown).document()
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise YamlSyntax(where=Place(shown, line), why="half of a surrogate pair is no character") from error
    except yaml.reader.ReaderError as error:
        line = text.encode()[: error.position].count(b"\n") + 1
        raise YamlSyntax(where=Place(shown, line), why=error.reason) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = min(mark.line, text.count("\n")) + 1 if mark else 0  # libyaml counts a line after the last
        raise YamlSyntax(where=Place(shown, line), why=(error.problem or str(error)).split("\n")[0]) from error


class _Builder:
    """Builds values from the parser's events, counting as it goes: what is too deep or too much ends early, in little memory.

    libyaml's own composer is not used: a few kilobytes of nested sequences overflow its stack and end the process.
    """

    def __init__(self, events: Any, shown: str) -> None:
        self._next: Callable[[], Any] = events.get_event
        self._shown = shown
        self._n_nodes = 0
        self._anchored: dict[str, tuple[object, int]] = {}

    def document(self) -> Any:
        """Returns the only document of the text; None when there is none."""
        value = None
        for number in range(2):
            event = self._after("StreamStartEvent")
            if _kind(event) == "StreamEndEvent":
                return value
            if number:
                raise YamlSyntax(where=self._place(event), why="a second document starts here")
            value = self._value(self._next(), 0)
            self._next()  # the end of the document
        return value

    def _after(self, skipped: str) -> Any:
        event = self._next()
        return self._next() if _kind(event) == skipped else event

    def _value(self, event: Any, depth: int) -> Any:
        if _kind(event) == "AliasEvent":
            return self._alias(event)
        before = self._n_nodes
        self._count(1, event)
        if depth > MAX_DEPTH:
            raise YamlTooLarge(where=self._place(event), why=f"nested deeper than {MAX_DEPTH}")
        if event.tag not in _PLAIN_TAGS:
            raise YamlTag(where=self._place(event), tag=event.tag)
        match _kind(event):
            case "ScalarEvent":
                value: object = _scalar(event)
            case "MappingStartEvent":
                value = self._mapping(event, depth)
            case _:
                value = self._sequence(event, depth)
        if event.anchor:
            self._anchored[event.anchor] = value, self._n_nodes - before
        return value

    def _alias(self, event: Any) -> Any:
        if event.anchor not in self._anchored:
            raise YamlSyntax(where=self._place(event), why=f'alias "{event.anchor}" stands for nothing, or for itself')
        value, n_nodes = self._anchored[event.anchor]
        self._count(n_nodes, event)
        return value

    def _count(self, n_nodes: int, event: Any) -> None:
        self._n_nodes += n_nodes
        if self._n_nodes > MAX_NODES:
            raise YamlTooLarge(where=self._place(event), why=f"more than {MAX_NODES} values once aliases are written out")

    def _place(self, event: Any) -> Place:
        return Place(self._shown, event.start_mark.line + 1)

    def _sequence(self, start: Any, depth: int) -> YamlList:
        result = YamlList(self._place(start))
        while _kind(event := self._next()) != "SequenceEndEvent":
            line = event.start_mark.line + 1
            result.put(self._value(event, depth + 1), line)
        return result

    def _mapping(self, start: Any, depth: int) -> YamlMap:
        result = YamlMap(self._place(start))
        merged: list[YamlMap] = []
        while _kind(event := self._next()) != "MappingEndEvent":
            where = self._place(event)
            key = self._key(event, depth)
            value = self._value(self._next(), depth + 1)
            if key == "<<" and isinstance(value, YamlMap | YamlList):
                merged += [value] if isinstance(value, YamlMap) else [item for item in value if isinstance(item, YamlMap)]
            elif key in result:
                raise DuplicateKey(where=where, key=key, first=result.place(key))
            else:
                result.put(key, value, where.line)
        for base in merged:
            for key, value in base.items():
                if key not in result:
                    result.put(key, value, base.place(key).line)
        return result

    def _key(self, event: Any, depth: int) -> str:
        if _kind(event) == "ScalarEvent" and event.tag in _PLAIN_TAGS and not event.anchor:
            self._count(1, event)
            return str(event.value)
        value = self._value(event, depth + 1)
        if not isinstance(value, str):
            raise WrongType(where=self._place(event), key="a key", expected="a text", got=value)
        return value


def _kind(event: Any) -> str:
    return type(event).__name__


def _scalar(event: Any) -> object:
    text = event.value
    if not event.style and event.tag is None:
        if text in _NULL:
            return None
        if text in _TRUE or text in _FALSE:
            return text in _TRUE
        if _INT.fullmatch(text):
            return int(text) if len(text) < 4000 else float(text)  # noqa: PLR2004 (the interpreter's limit on digits)
        if _FLOAT.fullmatch(text):
            return float(text)
    result = YamlText(text)
    # The content of a block scalar starts on the line below its indicator.
    result.line = event.start_mark.line + (2 if event.style in {"|", ">"} else 1)
    return result


# --- what a value must be -------------------------------------------------------------------------------------------------------


def want_map(value: object, *, key: str, where: Place) -> YamlMap:
    """Returns the value if it is a mapping; an empty one for nothing.

    Raises:
        WrongType: it is something else.
    """
    if value is None:
        return YamlMap(where)
    if not isinstance(value, YamlMap):
        raise WrongType(where=where, key=key, expected="a mapping", got=value)
    return value


def map_with(value: object, keys: Collection[str], where: Place) -> YamlMap:
    """Returns the value if it is a mapping that has one of the keys; an empty one for what is somebody else's file."""
    return value if isinstance(value, YamlMap) and any(key in value for key in keys) else YamlMap(where)


def want_list(value: object, *, key: str, where: Place) -> YamlList:
    """Returns the value if it is a list; an empty one for nothing.

    Raises:
        WrongType: it is something else.
    """
    if value is None:
        return YamlList(where)
    if not isinstance(value, YamlList):
        raise WrongType(where=where, key=key, expected="a list", got=value)
    return value


def want_text(value: object, *, key: str, where: Place) -> str:
    """Returns the value if it is a text, or a number written without quotes.

    Raises:
        WrongType: it is something else.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise WrongType(where=where, key=key, expected="a text", got=value)


def optional_text(mapping: YamlMap, key: str) -> str | None:
    """Returns the text under a key; None where the key is missing or empty.

    Raises:
        WrongType: something else stands there.
    """
    value = mapping.get(key)
    return None if value is None else want_text(value, key=key, where=mapping.place(key))


def require(mapping: YamlMap, key: str) -> Any:
    """Returns the value of a key that must be there.

    Raises:
        MissingKey: it is not; a key that looks like it gets named.
    """
    if key not in mapping:
        written = closest(key, mapping, 0.75)
        raise MissingKey(where=mapping.place(written), key=key, written=written)
    return mapping[key]


def only_keys(mapping: YamlMap, known: Collection[str]) -> None:
    """Checks that a mapping has known keys only.

    Raises:
        UnknownKey: it has another; the nearest known one is named.
    """
    for key in mapping:
        if key not in known:
            raise UnknownKey(where=mapping.place(key), key=key, known=known)


def unread_keys(mapping: YamlMap, known: Collection[str]) -> list[UnknownKey]:
    """Returns what to say about keys that nothing reads; Rasa's formats leave room for them.

    Raises:
        UnknownKey: one looks like a key with a meaning, so that it is misspelt.
    """
    unread = [key for key in mapping if key not in known]
    for key in unread:
        if closest(key, known, ALIKE_KEY):
            raise UnknownKey(where=mapping.place(key), key=key, known=known)
    return [UnknownKey(where=mapping.place(key), key=key, known=known) for key in unread]
