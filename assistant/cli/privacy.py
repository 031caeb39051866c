"""``forget``: removes all that is stored of one person."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.cli.options import JsonOption, ProjectOption, project_and_settings
from assistant.cli.output import talk, write, write_json


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command()(forget)


def forget(
    sender: Annotated[str, typer.Argument(help="Names the conversation, such as terminal.")],
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Removes what a person said, from every table and from the disk: conversation, unanswered questions, handoffs."""
    from assistant.opening import open_project_database
    from assistant.stores.conversations import ConversationStore

    found, settings = project_and_settings(project)
    with open_project_database(found, settings) as database:
        removed = ConversationStore(database).forget(sender).rows
    if json:
        write_json({"sender": sender, "removed": removed})
    elif removed:
        write(", ".join(f"{n_rows} {table}" for table, n_rows in removed.items()) + " removed")
    else:
        write(f"nothing is stored of {sender}")
    log = found.state / "actions.log"
    if log.is_file() and log.stat().st_size:
        talk(f"what custom actions printed is in {found.shown(log)}; look there, or delete it")
