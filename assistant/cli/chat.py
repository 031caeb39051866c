"""Talking with the assistant: ``chat`` on screens, ``ask`` without a terminal."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import ConversationOption, JsonOption, ModelOption, ProjectOption, project_and_settings
from assistant.cli.output import talk, write, write_json
from assistant.errors import NoTerminal, Place, UnknownName

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.agent import Agent
    from assistant.config import Settings
    from assistant.messages import Reply
    from assistant.project import Project

CHANNEL = "cli"


def register(app: typer.Typer) -> None:
    """Adds the verbs."""
    app.command()(chat)
    app.command()(ask)
    app.command()(trigger)


def chat(
    project: ProjectOption = None,
    model: ModelOption = None,
    sender: Annotated[str, typer.Option(help="Names the conversation; the same name goes on where it ended.")] = "terminal",
    plain: Annotated[bool, typer.Option("--plain", help="Line by line, for screen readers and pipes.")] = False,
    inline: Annotated[bool, typer.Option("--inline", help="Under the prompt, without taking the whole terminal.")] = False,
    web: Annotated[bool, typer.Option("--web", help="In a browser of this machine.")] = False,
    host: Annotated[str, typer.Option(help="With --web: a name of this machine.")] = "localhost",
    port: Annotated[int, typer.Option(min=0, max=65535, help="With --web: 0 takes any that is free.")] = 8000,
) -> None:
    """Opens the chat, the FAQ desk and the training screen. The first start trains a model."""
    if sum((plain, inline, web)) > 1:
        raise typer.BadParameter("--plain, --inline and --web are three ways to show the chat: give one")
    if plain:
        _talk_plainly(project, model, sender)
        return
    if web:
        from assistant.ui.web import serve

        serve(_again(project, model, sender), host, port)
        return
    _want_terminal()
    found, settings = project_and_settings(project)
    from assistant.ui.app import run

    run(found, settings, model, sender_id=sender, is_inline=inline)


def _talk_plainly(project: ProjectOption, model: ModelOption, sender: str) -> None:
    from assistant.cli.plain import PlainChat, typed_lines

    agent = _open(project, model)
    try:
        PlainChat(agent, sender).run(typed_lines())
    finally:
        agent.close()


def _again(project: ProjectOption, model: ModelOption, sender: str) -> list[str]:
    """The command that opens the same chat in a process of its own, one for each visitor."""
    command = [sys.executable, "-m", "assistant.cli.main", "chat", "--sender", sender]
    command += ["--project", str(project.resolve())] if project else []
    return command + (["--model", str(model.resolve())] if model else [])


def _want_terminal() -> None:
    """Refuses to wait for keys that nobody can press; the screens read standard input, and are drawn on standard error."""
    if "web_driver" in os.environ.get("TEXTUAL_DRIVER", ""):  # drawn in a browser, which is at the other end of our pipes
        return
    for stream, name in ((sys.stdin, "input"), (sys.stdout, "output"), (sys.stderr, "error")):
        if stream is None or not stream.isatty():
            raise NoTerminal(why=f"standard {name} is none")


def ask(
    text: Annotated[str | None, typer.Argument(help="The message; without it each line of standard input is one.")] = None,
    sender: Annotated[str, typer.Option(help="Names the conversation.")] = "cli",
    trace: Annotated[bool, typer.Option("--trace", help="Say how each answer came about.")] = False,
    as_json: JsonOption = False,
    project: ProjectOption = None,
    model: ModelOption = None,
) -> None:
    """Answers a message. With --json: one object a reply, in the shape of Rasa's REST channel."""
    from assistant.messages import UserMessage

    agent = _open(project, model)
    try:
        for line in _lines(text):
            reply = agent.handle(UserMessage(line, sender, CHANNEL))
            if as_json:
                _show_json(reply, sender, with_trace=trace)
            else:
                _show(reply, with_trace=trace)
            if reply.is_handed_over:
                talk("left to a person of the team; /restart brings the assistant back")
    finally:
        agent.close()


