"""Reads the files of documents: Markdown, plain text, web pages, and PDF where the library for it is installed."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from assistant.errors import PdfReaderMissing, UnreadableDocument
from assistant.faq.folding import fold
from assistant.knowledge.blocks import READERS, Block, text_blocks
from assistant.knowledge.cutting import cut
from assistant.knowledge.document import Document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

PDF = ".pdf"
SUFFIXES = frozenset({*READERS, PDF})
"""Endings of files that are read."""

MAX_BYTES = 20_000_000
"""Of a file; a longer one is no document that people read."""

_MAX_ID_CHARS = 60


def document_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yields files, and of folders all files in them that are read, by name; hidden ones are passed over.

    Raises:
        UnreadableDocument: a path is not there, or a folder holds nothing that is read.
    """
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        inside = [file for file in sorted(path.rglob("*")) if file.suffix.lower() in SUFFIXES and file.is_file()]
        shown = [file for file in inside if not any(part.startswith(".") for part in file.relative_to(path).parts)]
        if not shown:
            raise UnreadableDocument(path=str(path), why="the folder holds no file that is read")
        yield from shown


def read_document(path: Path, source: str = "") -> Document:
    """Returns the document of a file.

    Args:
        path: the file.
        source: how it is named from now on; empty: as its path is.

    Raises:
        UnreadableDocument: it is not there, too large, of another kind, or without text.
        PdfReaderMissing: it is PDF, and the library for that is not installed.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise UnreadableDocument(path=str(path), why=f'files ending in "{path.suffix}" are not supported')
    content = _bytes(path)
    blocks = _pdf_blocks(path) if suffix == PDF else READERS[suffix](_decoded(content, path))
    title, text, passages = cut(blocks)
    if not passages:
        raise UnreadableDocument(path=str(path), why="it holds no text")
    return Document(
        id=document_id(path),
        title=title or _title(path),
        source=source or str(path),
        text=text,
        passages=passages,
        digest=hashlib.sha256(content).hexdigest(),
    )


def document_id(path: Path) -> str:
    """Returns what names the document of a file: its name, folded."""
    return "-".join(fold(path.stem).split())[:_MAX_ID_CHARS].strip("-") or "document"


def _title(path: Path) -> str:
    return re.sub(r"[-_]+", " ", path.stem).strip().capitalize() or path.stem


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableDocument(path=str(path), why=f"it has more than {MAX_BYTES // 1_000_000} MB")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableDocument(path=str(path), why=error.strerror or str(error)) from error


def _decoded(content: bytes, path: Path) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableDocument(path=str(path), why="it is no UTF-8 text") from error


def _pdf_blocks(path: Path) -> Iterator[Block]:
    try:
        from pypdf import PdfReader
        from pypdf.errors import PyPdfError
    except ImportError as error:
        raise PdfReaderMissing(path=str(path)) from error
    try:
        pages = [page.extract_text() for page in PdfReader(path).pages]
    except (PyPdfError, OSError, ValueError, KeyError, RecursionError) as error:
        raise UnreadableDocument(path=str(path), why=f"it is no sound PDF: {error}") from error
    yield from text_blocks("\n\n".join(pages))
