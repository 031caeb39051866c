"""``correct`` and ``story``: what went wrong in a conversation becomes an example, a story or a test."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import ConversationOption, JsonOption, ProjectOption, project_and_settings
from assistant.cli.output import talk, write_diff, write_json

if TYPE_CHECKING:
    from assistant.corrections.proposal import Proposal
    from assistant.dialogue.events import Event
    from assistant.project import Project

NOT_WRITTEN = 1
story = typer.Typer(help="Save conversations as stories to learn from, or as tests to hold the bot to.", rich_markup_mode=None)

TurnOption = Annotated[
    int | None, typer.Option("--turn", "-n", min=1, help="Which message of the user, from 1 on; by default the last.")
]
NameOption = Annotated[str, typer.Option("--name", help="Of the story; by default what the user said first.")]
TestOption = Annotated[bool, typer.Option("--test", help="Save it as a conversation test.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")]


def register(app: typer.Typer) -> None:
    """Adds the verbs."""
    app.command()(correct)
    app.add_typer(story, name="story")


def correct(
    conversation: ConversationOption = "terminal",
    turn: TurnOption = None,
    intent: Annotated[str | None, typer.Option(help="What the message means in truth.")] = None,
    entity: Annotated[
        list[str] | None,
        typer.Option(help="An entity of the message as NAME=TEXT, NAME:ROLE=TEXT or NAME=TEXT=>VALUE; those named are all it has."),
    ] = None,
    no_entities: Annotated[bool, typer.Option("--no-entities", help="The message has no entities.")] = False,
    action: Annotated[
        list[str] | None, typer.Option(help="What should have been done about it; saves the conversation as a story that does so.")
    ] = None,
    name: NameOption = "",
    as_test: TestOption = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take the last correction back.")] = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
    project: ProjectOption = None,
) -> int:
    """Corrects how a message was understood, or what was done about it: shows the change as a diff, writes it if you agree."""
    found, _ = project_and_settings(project)
    if undo:
        return _undo(found, as_json=as_json)
    if not (intent or entity or no_entities or action):
        raise typer.BadParameter("say what is wrong: --intent, --entity, --no-entities or --action")
    from assistant.corrections.conversations import entities_named, message_at, steps_of, understood
    from assistant.corrections.examples import propose_example
    from assistant.corrections.stories import propose_story
    from assistant.dialogue.domain import load_domain

    domain, events = load_domain(found), _events(project, conversation)
    message = message_at(events, turn, conversation)
    entities = entities_named(message.text, entity or ()) if entity or no_entities else understood(message, domain)
    proposals = []
    if intent or entity or no_entities:
        proposals.append(propose_example(found, domain, message.text, intent or message.parse.intent.name, entities))
    if action:
        facts = (intent, entities if entity or no_entities else None)
        steps = steps_of(events, domain, turn=turn, intent=facts[0], entities=facts[1], actions=action, has_texts=as_test)
        proposals.append(propose_story(found, domain, name or _first_words(events), steps, is_test=as_test))
    proposal = proposals[0] if len(proposals) == 1 else proposals[0].joined(proposals[1])
    return _settle(found, proposal, yes=yes, as_json=as_json)


@story.command()
def save(
    conversation: ConversationOption = "terminal",
    turn: TurnOption = None,
    name: NameOption = "",
    as_test: TestOption = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
    project: ProjectOption = None,
) -> int:
    """Saves a conversation as it went, up to a turn, since its session began."""
    from assistant.corrections.conversations import message_at, steps_of
    from assistant.corrections.stories import propose_story
    from assistant.dialogue.domain import load_domain

    found, _ = project_and_settings(project)
    domain, events = load_domain(found), _events(project, conversation)
    message_at(events, turn, conversation)
    steps = steps_of(events, domain, turn=turn, has_texts=as_test)
    proposal = propose_story(found, domain, name or _first_words(events), steps, is_test=as_test)
    return _settle(found, proposal, yes=yes, as_json=as_json)


def _events(project: ProjectOption, conversation: str) -> tuple[Event, ...]:
    from assistant.opening import open_project_database
    from assistant.stores.conversations import ConversationStore

    with open_project_database(*project_and_settings(project)) as database:
        return ConversationStore(database).load(conversation)


def _first_words(events: tuple[Event, ...]) -> str:
    from assistant.corrections.conversations import turns

    said = [message.text.strip() for message in turns(events) if message.text.strip()]
    return " ".join(said[0].split()[:8]) if said else "conversation"


def _settle(project: Project, proposal: Proposal, *, yes: bool, as_json: bool) -> int:
    """Shows a proposal, and writes it if whoever runs the command agrees."""
    from assistant.corrections.applying import apply

    is_agreed = bool(proposal.edits)
    if not as_json:
        write_diff(proposal.diff())
        for note in proposal.notes:
            talk(f"note: {note}")
    if proposal.edits and not yes:
        is_agreed = not as_json and sys.stdin.isatty() and typer.confirm(f"{proposal.title}: write this?", err=True)
    if is_agreed:
        apply(project, proposal)
    if as_json:
        write_json(proposal.as_json() | {"is_applied": is_agreed})
    elif not proposal.edits:
        talk(f"nothing to change: {proposal.title}")
    elif is_agreed:
        talk("written; `assistant train` learns it, `assistant correct --undo` takes it back")
    else:
        talk("not written; --yes writes without asking")
    return 0 if is_agreed or not proposal.edits else NOT_WRITTEN


def _undo(project: Project, *, as_json: bool) -> int:
    from assistant.corrections.applying import undo

    title = undo(project)
    if as_json:
        write_json({"undone": title})
    else:
        talk(f"taken back: {title}")
    return 0
