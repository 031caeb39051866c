"""``actions``: an action server over the project's own actions."""

from __future__ import annotations

import ipaddress
from typing import Annotated

import typer

from assistant.cli.options import ProjectOption, project_and_settings
from assistant.cli.output import talk, write
from assistant.errors import NoActions

DEFAULT_PORT = 5055


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command()(actions)


def actions(
    project: ProjectOption = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="To listen on; 0 takes a free one.")] = DEFAULT_PORT,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; by default this machine alone can call.")
    ] = "127.0.0.1",
    reload: Annotated[bool, typer.Option("--reload", help="Take up changed files of the actions before each call.")] = False,
) -> None:
    """Serves the project's actions to a bot that names this server in endpoints.yml, as `python -m rasa_sdk` does."""
    from assistant.actions.serving import serve

    found, _ = project_and_settings(project)
    if found.actions is None:
        raise NoActions(action=found.shown(found.bot / "actions"))
    if not _is_loopback(host):
        talk(f"anyone who reaches {host} can run these actions: there is no authentication")
    serve(found.bot, found.state, host, port, reload=reload, on_ready=_show)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _show(address: str, names: tuple[str, ...]) -> None:
    write(address)
    talk(f"{len(names)} actions: {', '.join(names)}")
