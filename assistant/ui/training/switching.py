"""Puts another model of a project into use while the assistant runs, and holds a new one against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.project import put_in_use

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.evaluation.comparison import Comparison
    from assistant.project import Project
    from assistant.training.shelf import KeptModel
    from assistant.ui.ports import AgentPort


def switch(project: Project, agent: AgentPort, folder: Path) -> None:
    """Answers with another model from the next message on, here and after the next start.

    Raises:
        MissingError: the folder holds no sound model; all stays as it was.
        CannotWrite: the disk refuses; the next start is with the model before.
    """
    agent.use_model(folder)
    put_in_use(project, folder)


def judged(project: Project, folder: Path) -> tuple[KeptModel | None, Comparison | None]:
    """Returns the model in use, and what changes when a new one takes its place."""
    from assistant.evaluation.rivals import compare_models  # with numpy and more: not before something was trained
    from assistant.training.shelf import kept_models

    rival = next((model for model in kept_models(project) if model.is_in_use), None)
    return rival, compare_models(rival.folder, folder) if rival is not None else None
