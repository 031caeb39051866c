"""Reads text to learn from: plain files of documents, JSON lines and tables, always bare text without labels."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.errors import BadCorpus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

TEXT_SUFFIXES = frozenset({".txt", ".text", ".md"})
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[\"'(]?[A-Z])")
_SPACES = re.compile(r"\s+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

Document = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """One file of text, and how much of it to use.

    Attributes:
        path: relative to the data folder.
        fields: the keys of a JSON line, or the columns of a table by header name or 0-based number, that hold text; empty for
            a text file.
        weight: how often its sentences are drawn, relative to the other sources, whatever its length.
        hold_out_every: every n-th row is left out; 0 leaves none out.
        header: a table's first line names its columns.
    """

    path: str
    fields: tuple[str, ...] = ()
    weight: float = 1.0
    hold_out_every: int = 0
    header: bool = True


def read_documents(paths: Iterable[Path]) -> Iterator[Document]:
    """Yields the documents of text files: blocks of lines with a blank line between, each line one or more sentences.

    Raises:
        BadCorpus: a file is missing, is no UTF-8 text, or holds no words.
    """
    for path in paths:
        found = False
        for document in _blocks(read_text(path)):
            found = True
            yield document
        if not found:
            raise BadCorpus(path=path, why="it holds no words")


def read_source(root: Path, source: Source) -> list[Document]:
    """Returns the documents of one source; each row of JSON lines or of a table is a document of its own.

    Raises:
        BadCorpus: the file is missing, damaged or empty, or has no such field.
    """
    path = root / source.path
    if path.suffix in TEXT_SUFFIXES:
        documents = list(_blocks(read_text(path)))
    elif path.suffix == ".jsonl":
        documents = list(_json_rows(path, source))
    else:
        documents = list(_table_rows(path, source))
    if source.hold_out_every:
        documents = [row for number, row in enumerate(documents) if number % source.hold_out_every]
    if not any(documents):
        raise BadCorpus(path=path, why="it holds no words")
    return documents


def read_text(path: Path) -> str:
    """Returns the content of a text file.

    Raises:
        BadCorpus: it is missing, is binary, or is not UTF-8.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadCorpus(path=path, why=error.strerror or str(error)) from error
    if b"\x00" in content[:65536]:
        raise BadCorpus(path=path, why="it is binary")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadCorpus(path=path, why=f"it is not UTF-8 (byte {error.start})") from error
    if len(_CONTROL.findall(text[:65536])) > len(text[:65536]) // 100:
        raise BadCorpus(path=path, why="it is binary")
    return text


def split_sentences(line: str) -> list[str]:
    """Returns the sentences of a line, spaces made single; a line without a sentence end is one sentence."""
    clean = _SPACES.sub(" ", line).strip()
    return [part for part in _SENTENCE_END.split(clean) if any(map(str.isalnum, part))]


def _blocks(text: str) -> Iterator[Document]:
    block: list[str] = []
    for line in text.splitlines():
        if line.strip():
            block.extend(split_sentences(line))
        elif block:
            yield tuple(block)
            block = []
    if block:
        yield tuple(block)


def _json_rows(path: Path, source: Source) -> Iterator[Document]:
    for number, line in enumerate(read_text(path).splitlines(), 1):
        try:
            row = json.loads(line)
            yield _pick(row, source.fields)
        except (ValueError, KeyError, TypeError) as error:
            raise BadCorpus(path=f"{path}:{number}", why=f"no text under {', '.join(source.fields)}") from error


def read_table(path: Path, *, header: bool = True) -> Iterator[dict[str, str]]:
    """Yields the rows of a table: its cells by the names of the columns, where the first line has them, and by number from 0.

    Raises:
        BadCorpus: the file is missing, is binary, or is not UTF-8.
    """
    rows = csv.reader(read_text(path).splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    names = next(rows, []) if header else []
    for row in rows:
        yield dict(zip(names, row, strict=False)) | {str(index): cell for index, cell in enumerate(row)}


def _table_rows(path: Path, source: Source) -> Iterator[Document]:
    for number, cells in enumerate(read_table(path, header=source.header), 1):
        try:
            yield _pick(cells, source.fields)
        except KeyError as error:
            raise BadCorpus(path=f"{path}:{number}", why=f"no column {error}") from error


def _pick(row: dict[str, Any], fields: tuple[str, ...]) -> Document:
    texts = (_SPACES.sub(" ", row[name]).strip() for name in fields)
    return tuple(text for text in texts if text)
