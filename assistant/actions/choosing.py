"""Chooses where a project's custom actions run: on the action server that it names, or in a process of their own."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant.actions.process import ProcessRunner
from assistant.actions.server import ServerRunner

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from assistant.actions.outcome import ActionOutcome, ActionRunner
    from assistant.config import Settings
    from assistant.project import Project

_PORTS = {"http": 80, "https": 443}
_LOOK_TIMEOUT_S = 0.5


class ServerOrProcess:
    """Runs actions on a server of this machine, and in a process of their own for as long as nobody listens there.

    Most projects name ``http://localhost:5055/webhook``, and whoever tries one has not always started what listens there.

    Args:
        url: of the server's webhook; server: posts to it.
        process: runs the project's own actions; it is started when it is first needed.
    """

    def __init__(self, url: str, server: ServerRunner, process: ProcessRunner) -> None:
        self._url = url
        self._server = server
        self._process = process

    def run(self, name: str, tracker: Mapping[str, Any], domain: Mapping[str, Any]) -> ActionOutcome:
        """Returns what an action answers; see ActionRunner.run."""
        runner = self._server if is_listening(self._url) else self._process
        return runner.run(name, tracker, domain)

    def close(self) -> None:
        """Ends the process; the server is not ours."""
        self._process.close()


def action_runner(project: Project, settings: Settings, state: Path) -> ActionRunner | None:
    """Returns what runs the custom actions of a project; None where there are none.

    Args:
        project: whose actions.
        settings: name the server, if there is one.
        state: the folder in which actions keep what they make.

    Raises:
        BadSetting: the server's URL is of another scheme than http.
    """
    url, timeout_s = settings.action_endpoint, settings.action_timeout_s
    process = ProcessRunner(project.bot, state, timeout_s) if project.actions is not None else None
    if not url:
        if process is not None:
            process.start()
        return process
    server = ServerRunner(url, timeout_s)
    if process is None or not is_here(url):
        return server
    if not is_listening(url):
        process.start()  # ahead of the first call, which will need it
    return ServerOrProcess(url, server, process)


def runs_in_process(project: Project, settings: Settings) -> bool:
    """Returns whether actions run in a process of their own now because the server that the project names is not there."""
    url = settings.action_endpoint
    return bool(url) and project.actions is not None and is_here(url) and not is_listening(url)


def is_here(url: str) -> bool:
    """Returns whether a URL is of this very machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_listening(url: str) -> bool:
    """Returns whether somebody takes connections at a URL of this machine; refusing takes no time here."""
    try:
        address = urlsplit(url)
        port = address.port or _PORTS.get(address.scheme, 0)
        with socket.create_connection((address.hostname or "", port), timeout=_LOOK_TIMEOUT_S):
            return True
    except (OSError, ValueError, OverflowError):
        return False
