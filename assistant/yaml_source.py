"""Reads YAML that people wrote, keeping the line of every key and value, and refusing what no honest file contains.

Reading goes through libyaml's composer (fast, bounded depth) and YAML 1.2's core rules for scalars, so that ``yes`` is a text and
``0o17`` is no surprise. Writing back is ruamel.yaml's work, elsewhere: it keeps comments and order.
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
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

MAX_BYTES = 20_000_000
MAX_DEPTH = 100
MAX_NODES = 500_000

_NULL = {"", "~", "null", "Null", "NULL"}
_TRUE = {"true", "True", "TRUE"}
_FALSE = {"false", "False", "FALSE"}
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_PLAIN_TAGS = {"tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}


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

    try:
        root = _loader()(text).get_single_node()
    except RecursionError as error:
        raise YamlTooLarge(where=Place(shown), why="nested too deeply") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or str(error)
        where = Place(shown, mark.line + 1 if mark else 0)
        if "maximum" in why.lower():  # libyaml's own limit on nesting
            raise YamlTooLarge(where=where, why="nested too deeply") from error
        raise YamlSyntax(where=where, why=why.split("\n")[0]) from error
    return _Builder(shown).build(root, 0) if root is not None else None


def _loader() -> Callable[[str], Any]:
    from yaml._yaml import CParser
    from yaml.resolver import BaseResolver

    class Loader(CParser, BaseResolver):
        def __init__(self, stream: str) -> None:
            CParser.__init__(self, stream)
            BaseResolver.__init__(self)

    return Loader


class _Builder:
    """Builds values from composed nodes, counting as it goes so that an alias bomb ends early."""

    def __init__(self, shown: str) -> None:
        self._shown = shown
        self._n_nodes = 0

    def build(self, node: Any, depth: int) -> Any:
        self._n_nodes += 1
        if self._n_nodes > MAX_NODES:
            raise YamlTooLarge(where=self._place(node), why=f"more than {MAX_NODES} values once aliases are written out")
        if depth > MAX_DEPTH:
            raise YamlTooLarge(where=self._place(node), why=f"nested deeper than {MAX_DEPTH}")
        if node.tag not in _PLAIN_TAGS:
            raise YamlTag(where=self._place(node), tag=node.tag)
        if node.id == "scalar":
            return self._scalar(node)
        return self._mapping(node, depth) if node.id == "mapping" else self._sequence(node, depth)

    def _place(self, node: Any) -> Place:
        return Place(self._shown, node.start_mark.line + 1)

    def _sequence(self, node: Any, depth: int) -> YamlList:
        result = YamlList(self._place(node))
        for item in node.value:
            result.put(self.build(item, depth + 1), item.start_mark.line + 1)
        return result

    def _mapping(self, node: Any, depth: int) -> YamlMap:
        result = YamlMap(self._place(node))
        merged: list[YamlMap] = []
        for key_node, value_node in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            value = self.build(value_node, depth + 1)
            if key == "<<" and isinstance(value, YamlMap):
                merged.append(value)
            elif key in result:
                raise DuplicateKey(where=Place(self._shown, line), key=key, first=result.place(key))
            else:
                result.put(key, value, line)
        for base in merged:
            for key, value in base.items():
                if key not in result:
                    result.put(key, value, base.place(key).line)
        return result

    @staticmethod
    def _scalar(node: Any) -> object:
        text = node.value
        if not node.style:
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
        result.line = node.start_mark.line + (2 if node.style in {"|", ">"} else 1)
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


def require(mapping: YamlMap, key: str) -> Any:
    """Returns the value of a key that must be there.

    Raises:
        MissingKey: it is not.
    """
    if key not in mapping:
        raise MissingKey(where=mapping.here, key=key)
    return mapping[key]


def only_keys(mapping: YamlMap, known: Collection[str]) -> None:
    """Checks that a mapping has known keys only.

    Raises:
        UnknownKey: it has another; the nearest known one is named.
    """
    for key in mapping:
        if key not in known:
            raise UnknownKey(where=mapping.place(key), key=key, known=known)
