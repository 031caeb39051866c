"""Answering as a person: the field that an answer is written in, and the replies that are suggested for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static, TextArea

from assistant.languages import tr
from assistant.ui.actions import bindings
from assistant.ui.safe_text import safe, safe_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.binding import BindingType

    from assistant.ui.ports import SuggestedReply

MAX_CHARS: Final = 8_000
_SOURCE_CELLS: Final = 40


class AnswerField(TextArea):
    """Takes an answer of one line or more; Enter sends it."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("answer")]
    DEFAULT_CSS = """
    AnswerField {
        height: auto; min-height: 3; max-height: 7; margin: 0 1; padding: 0 1;
        border: round $border-blurred; background: transparent; scrollbar-size-vertical: 1;
        &:focus { border: round $primary; background: transparent; }
        & .text-area--cursor-line { background: transparent; }
    }
    """

    @dataclass
    class Sent(Message):
        """An answer was written and sent off; the field still holds it."""

        text: str

    def __init__(self, *, id: str) -> None:  # noqa: A002 (Textual's name)
        super().__init__(
            id=id,
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="focus",
            placeholder=tr("r: answer as a person; Enter sends it and takes the conversation over"),
        )
        self._suggested = ""

    def suggest(self, text: str) -> None:
        """Puts a suggested reply in: in place of another one that nobody has changed, else after what is written."""
        shown = safe(text, limit=MAX_CHARS)
        written = "" if self.text == self._suggested else self.text.rstrip()
        self.text = f"{written}\n\n{shown}" if written else shown
        self._suggested = self.text
        self.move_cursor(self.document.end)
        self.focus()

    def was_sent(self, text: str) -> None:
        """Empties the field, unless something else has been written meanwhile."""
        if self.text.strip() == text:
            self.text = self._suggested = ""

    def on_paste(self, event: events.Paste) -> None:
        """Pastes what can be shown."""
        event.prevent_default()
        event.stop()
        self.insert(safe(event.text, limit=MAX_CHARS))

    def on_key(self, event: events.Key) -> None:
        """Sends on Enter, in line with the keys before it."""
        if event.key == "enter":
            event.prevent_default()
            event.stop()
            self.action_send()

    def action_send(self) -> None:
        """Sends the answer."""
        text = self.text.strip()
        if text:
            self.post_message(self.Sent(text))

    def action_newline(self) -> None:
        """Begins a new line."""
        self.insert("\n")


class ReplyLine(Static):
    """A suggested reply; a click puts it into the answer.

    Args:
        number: its key.
        reply: what it says, and where that comes from.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    ReplyLine { height: 1; width: 100%; pointer: pointer; text-wrap: nowrap; text-overflow: ellipsis; }
    ReplyLine:hover { background: $primary 35%; }
    """

    @dataclass
    class Chosen(Message):
        """A suggested reply was clicked."""

        number: int

    def __init__(self, number: int, reply: SuggestedReply) -> None:
        source = f"{safe_line(reply.source, limit=_SOURCE_CELLS)} {reply.score:.0%}"
        super().__init__(
            Content.assemble((f" {number} ", "$text-accent"), safe_line(reply.text, limit=400), (f"  {source}", "$muted"))
        )
        self._number = number

    def on_click(self) -> None:
        """Puts it into the answer."""
        self.post_message(self.Chosen(self._number))


class SuggestedReplies(Vertical):
    """What might be answered, a line each; hidden while there is nothing."""

    DEFAULT_CSS = """
    SuggestedReplies { height: auto; margin: 0 2; display: none; }
    SuggestedReplies.-shown { display: block; }
    """

    def __init__(self) -> None:
        super().__init__(id="replies")
        self.replies: Sequence[SuggestedReply] = ()

    async def show(self, replies: Sequence[SuggestedReply]) -> None:
        """Shows suggested replies in place of those before."""
        if list(replies) == list(self.replies):
            return
        self.replies = replies
        await self.remove_children()
        await self.mount_all(ReplyLine(number, reply) for number, reply in enumerate(replies, start=1))
        self.set_class(bool(replies), "-shown")
