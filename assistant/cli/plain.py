"""``chat --plain``: the conversation line by line, for screen readers, slow lines and pipes.

Nothing is drawn: each line is written once, begins with who says it, and stays. Choices have numbers.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Protocol

from assistant.cli.output import talk, write, write_part
from assistant.errors import AssistantError
from assistant.messages import UserMessage
from assistant.reminder_clock import ReminderClock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.messages import BotMessage, Button, Reply

YOU, BOT = "You: ", "Assistant: "
CHANNEL = "cli"
_HELP = "A number chooses. /why tells how the last answer came about, /restart begins anew, /quit leaves."


class Answering(Protocol):
    """What the conversation needs of the agent."""

    def handle(self, message: UserMessage) -> Reply:
        """Returns the answer to a message."""

    def start_conversation(self, sender_id: str) -> Reply | None:
        """Returns the welcome of a conversation that has not begun."""

    def remind_due(self) -> list[tuple[str, Reply]]:
        """Triggers the reminders that are due."""


def typed_lines() -> Iterator[str]:
    """Yields the lines of standard input until it ends; a terminal is asked for each, of a pipe each is repeated."""
    is_terminal = sys.stdin.isatty()
    while True:
        if is_terminal:
            write_part(YOU)
        line = sys.stdin.readline()
        if not line:
            return
        if not is_terminal and line.strip():
            write(YOU + line.strip())
        yield line.strip()


class PlainChat:
    """One conversation without a screen.

    Args:
        agent: that answers.
        sender_id: names the conversation.
    """

    def __init__(self, agent: Answering, sender_id: str) -> None:
        self._agent = agent
        self._sender_id = sender_id
        self._choices: tuple[Button, ...] = ()
        self._last: Reply | None = None
        self._speaking = threading.Lock()

    def run(self, lines: Iterable[str]) -> None:
        """Talks until the lines end or the user leaves; reminders are told when they go off."""
        clock = ReminderClock(self._agent, self._remind)
        clock.start()
        try:
            welcome = self._agent.start_conversation(self._sender_id)
            if welcome is not None:
                self._show(welcome)
            talk(_HELP)
            for line in lines:
                if line in {"/quit", "/exit"}:
                    return
                self._take(line)
        finally:
            clock.stop()

    def _take(self, line: str) -> None:
        if not line:
            return
        if line == "/help":
            talk(_HELP)
        elif line == "/why":
            self._explain()
        else:
            self._answer(self._meant(line))

    def _meant(self, line: str) -> str:
        """What a number chooses; any other line is a message."""
        if line.isdecimal() and 1 <= int(line) <= len(self._choices):
            return self._choices[int(line) - 1].payload
        return line

    def _answer(self, text: str) -> None:
        try:
            reply = self._agent.handle(UserMessage(text, self._sender_id, CHANNEL))
        except AssistantError as error:  # the conversation goes on when its cause is gone
            talk(str(error))
            return
        self._show(reply)

    def _remind(self, sender_id: str, reply: Reply) -> None:
        if sender_id == self._sender_id:
            write()
            self._show(reply)

    def _show(self, reply: Reply) -> None:
        with self._speaking:
            self._last = reply
            self._choices = ()
            for message in reply.messages:
                self._say(message)
            for problem in reply.trace.problems:
                talk(problem)
            if reply.is_handed_over:
                talk("left to a person of the team; /restart brings the assistant back")

    def _say(self, message: BotMessage) -> None:
        for part in (message.text, message.image, message.attachment):
            if part:
                write(BOT + str(part).strip())
        for button in message.buttons:
            self._choices += (button,)
            write(f"Choice {len(self._choices)}: {button.title}")

    def _explain(self) -> None:
        trace = self._last.trace if self._last else None
        if trace is None or trace.parse is None:
            write("Nothing has been answered yet.")
            return
        write(f"Understood: {trace.parse.intent.name}, {trace.parse.intent.confidence:.0%} sure.")
        for entity in trace.parse.entities:
            write(f"Found: {entity.entity} is {entity.value}.")
        for decision in trace.decisions:
            write(f"Did {decision.action}, because: {decision.reason}.")
