"""Examines an installation and a project: what ``assistant doctor`` says."""

from __future__ import annotations

import shutil
import socket
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant import __version__
from assistant.errors import ActionNotRegistered, ActionServerUnreachable, AssistantError, NoActions
from assistant.languages import N_, tr, trn
from assistant.project import model_in_use, shipped_checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.config import Settings
    from assistant.project import Project

_PACKAGES = ("torch", "transformers", "onnxruntime", "tokenizers", "rasa-sdk", "sqlalchemy", "textual")
_LEAST_FREE_BYTES = 500_000_000
_CONNECTION_TIMEOUT_S = 5.0
_PORTS = {"http": 80, "https": 443}


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
        Check("assistant", True, tr("{version} on Python {python}", version=__version__, python=sys.version.split()[0])),
        *(_package(name) for name in _PACKAGES),
        _project(project),
        _attempt(
            "checkpoint", lambda: str(shipped_checkpoint() or tr("none shipped: training starts from a random initialisation"))
        ),
        _attempt("model", lambda: _model(project, settings)),
        _attempt(N_("database"), lambda: _database(project, settings)),
        _attempt("actions", lambda: _actions(project, settings)),
        *([_attempt(N_("translation"), lambda: _translation(project, settings))] if settings.translation.engine != "off" else []),
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
        return Check(name, False, tr("not installed"))


def _project(project: Project) -> Check:
    from assistant.validation import validate_project

    findings = validate_project(project)
    errors = [str(finding) for finding in findings if finding.is_error]
    n_errors, n_warnings = len(errors), len(findings) - len(errors)
    counted = trn("{n} error", "{n} errors", n_errors), trn("{n} warning", "{n} warnings", n_warnings)
    return Check("project", not errors, " ".join([f"{project.root}:", ", ".join(counted), *errors[:1]]))


def _model(project: Project, settings: Settings) -> str:
    from assistant.opening import load_interpreter

    interpreter = load_interpreter(project, settings)
    return tr("{path}: {n} intents", path=model_in_use(project), n=len(interpreter.intents))


def _database(project: Project, settings: Settings) -> str:
    from assistant.opening import open_project_database
    from assistant.stores.entries import EntryStore

    with open_project_database(project, settings) as database:
        where, n_entries = settings.database_url or project.database_url, len(EntryStore(database).all_published())
        return tr("{place}: {n} published FAQ entries", place=where, n=n_entries)


def _translation(project: Project, settings: Settings) -> str:
    from assistant.translation.engine import every_pair, open_engine

    wanted = settings.translation
    for source, target in every_pair(wanted):
        open_engine(wanted, source, target, project.root).hypotheses("hello", 1)
    return f"{wanted.engine}: {wanted.bot_language} and {', '.join(wanted.languages) or 'nothing else'}"


def _actions(project: Project, settings: Settings) -> str:
    from assistant.actions.choosing import runs_in_process
    from assistant.dialogue.domain import load_domain

    custom = load_domain(project).custom_actions()
    is_away = runs_in_process(project, settings)
    if settings.action_endpoint and not is_away:
        return _action_server(settings.action_endpoint)
    if project.actions is None:
        if custom:
            raise NoActions(action=custom[0])
        return tr("none: the domain names no custom action")
    known = _registered(project, settings)
    for name in custom:
        if name not in known:
            raise ActionNotRegistered(action=name, known=known)
    told = tr("{path}: {n} registered", path=project.actions, n=len(known))
    return tr("{actions}, run here: nobody listens at {url}", actions=told, url=settings.action_endpoint) if is_away else told


def _registered(project: Project, settings: Settings) -> tuple[str, ...]:
    from assistant.actions.process import ProcessRunner

    runner = ProcessRunner(project.bot, project.state, settings.action_timeout_s)
    try:
        return runner.registered()
    finally:
        runner.close()


def _action_server(url: str) -> str:
    """Connects and says nothing: whether an action server knows its actions shows in the first call alone."""
    try:
        address = urlsplit(url)
        port = address.port or _PORTS[address.scheme]
        with socket.create_connection((address.hostname or "", port), timeout=_CONNECTION_TIMEOUT_S):
            return tr("{url}: accepts connections", url=url)
    except KeyError as error:
        raise ActionServerUnreachable(url=url, why="it is no http or https URL") from error
    except (OSError, ValueError) as error:  # ValueError: the port is no number
        raise ActionServerUnreachable(url=url, why=str(error) or type(error).__name__) from error


def _disk(project: Project) -> Check:
    existing = next(folder for folder in (project.state, *project.state.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    return Check(N_("disk"), free >= _LEAST_FREE_BYTES, tr("{size:.1f} GB free at {folder}", size=free / 1e9, folder=existing))
