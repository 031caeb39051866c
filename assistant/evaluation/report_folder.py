"""Writes the files of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.errors import CannotWrite

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def write_reports(folder: Path, contents: Mapping[str, str]) -> list[Path]:
    """Writes files, each whole or not at all, and returns them.

    Args:
        folder: made where it is not there; files of the same names are replaced.
        contents: the text of each file, by its name.

    Raises:
        CannotWrite: the disk refuses.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in contents.items():
            draft = folder / f".{name}.new"
            draft.write_text(text, encoding="utf-8")
            draft.replace(folder / name)
    except OSError as error:
        raise CannotWrite(path=folder, why=error.strerror or str(error)) from error
    return [folder / name for name in contents]
