"""The command ``assistant``: gathers the verbs, and turns failures into one line and an exit code."""

from __future__ import annotations

import io
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

import typer

from assistant.cli import (
    actions,
    albert,
    analyze,
    audit,
    chat,
    corrections,
    explain,
    faq,
    handoff,
    knowledge,
    nlu,
    privacy,
    projects,
    summaries,
    tests,
)
from assistant.cli.output import ReaderGone, talk
from assistant.errors import AssistantError
from assistant.messages import Cancelled

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

INTERRUPTED = 130
# Typer brings a click of its own in later versions, and has none of these names exported.
_UsageProblem: type[Any] = next(base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException")

app = typer.Typer(
    name="assistant",
    help="A customer-service assistant in the terminal: chat with it, train it on your intents, curate its FAQ.",
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for group in (chat, nlu, analyze, explain, audit, projects, actions, privacy, corrections, summaries):
    group.register(app)
app.add_typer(faq.app, name="faq")
app.add_typer(knowledge.app, name="knowledge")
app.add_typer(handoff.app, name="handoff")
app.add_typer(tests.app, name="test")
app.add_typer(albert.app, name="albert")


@app.callback()
def default(context: typer.Context) -> None:
    """Opens the chat when no verb is named."""
    if context.invoked_subcommand is None:
        chat.chat()


def run(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line and exits with its code."""
    signal.signal(signal.SIGTERM, _interrupt)
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # bytes that are no text, or text that the terminal cannot show, end nothing
            stream.reconfigure(errors="replace")
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    try:
        result = app(args=list(arguments) if arguments is not None else None, standalone_mode=False)
    except AssistantError as error:
        talk(str(error))
        return error.exit_code
    except _UsageProblem as error:
        error.show()
        return int(error.exit_code)
    except typer.Exit as error:
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort, Cancelled):
        talk("interrupted")
        return INTERRUPTED
    except ReaderGone:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return result if isinstance(result, int) else 0


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    run()
