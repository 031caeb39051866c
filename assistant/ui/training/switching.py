"""Puts another model into use while the assistant runs, with the dialogue that the files have by then."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from assistant.project import find_project, model_in_use, put_in_use

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.evaluation.comparison import Comparison
    from assistant.project import Project
    from assistant.training.shelf import KeptModel
    from assistant.ui.ports import AgentPort, OpenAgent

Stamp: TypeAlias = "tuple[tuple[str, int, int], ...]"
"""Path, time and size of each of a bot's files."""


def stamp(project: Project) -> Stamp:
    """Returns what tells whether a bot's files have changed since; a file that cannot be looked at is left out."""
    found = find_project(project.root)
    stamps = []
    for path in (*found.domain, *found.training, *(path for path in (found.config, found.endpoints) if path is not None)):
        try:
            about = path.stat()
        except OSError:
            continue
        stamps.append((str(path), about.st_mtime_ns, about.st_size))
    return tuple(stamps)


def switched(project: Project, agent: AgentPort, folder: Path, open_agent: OpenAgent, *, is_new: bool) -> AgentPort:
    """Returns the assistant with another model.

    Args:
        project: whose model it is.
        agent: answers now.
        folder: the model.
        open_agent: opens an assistant with the model in use.
        is_new: whether the bot's files have changed: then another assistant is opened, which knows them, and the old one is closed.

    Raises:
        MissingError: the folder holds no sound model.
        SourceError: the files do not hold together. In each case all stays as it was.
    """
    if not is_new:
        agent.use_model(folder)
        put_in_use(project, folder)
        return agent
    before = model_in_use(project)
    put_in_use(project, folder)
    try:
        opened = open_agent()
    except BaseException:
        if before is not None:
            put_in_use(project, before)
        raise
    agent.close()
    return opened


def judged(project: Project, folder: Path) -> tuple[KeptModel | None, Comparison | None]:
    """Returns the model in use, and what changes when a new one takes its place."""
    from assistant.evaluation.rivals import compare_models  # with numpy and more: not before something was trained
    from assistant.training.shelf import kept_models

    rival = next((model for model in kept_models(project) if model.is_in_use), None)
    return rival, compare_models(rival.folder, folder) if rival is not None else None
