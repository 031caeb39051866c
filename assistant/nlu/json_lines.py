"""Reads training data in JSON lines: ``{"text", "intent", "tokens"?, "tags"?}``, BIO tags, one a word."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from assistant.errors import BadTrainingRow, Place, UnreadableFile
from assistant.messages import Entity
from assistant.nlu.tags import parse_kind
from assistant.nlu.training_data import Example

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def read_json_lines(file: Path) -> tuple[Example, ...]:
    """Returns the examples of a file, one a line; empty lines are passed over.

    Raises:
        BadTrainingRow: a row is no JSON, has no text or intent, or its tags do not fit its tokens.
        UnreadableFile: the file is missing, no UTF-8 text, or may not be read.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(path=str(file), why=str(error)) from error
    return tuple(_example(line, Place(str(file), number)) for number, line in enumerate(lines, 1) if line.strip())


def align_tokens(text: str, tokens: list[str]) -> list[tuple[int, int]] | None:
    """Returns (start, end) of each token, found from left to right in the text; None when one is not there."""
    spans: list[tuple[int, int]] = []
    end = 0
    for token in tokens:
        start = text.find(token, end)
        if start < 0 or text[end:start].strip():
            return None
        end = start + len(token)
        spans.append((start, end))
    return spans


def _example(line: str, place: Place) -> Example:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadTrainingRow(where=place, why="it is not JSON") from error
    if not isinstance(row, dict):
        raise BadTrainingRow(where=place, why="it is no JSON object")
    text, intent = _text(row, "text", place), _text(row, "intent", place)
    if row.get("tags") is None:
        return Example(text, intent, (), place)
    tags = _texts(row, "tags", place)
    tokens = _texts(row, "tokens", place) if row.get("tokens") is not None else text.split()
    if len(tokens) != len(tags):
        raise BadTrainingRow(where=place, why=f"{len(tokens)} tokens have {len(tags)} tags")
    spans = align_tokens(text, tokens)
    if spans is None:
        text = " ".join(tokens)
        spans = align_tokens(text, tokens) or []
    return Example(text, intent, tuple(_entities(text, spans, tags, place)), place)


def _text(row: dict[str, Any], key: str, place: Place) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value.strip():
        raise BadTrainingRow(where=place, why=f'"{key}" must be a text that is not empty')
    return value


def _texts(row: dict[str, Any], key: str, place: Place) -> list[str]:
    value = row.get(key)
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise BadTrainingRow(where=place, why=f'"{key}" must be a list of texts')
    return value


def _entities(text: str, spans: list[tuple[int, int]], tags: list[str], place: Place) -> Iterator[Entity]:
    for tag in tags:
        if tag != "O" and tag[:2] not in {"B-", "I-"}:
            raise BadTrainingRow(where=place, why=f'"{tag}" is no BIO tag')
    # An I- that follows no tag of its kind opens an entity, as conlleval reads it.
    opens = [tag != "O" and (tag[0] == "B" or before[2:] != tag[2:]) for before, tag in pairwise(["O", *tags])]
    for first, (tag, is_open) in enumerate(zip(tags, opens, strict=True)):
        if is_open:
            last = first
            while last + 1 < len(tags) and tags[last + 1] == f"I-{tag[2:]}":
                last += 1
            start, end = spans[first][0], spans[last][1]
            entity, role, group = parse_kind(tag[2:])
            yield Entity(entity, start, end, text[start:end], role, group)
