"""Options that several verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.project import Project

ProjectOption = Annotated[
    Path | None,
    typer.Option(
        "--project", "-p", metavar="DIR", help="The project; by default the one around the working folder, else the shipped bot."
    ),
]
ModelOption = Annotated[
    Path | None, typer.Option("--model", "-m", metavar="DIR", help="A model folder in place of the model in use.")
]
ConversationOption = Annotated[
    str, typer.Option("--conversation", "-c", metavar="ID", help="Names the conversation, as --sender of chat and ask does.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON for programs; the result is the last line.")]


def project_and_settings(folder: Path | None, **flags: object) -> tuple[Project, Settings]:
    """Returns the project of a folder, and its settings with what was typed laid over them."""
    from assistant.config import load_settings
    from assistant.project import find_project

    project = find_project(folder)
    return project, load_settings(project.config, project.endpoints, **flags)
