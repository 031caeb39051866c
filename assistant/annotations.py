"""Reads and writes the entity annotations of Rasa's training examples: ``from [Berlin]{"entity": "city", "role": "from"}``.

Source: Rasa 3.1, training data format; the list form for several labels on one text came with 3.x.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from assistant.errors import BadAnnotation
from assistant.messages import Entity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.errors import Place

_MARKUP = re.compile(
    r"\[(?P<text>[^\]]+?)\]"
    r"(?:\((?P<entity>[^:)]+?)(?::(?P<value>[^)]+))?\)"  # [text](entity) and [text](entity:value)
    r"|(?P<dict>\{[^}]+?\})"
    r"|\[(?P<list>\s*\{[^\]]*\}\s*)\])"
)
_UNCLOSED = re.compile(r"\](?:\(|\{|\[\s*\{)")
_KEYS = ("entity", "role", "group", "value")


def read_annotations(marked: str, where: Place) -> tuple[str, tuple[Entity, ...]]:
    """Returns the text without its markup, and the entities with offsets in that text.

    Args:
        marked: an example as written.
        where: the place that errors name.

    Raises:
        BadAnnotation: markup is not closed, is no JSON, names no entity, or has a key that is not known.
    """
    if "[" not in marked:
        return marked, ()
    pieces: list[str] = []
    entities: list[Entity] = []
    length = end = 0
    for match in _MARKUP.finditer(marked):
        pieces += (marked[end : match.start()], match["text"])
        start = length + match.start() - end
        length = start + len(match["text"])
        end = match.end()
        entities += (_entity(data, match["text"], start, marked, where) for data in _labels(match, marked, where))
    pieces.append(marked[end:])
    if any(_UNCLOSED.search(piece) for piece in pieces[::2]):
        why = "there is no text between [ and ]" if "[](" in marked or "[]{" in marked else "a bracket is not closed"
        raise BadAnnotation(where=where, example=marked, why=why)
    return "".join(pieces), tuple(entities)


def _labels(match: re.Match[str], marked: str, where: Place) -> list[Any]:
    if match["entity"] is not None:
        return [{"entity": match["entity"], **({"value": match["value"]} if match["value"] else {})}]
    source = match["dict"] or f"[{match['list']}]"
    try:
        data = json.loads(source)
    except ValueError as error:
        raise BadAnnotation(where=where, example=marked, why=f"{source} is not JSON") from error
    return data if isinstance(data, list) else [data]


def _entity(data: object, text: str, start: int, marked: str, where: Place) -> Entity:
    if not isinstance(data, dict):
        raise BadAnnotation(where=where, example=marked, why=f"{data!r} is no mapping")
    for key, value in data.items():
        if key not in _KEYS:
            raise BadAnnotation(where=where, example=marked, why=f'"{key}" is none of {", ".join(_KEYS)}')
        if isinstance(value, dict | list):
            raise BadAnnotation(where=where, example=marked, why=f'"{key}" must be a text')
    if not data.get("entity"):
        raise BadAnnotation(where=where, example=marked, why='"entity" is missing')
    texts = {key: str(value) for key, value in data.items() if value is not None}
    value = texts.get("value", text)
    return Entity(texts["entity"], start, start + len(text), value, texts.get("role"), texts.get("group"))


def annotated(text: str, entities: Sequence[Entity], where: Place) -> str:
    """Returns a text with its entities marked, so that ``read_annotations`` finds them there again.

    Args:
        text: without markup.
        entities: with offsets in the text; of two that overlap the first counts.
        where: the place that errors name.

    Raises:
        BadAnnotation: the text has brackets that cannot be told from markup.
    """
    pieces, end = [], 0
    kept = []
    for entity in sorted(entities, key=lambda entity: entity.start):
        if end <= entity.start < entity.end <= len(text):
            pieces += [text[end : entity.start], _marked(text[entity.start : entity.end], entity)]
            end = entity.end
            kept.append((entity.entity, entity.start, entity.end, entity.role, entity.group))
    marked = "".join([*pieces, text[end:]])
    try:
        found_text, found = read_annotations(marked, where)
    except BadAnnotation:
        found_text, found = "", ()
    if found_text != text or [(one.entity, one.start, one.end, one.role, one.group) for one in found] != kept:
        raise BadAnnotation(where=where, example=text, why="it has brackets that would be read as markup")
    return marked


def _marked(written: str, entity: Entity) -> str:
    # What was resolved from the text (today's date) is no other word for it.
    is_resolved = entity.value is None or entity.additional_info is not None or str(entity.value) == written
    value = None if is_resolved else str(entity.value)
    if not (entity.role or entity.group or value):
        return f"[{written}]({entity.entity})"
    facts = {"entity": entity.entity, "role": entity.role, "group": entity.group, "value": value}
    return f"[{written}]{json.dumps({key: fact for key, fact in facts.items() if fact}, ensure_ascii=False)}"