def trigger(
    intent: Annotated[str, typer.Argument(help="The intent; the domain names it.")],
    conversation: ConversationOption,
    entity: Annotated[list[str] | None, typer.Option(help="What comes with it, as NAME=VALUE; may stand again.")] = None,
    trace: Annotated[bool, typer.Option("--trace", help="Say how the answer came about.")] = False,
    as_json: JsonOption = False,
    project: ProjectOption = None,
    model: ModelOption = None,
) -> None:
    """Triggers an intent that nobody wrote: something outside has happened that a rule of the bot tells of in a conversation."""
    entities = [_entity(text) for text in entity or ()]
    agent = _open(project, model)
    try:
        known = agent.domain.intent_names()
        if intent not in known:
            raise UnknownName(where=Place("trigger"), kind="intent", name=intent, known=known)
        reply = agent.trigger_intent(conversation, intent, entities, channel=CHANNEL)
    finally:
        agent.close()
    if as_json:
        _show_json(reply, conversation, with_trace=trace)
    else:
        _show(reply, with_trace=trace)


def _entity(text: str) -> dict[str, str]:
    name, mark, value = text.partition("=")
    if not mark or not name.strip():
        raise typer.BadParameter(f"--entity {text}: write NAME=VALUE")
    return {"entity": name.strip(), "value": value}


def _open(project: ProjectOption, model: ModelOption) -> Agent:
    from assistant.opening import open_agent

    found, settings = project_and_settings(project)
    _train_first(found, model)
    _tell_of_actions(found, settings)
    agent = open_agent(found, settings, model=model)
    for notice in agent.notices():
        talk(notice)
    return agent


def _tell_of_actions(project: Project, settings: Settings) -> None:
    from assistant.actions.choosing import runs_in_process

    if runs_in_process(project, settings):
        talk(f"nobody listens at {settings.action_endpoint}: the project's actions run here")


def _train_first(project: Project, model: ModelOption) -> None:
    """Trains at the very first start: whoever asks wants an answer, not an errand."""
    from assistant.project import model_in_use

    if model is not None or model_in_use(project) is not None:
        return
    from assistant.cli.nlu import train_with_progress

    talk("no model yet: training one, this happens once")
    train_with_progress(project)


def _lines(text: str | None) -> Iterator[str]:
    if text is not None:
        yield text
        return
    for line in sys.stdin:
        if line.strip():
            yield line.rstrip("\r\n")


def _show_json(reply: Reply, sender: str, *, with_trace: bool) -> None:
    for message in reply.messages:
        write_json(message.as_rest(sender))
    if with_trace:
        write_json({"trace": reply.trace.as_json()})


def _show(reply: Reply, *, with_trace: bool) -> None:
    for message in reply.messages:
        for part in (message.text, message.image, message.attachment):
            if part:
                write(part)
        for number, button in enumerate(message.buttons, 1):
            sent = f"  ({button.payload})" if button.payload != button.title else ""
            write(f"  {number}. {button.title}{sent}")
        if message.custom:
            write_json(dict(message.custom))
    for problem in reply.trace.problems:
        talk(problem)
    if with_trace:
        _show_trace(reply)


def _show_trace(reply: Reply) -> None:
    trace = reply.trace
    if trace.parse is not None:
        write(f"  intent    {trace.parse.intent.name} {trace.parse.intent.confidence:.2f}")
        for entity in trace.parse.entities:
            write(f"  entity    {entity.entity} = {entity.value} ({entity.extractor})")
    for name, value in trace.slots.items():
        write(f"  slot      {name} = {value}")
    for decision in trace.decisions:
        write(f"  {decision.policy:<9} {decision.action} {decision.confidence:.2f}: {decision.reason}")
    for match in trace.faq.matches if trace.faq else ():
        write(f"  faq       {match.score:.2f} {match.entry_id}: {match.matched}")
    for read in trace.documents.matches if trace.documents else ():
        write(f"  document  {read.score:.2f} {read.place}: {read.answer}")
    write("  ms        " + "  ".join(f"{stage} {value:.1f}" for stage, value in trace.timings_ms.items()))
