"""Copies somebody's Rasa project into a new one: what it is made of, and nothing that a machine made or that leads elsewhere."""

from __future__ import annotations

import os
import shutil
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import ProjectNotFound, ProjectTooLarge
from assistant.project import STATE_FOLDER, find_project
from assistant.scaffold import new_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FILE_BYTES = 20_000_000
MAX_BYTES = 500_000_000
MAX_FILES = 20_000
_MADE_BY_MACHINES = {"__pycache__", "node_modules", "site-packages"}
_MADE_AT_THE_TOP = {"models", "results", "venv", "env", "dist", "build"}
_KEPT_HIDDEN = {".gitignore", ".gitattributes"}
_WHY_MADE = "made by a machine, or no part of a bot"
_GIT_IGNORE = f"# what the assistant makes at run time\n{STATE_FOLDER}/\n"


@dataclass(frozen=True, slots=True)
class Adoption:
    """What came of copying a project.

    Attributes:
        folder: the new project.
        copied: its files, relative to it, sorted.
        left_out: files and folders of the source that were not copied, each with the reason.
    """

    folder: Path
    copied: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class _Plan:
    """What is to be copied from where, decided before anything is written."""

    files: list[tuple[str, Path]] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    n_bytes: int = 0


def adopt_project(source: Path, folder: Path) -> Adoption:
    """Returns what was copied of a project into a new folder; the source is only read.

    Args:
        source: the folder of a Rasa project; a project of this assistant does as well.
        folder: to make; it must not exist, or be empty.

    Raises:
        ProjectNotFound: the source holds no project.
        ProjectExists: the folder has something in it.
        ProjectTooLarge: the source is too much to be a project.
        CannotWrite: the disk refuses, or a file cannot be read. In each case nothing was written.
    """
    source = find_project(source).root
    plan = _plan(source, folder.resolve())
    with new_folder(folder) as draft:
        for name, path in plan.files:
            target = draft / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            target.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
        _ignore_state(draft / ".gitignore")
    return Adoption(folder.resolve(), tuple(sorted(name for name, _ in plan.files)), tuple(sorted(plan.left_out)))


def _plan(source: Path, target: Path) -> _Plan:
    plan = _Plan()
    for path in _walk(source, source, target, plan):
        why = _why_not(path, source)
        name = str(path.relative_to(source))
        if why:
            plan.left_out.append((name, why))
            continue
        plan.files.append((name, path))
        plan.n_bytes += path.stat().st_size
        if len(plan.files) > MAX_FILES or plan.n_bytes > MAX_BYTES:
            raise ProjectTooLarge(path=source)
    return plan


def _walk(folder: Path, source: Path, target: Path, plan: _Plan) -> Iterator[Path]:
    """Yields what is no folder below one, sorted; links to folders are not followed."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        plan.left_out.append((f"{folder.relative_to(source)}/", f"cannot be read: {error.strerror}"))
        return
    for entry in entries:
        path = Path(entry.path)
        if path == target:
            continue
        if not entry.is_dir(follow_symlinks=False):
            yield path
        elif _is_made(path, at_top=folder == source):
            plan.left_out.append((f"{path.relative_to(source)}/", _WHY_MADE))
        else:
            yield from _walk(path, source, target, plan)


def _is_made(path: Path, *, at_top: bool) -> bool:
    if path.name in _MADE_BY_MACHINES or (at_top and path.name in _MADE_AT_THE_TOP):
        return True
    return path.name.startswith(".") or path.suffix == ".egg-info" or (path / "pyvenv.cfg").is_file()


def _why_not(path: Path, source: Path) -> str:
    """Why a file is not copied; empty when it is."""
    if path.is_symlink() and (why := _why_not_link(path, source)):
        return why
    try:
        status = path.stat()
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if not stat.S_ISREG(status.st_mode):
        return "no plain file"
    if path.name.startswith(".") and path.name not in _KEPT_HIDDEN:
        return "a hidden file, which may hold secrets"
    if path.suffix in {".pyc", ".pyo"} or path.name.endswith(".tar.gz"):
        return _WHY_MADE
    if status.st_size > MAX_FILE_BYTES:
        return f"larger than {MAX_FILE_BYTES // 1_000_000} MB"
    return "" if os.access(path, os.R_OK) else "may not be read"


def _why_not_link(link: Path, source: Path) -> str:
    try:
        real = link.resolve(strict=True)
    except (OSError, RuntimeError):
        return "a link that leads nowhere"
    if not real.is_relative_to(source):
        return "a link out of the project"
    return "a link to a folder" if real.is_dir() else ""


def _ignore_state(path: Path) -> None:
    """Has git ignore what the assistant makes at run time."""
    text = path.read_text(encoding="utf-8", errors="surrogateescape") if path.is_file() else ""
    if f"{STATE_FOLDER}/" not in text.split():
        joined = text if not text or text.endswith("\n") else f"{text}\n"
        path.write_text(joined + _GIT_IGNORE, encoding="utf-8", errors="surrogateescape")


def summary(adoption: Adoption) -> list[str]:
    """Returns what there is in the new project, as lines for people; what cannot be read is left to validation."""
    from assistant.dialogue.domain import load_domain
    from assistant.dialogue.stories import load_stories, load_tests
    from assistant.errors import AssistantError
    from assistant.nlu.training_data import read_nlu

    try:
        project = find_project(adoption.folder)
        domain, stories = load_domain(project), load_stories(project)
        examples, tests = read_nlu(project.nlu).examples, load_tests(project)
    except (AssistantError, ProjectNotFound) as error:
        return [f"the files do not hold together yet: {error}"]
    n_rules = sum(story.is_rule for story in stories)
    counts = {
        "intents": len(domain.intents),
        "entities": len(domain.entities),
        "slots": len(domain.slots),
        "responses": len(domain.responses),
        "forms": len(domain.forms),
        "custom actions": len(domain.custom_actions()),
        "examples": len(examples),
        "rules": n_rules,
        "stories": len(stories) - n_rules,
        "conversation tests": len(tests),
    }
    return [", ".join(f"{number} {name}" for name, number in counts.items())]
