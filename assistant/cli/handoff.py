"""``handoff``: conversations that wait for a person, seen and answered from the team's side."""

from __future__ import annotations

import getpass
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import JsonOption, ProjectOption, project_and_settings
from assistant.cli.output import talk, write, write_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.dialogue.handoffs import Handoff, Line
    from assistant.stores.conversations import ConversationStore
    from assistant.stores.handoffs import HandoffStore

app = typer.Typer(help="Answer users who wait for a person, and give them back to the assistant.", rich_markup_mode=None)

NumberArgument = Annotated[int, typer.Argument(metavar="NUMBER", help="In the queue; `handoff list` names it.")]
AgentOption = Annotated[str, typer.Option("--as", metavar="NAME", help="Who you are; by default your name on this machine.")]
_MINUTE_S, _HOUR_S = 60, 3600


def _login() -> str:
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # an account without a name
        return "agent"


@app.command(name="list")
def list_handoffs(
    with_closed: Annotated[bool, typer.Option("--all", help="Those that were given back, too.")] = False,
    as_json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Lists who waits, the longest first."""
    with _stores(project) as (queue, _):
        found = queue.list(with_closed=with_closed)
    if as_json:
        write_json([handoff.as_json() for handoff in found])
        return
    for handoff in found:
        write(_line(handoff))
    if not found:
        talk("nobody waits")


@app.command()
def show(number: NumberArgument, as_json: JsonOption = False, project: ProjectOption = None) -> None:
    """Shows a conversation: why it was handed over, what it was about, and all that was said."""
    with _stores(project) as (queue, conversations):
        handoff = queue.get(number)
        said = _transcript(conversations, handoff)
    if as_json:
        write_json(handoff.as_json() | {"transcript": [line.as_json() for line in said]})
        return
    write(_line(handoff))
    write(handoff.request.summary)
    if handoff.request.sentiment is not None:
        write(f"sentiment: {handoff.request.sentiment:+.1f}")
    write()
    for line in said:
        write(f"{line.name or line.speaker}: {line.text}")


@app.command()
def take(number: NumberArgument, agent: AgentOption = "", project: ProjectOption = None) -> None:
    """Takes a conversation, so that no colleague does."""
    with _stores(project) as (queue, _):
        handoff = queue.take(number, agent or _login())
    talk(f"taken by {handoff.agent}")


@app.command()
def answer(
    number: NumberArgument,
    text: Annotated[str | None, typer.Argument(help="What to say; without it each line of standard input is said.")] = None,
    agent: AgentOption = "",
    project: ProjectOption = None,
) -> None:
    """Says something to the user as a person; takes the conversation if nobody has."""
    with _stores(project) as (queue, _):
        name = agent or _login()
        for line in [text] if text is not None else sys.stdin:
            if line.strip():
                queue.answer(number, name, line.rstrip("\r\n"))


@app.command(name="return")
def give_back(number: NumberArgument, agent: AgentOption = "", project: ProjectOption = None) -> None:
    """Gives a conversation back: the assistant answers the next message."""
    with _stores(project) as (queue, _):
        handoff = queue.give_back(number, agent or _login())
    talk(f"given back: the assistant answers {handoff.sender_id}")


@contextmanager
def _stores(project: ProjectOption) -> Iterator[tuple[HandoffStore, ConversationStore]]:
    from assistant.opening import open_project_database
    from assistant.stores.conversations import ConversationStore
    from assistant.stores.handoffs import HandoffStore

    with open_project_database(*project_and_settings(project)) as database:
        yield HandoffStore(database), ConversationStore(database)


def _transcript(conversations: ConversationStore, handoff: Handoff) -> tuple[Line, ...]:
    from assistant.dialogue.handoffs import transcript

    return transcript(conversations.load(handoff.sender_id))


def _line(handoff: Handoff) -> str:
    by = f" by {handoff.agent}" if handoff.agent else ""
    return f"{handoff.id}  {handoff.sender_id}  {handoff.status}{by}, asked {_ago(handoff.asked_at)} ago  {handoff.request.reason}"


def _ago(at: float) -> str:
    seconds = max(0.0, time.time() - at)
    if seconds < _MINUTE_S:
        return f"{seconds:.0f} s"
    return f"{seconds / _MINUTE_S:.0f} min" if seconds < _HOUR_S else f"{seconds / _HOUR_S:.0f} h"
