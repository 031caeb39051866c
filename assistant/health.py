"""Examines an installation and a project: what ``assistant doctor`` says."""

from __future__ import annotations

import shutil
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from assistant import __version__
from assistant.errors import AssistantError
from assistant.project import model_in_use, shipped_checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.config import Settings
    from assistant.project import Project

_PACKAGES = ("torch", "transformers", "onnxruntime", "tokenizers", "rasa-sdk", "sqlalchemy", "textual")
_LEAST_FREE_BYTES = 500_000_000


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    is_ok: bool
    detail: str

    def as_json(self) -> dict[str, Any]:
        """Returns the check as JSON."""
        return asdict(self)


def examine(project: Project, settings: Settings) -> list[Check]:
    """Returns what was found, in the order in which things depend on one another."""
    return [
        Check("assistant", True, f"{__version__} on Python {sys.version.split()[0]}"),
        *(_package(name) for name in _PACKAGES),
        _project(project),
        _attempt("checkpoint", lambda: str(shipped_checkpoint() or "none shipped: training starts from a random initialisation")),
        _attempt("model", lambda: _model(project, settings)),
        _attempt("database", lambda: _database(project, settings)),
        _disk(project),
    ]


def _attempt(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except AssistantError as error:
        return Check(name, False, str(error))


def _package(name: str) -> Check:
    try:
        return Check(name, True, version(name))
    except PackageNotFoundError:
        return Check(name, False, "not installed")


def _project(project: Project) -> Check:
    from assistant.validation import validate_project

    findings = validate_project(project)
    errors = [str(finding) for finding in findings if finding.is_error]
    shown = f"{project.root}: {len(errors)} errors, {len(findings) - len(errors)} warnings"
    return Check("project", not errors, " ".join([shown, *errors[:1]]))


def _model(project: Project, settings: Settings) -> str:
    from assistant.opening import load_interpreter

    interpreter = load_interpreter(project, settings)
    return f"{model_in_use(project)}: {len(interpreter.intents)} intents"


def _database(project: Project, settings: Settings) -> str:
    from assistant.opening import open_project_database
    from assistant.stores.entries import EntryStore

    with open_project_database(project, settings) as database:
        return f"{settings.database_url or project.database_url}: {len(EntryStore(database).all_published())} published FAQ entries"


def _disk(project: Project) -> Check:
    existing = next(folder for folder in (project.state, *project.state.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    return Check("disk", free >= _LEAST_FREE_BYTES, f"{free / 1e9:.1f} GB free at {existing}")
