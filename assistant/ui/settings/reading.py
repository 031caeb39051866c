"""Reads what the settings screen shows: each value in force and where it comes from, paths, and the end of the logs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.config import Settings, origins
from assistant.errors import AssistantError
from assistant.languages import N_, tr
from assistant.project import model_in_use, shipped_checkpoint

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.project import Project

TAIL_BYTES = 32_000
DEFAULT = N_("default")


@dataclass(frozen=True, slots=True)
class Row:
    """A setting or path: its value as it may be shown, and where it comes from; ``DEFAULT`` where nobody has set it."""

    name: str
    value: str
    origin: str


def settings_in_force(project: Project, settings: Settings) -> list[Row]:
    """Returns every setting, those that somebody has set first."""
    try:
        found = origins(project.config, project.endpoints)
    except AssistantError:  # a file was broken since: what is in force was read before
        found = {}
    rows = [Row(name, _shown(name, value), found.get(name, DEFAULT)) for name, value in settings]
    return sorted(rows, key=lambda row: row.origin == DEFAULT)


def paths_of(project: Project) -> list[Row]:
    """Returns where things lie."""
    places = {
        N_("project"): project.root,
        N_("state"): project.state,
        N_("model"): model_in_use(project),
        N_("actions"): project.actions,
        N_("checkpoint"): shipped_checkpoint(),
    }
    return [Row(tr(name), str(path) if path else tr("none"), tr("path")) for name, path in places.items()]


def log_tail(state: Path) -> str:
    """Returns the end of each log of a state folder, the one written last first."""
    logs = sorted(state.glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True) if state.is_dir() else []
    return "\n\n".join(f"{path.name}\n{_end(path)}" for path in logs) or tr("Nothing was logged.")


def _end(path: Path) -> str:
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - TAIL_BYTES))
            lines = file.read().decode("utf-8", errors="replace").splitlines()
    except OSError as error:
        return error.strerror or str(error)
    return "\n".join(lines[-200:]) or tr("empty")


def _shown(name: str, value: object) -> str:
    """The value as people write it; of a database's URL without the password."""
    if name == "database_url" and "@" in str(value):
        scheme, _, rest = str(value).partition("://")
        user, _, where = rest.rpartition("@")
        return f"{scheme}://{user.split(':')[0]}@{where}"
    if value in (None, "", (), {}):
        return tr("none")
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
