"""Takes the documents that a project's own folders hold: what is new or changed is read, what is gone is removed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Protocol

from assistant.knowledge.files import document_files, read_document
from assistant.messages import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from assistant.knowledge.document import Document
    from assistant.messages import ProgressCallback


class DocumentKeeper(Protocol):
    """Where documents are kept; ``assistant.stores.documents.DocumentStore`` is one."""

    def sources(self) -> Mapping[str, tuple[str, str]]:
        """Returns of each file that was read the id of its document, and the digest."""

    def put(self, document: Document) -> str:
        """Keeps a document."""

    def remove(self, document_id: str) -> None:
        """Removes a document."""


def sync(
    keeper: DocumentKeeper, paths: Sequence[Path], shown: Callable[[Path], str], progress: ProgressCallback | None = None
) -> int:
    """Brings the documents of a project's own files and folders up to date, and returns how many changed.

    Args:
        keeper: where documents are kept.
        paths: files and folders; a document of a file that was in one of them and is no more is removed.
        shown: says how a file is named.
        progress: told how many files were looked at.

    Raises:
        SourceError: a file cannot be read as a document; those before it are kept.
    """
    known = keeper.sources()
    files = {shown(file): file for file in document_files(paths)}
    n_changed = 0
    for number, (source, file) in enumerate(files.items(), 1):
        if known.get(source, ("", ""))[1] != _digest(file):
            keeper.put(read_document(file, source))
            n_changed += 1
        if progress:
            progress(Progress("documents", number, len(files)))
    folders = tuple(f"{shown(path)}/" for path in paths)
    for source, (document_id, _) in known.items():
        if source not in files and source.startswith(folders):
            keeper.remove(document_id)
            n_changed += 1
    return n_changed


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
