"""Sees when the files of a project change, and reads domain and stories anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from assistant.dialogue.domain import load_domain
from assistant.dialogue.stories import load_stories
from assistant.project import find_project

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.dialogue.domain import Domain
    from assistant.dialogue.stories import Story
    from assistant.project import Project

LOOK_EVERY_S = 2.0

_Stamps: TypeAlias = "dict[Path, tuple[int, int]]"
"""When each file was changed, in nanoseconds, and its size."""


@dataclass(frozen=True, slots=True)
class ReadFiles:
    """What the files of a project say now."""

    project: Project
    domain: Domain
    stories: tuple[Story, ...]


class ProjectFiles:
    """The files of a project as they were looked at last.

    Args:
        project: whose files are those in use.
    """

    def __init__(self, project: Project) -> None:
        self._root = project.root
        self._stamps = _stamps(project)

    def changed(self) -> ReadFiles | None:
        """Returns what the files say where they have changed since the last look, else None; files may have come or gone.

        Raises:
            AssistantError: they cannot be read; they are not read again before they change again.
        """
        project = find_project(self._root)
        stamps = _stamps(project)
        if stamps == self._stamps:
            return None
        self._stamps = stamps
        return ReadFiles(project, load_domain(project), load_stories(project))


def _stamps(project: Project) -> _Stamps:
    found: _Stamps = {}
    for path in (*project.domain, *project.training):
        try:
            status = path.stat()
        except OSError:  # it goes just now: seen at the next look
            continue
        found[path] = status.st_mtime_ns, status.st_size
    return found
