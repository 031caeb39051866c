"""Writes a proposal into its files and takes it back: each file whole or not at all, all of them or none.

Before anything is written, what the files held goes to ``corrections/NUMBER`` in the state folder, with a ``manifest.json`` that
says which backup belongs where and what was written: ``undo`` needs nothing else, also after a new start.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import CannotWrite, ChangedMeanwhile, NothingToUndo
from assistant.project import made_folder

if TYPE_CHECKING:
    from assistant.corrections.proposal import FileEdit, Proposal
    from assistant.project import Project

FOLDER = "corrections"
MANIFEST = "manifest.json"
KEPT = 50
"""So many backups are kept."""


def apply(project: Project, proposal: Proposal) -> Path | None:
    """Writes the edits and returns the folder of their backup; None when there was nothing to write.

    Raises:
        ChangedMeanwhile: a file is not any more as it was when the correction was proposed; nothing was written.
        CannotWrite: the disk refuses; all files are as they were.
    """
    if not proposal.edits:
        return None
    for edit in proposal.edits:
        if _text(edit.path) != edit.before:
            raise ChangedMeanwhile(path=edit.shown)
    backup = _back_up(project, proposal)
    done: list[FileEdit] = []
    try:
        for edit in proposal.edits:
            done.append(edit)
            _write(edit.path, edit.after)
    except OSError as error:
        for edit in done:
            with suppress(OSError):
                _restore(edit.path, edit.before)
        shutil.rmtree(backup, ignore_errors=True)
        raise CannotWrite(path=done[-1].path, why=error.strerror or str(error)) from error
    _prune(project)
    return backup


def undo(project: Project) -> str:
    """Takes the last correction back and returns what it was.

    Raises:
        NothingToUndo: there is none.
        ChangedMeanwhile: a file was changed after it; nothing was written.
        CannotWrite: the disk refuses.
    """
    backups = _backups(project)
    if not backups:
        raise NothingToUndo(folder=project.state / FOLDER)
    manifest = json.loads((backups[-1] / MANIFEST).read_text(encoding="utf-8"))
    files: list[dict[str, Any]] = manifest["files"]
    for file in files:
        if _digest(_text(Path(file["path"]))) != file["after"]:
            raise ChangedMeanwhile(path=file["shown"])
    for file in files:
        path = Path(file["path"])
        before = None if file["backup"] is None else (backups[-1] / file["backup"]).read_bytes().decode("utf-8")
        try:
            _restore(path, before)
        except OSError as error:
            raise CannotWrite(path=path, why=error.strerror or str(error)) from error
    shutil.rmtree(backups[-1], ignore_errors=True)
    return str(manifest["title"])


def _back_up(project: Project, proposal: Proposal) -> Path:
    number = max((int(folder.name) for folder in _backups(project)), default=0) + 1
    backup = made_folder(project.state / FOLDER / str(number))
    files = []
    try:
        for index, edit in enumerate(proposal.edits):
            name = None if edit.before is None else f"{index}-{edit.path.name}"
            if name is not None and edit.before is not None:
                _write(backup / name, edit.before)
            files.append({"path": str(edit.path.absolute()), "shown": edit.shown, "backup": name, "after": _digest(edit.after)})
        _write(backup / MANIFEST, json.dumps({"title": proposal.title, "files": files}, indent=2))
    except OSError as error:
        shutil.rmtree(backup, ignore_errors=True)
        raise CannotWrite(path=backup, why=error.strerror or str(error)) from error
    return backup


def _backups(project: Project) -> list[Path]:
    folder = project.state / FOLDER
    found = [path for path in folder.glob("*") if path.name.isdecimal() and (path / MANIFEST).is_file()] if folder.is_dir() else []
    return sorted(found, key=lambda path: int(path.name))


def _prune(project: Project) -> None:
    for old in _backups(project)[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def _text(path: Path) -> str | None:
    """What the file holds, line ends as they are; None when there is none."""
    try:
        return path.read_bytes().decode("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise CannotWrite(path=path, why=str(error)) from error


def _digest(text: str | None) -> str | None:
    return None if text is None else hashlib.sha256(text.encode("utf-8")).hexdigest()


def _write(path: Path, text: str) -> None:
    """Replaces a file in one step, on the disk before it has its name, with the rights it had."""
    path = path.resolve()  # a link stays a link
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    try:
        with draft.open("wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, draft)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def _restore(path: Path, before: str | None) -> None:
    if before is None:
        path.unlink(missing_ok=True)
    else:
        _write(path, before)
