"""The widgets of a conversation: a message, a divider, a notice that something failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, TypeAlias

from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from assistant.languages import N_, NC_, tr
from assistant.ui.actions import bindings
from assistant.ui.chat.choices import Choices
from assistant.ui.chat.evidence import summary
from assistant.ui.chat.items import BotItem, DividerItem, ProblemItem, UserItem
from assistant.ui.problems import ProblemDialog, as_problem
from assistant.ui.prose import Prose
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.widget import Widget

    from assistant.faq.askings import Rating
    from assistant.messages import BotMessage, Trace
    from assistant.ui.chat.scrollback import Entry

_THUMBS: Final = {1: N_("▲ right"), -1: N_("▼ wrong")}
_WIDEST: Final = 84
"""Cells of the longest line of an answer: longer ones are hard to read."""


class MessageView(Vertical, can_focus=True):
    """A message that can be focused, copied, and asked how it came about."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("message")]
    DEFAULT_CSS = """
    MessageView {
        height: auto; width: 100%; margin-bottom: 1;
        border-top: blank; border-title-color: $muted; border-title-background: transparent;
        .evidence { color: $muted; height: 1; width: 100%; text-wrap: nowrap; text-overflow: ellipsis; }
        &:focus { border-title-color: $text-accent; border-title-style: bold; }
    }
    """

    @dataclass
    class Looked(Message):
        """A message got the focus; asked: its details were asked for."""

        trace: Trace | None
        is_asked: bool = False

    @dataclass
    class Asked(Message):
        """Something is to be done that the message cannot do itself; the screen does it.

        Attributes:
            what: ``why``; what is to be corrected: ``intent``, ``entities``, ``action``, ``story``; what is to be copied: ``copy``;
                where to go: ``above``, ``below``, and among the messages found ``next``, ``previous``.
            entry: the message.
        """

        what: str
        entry: Entry

    @dataclass
    class Rated(Message):
        """A thumb was given to a reply; 0 takes it back. The FAQ's entry is empty where the reply is none of the FAQ's."""

        turn: int
        entry_id: str
        rating: Rating

    def __init__(self, entry: Entry, *, label: str, classes: str) -> None:
        super().__init__(classes=classes)
        self.entry = entry
        self.needle = ""
        self.border_title = Content(label)  # a str would be read as markup

    @property
    def trace(self) -> Trace | None:
        """How the message's turn came about."""
        return self.entry.trace

    @property
    def copy_text(self) -> str:
        """What copying the message gives."""
        return "\n\n".join(prose.plain for prose in self.query(Prose))

    def on_mount(self) -> None:
        """Marks what is looked for."""
        if self.needle:
            self.mark(self.needle)

    def mark(self, needle: str) -> None:
        """Marks a text wherever it stands in the message; an empty one takes the marks away."""
        for prose in self.query(Prose):
            prose.mark(needle)

    def on_focus(self) -> None:
        """Tells the side panel."""
        self.post_message(self.Looked(self.trace))

    def on_click(self, event: events.Click) -> None:
        """A double click opens the whole turn."""
        if event.chain == 2:  # noqa: PLR2004 (a double click)
            self.action_ask("why")

    def action_details(self) -> None:
        """Shows how the message was understood."""
        self.post_message(self.Looked(self.trace, is_asked=True))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Returns whether an action makes sense here: only what was answered is rated, and what was understood corrected."""
        if action != "ask":
            return False if action == "rate" else super().check_action(action, parameters)
        if parameters in {("intent",), ("entities",)}:
            return self._was_understood
        return self.entry.trace is not None and (parameters == ("why",) or self.entry.turn > 0)

    @property
    def _was_understood(self) -> bool:
        """Whether a model has understood the turn's message: it has not where that is a button's payload, or a greeting."""
        parse = self.trace.parse if self.trace is not None else None
        return parse is not None and bool(parse.text.strip()) and not parse.text.startswith("/")

    def action_ask(self, what: str) -> None:
        """Asks for something to be done with the message."""
        self.post_message(self.Asked(what, self.entry))

    def action_copy(self) -> None:
        """Copies the message."""
        self.app.copy_to_clipboard(self.copy_text)
        self.notify(tr("Copied."), timeout=2)

    def action_copy_conversation(self) -> None:
        """Copies all messages."""
        self.action_ask("copy")

    def action_find_step(self, step: int) -> None:
        """Goes to another of the messages found."""
        self.action_ask("next" if step > 0 else "previous")

    def action_focus_next_message(self) -> None:
        """Focuses the next message."""
        self.action_ask("below")

    def action_focus_previous_message(self) -> None:
        """Focuses the message before."""
        self.action_ask("above")


class UserView(MessageView):
    """What the user said: to the right, on a ground of its own."""

    DEFAULT_CSS = """
    UserView {
        align-horizontal: right; padding: 0 1 0 8; border-title-align: right;
        .body { background: $primary 18%; padding: 0 1; max-width: 100%; }
        &.-command .body { background: transparent; color: $muted; }
        &:focus .body { background: $primary 30%; }
    }
    """

    def __init__(self, entry: Entry, item: UserItem) -> None:
        is_command = item.text.startswith("/") and not item.title
        super().__init__(entry, label=tr("You"), classes="-command" if is_command else "")
        self._shown = item.title or item.text

    def compose(self) -> ComposeResult:
        """Shows the text."""
        yield Prose(self._shown, markdown=False, classes="body")


class BotView(MessageView):
    """What the assistant said: to the left, along a line, with buttons and evidence below."""

    DEFAULT_CSS = """
    BotView {
        padding: 0 8 0 1; border-title-color: $text-primary; border-title-style: bold;
        .said { width: 1fr; height: auto; border-left: outer $primary 60%; padding: 0 1; }
        .attached { color: $muted; height: auto; }
        .evidence { padding: 0 2; }
        .thumb { height: 1; width: auto; color: $muted; }
        &.-continued { border-top: none; }
        &:focus .said { border-left: outer $accent; background: $surface; }
    }
    """

    def __init__(self, entry: Entry, item: BotItem) -> None:
        super().__init__(entry, label=safe_line(tr(item.author)), classes="-continued" if entry.is_continued else "")
        self._item = item
        self.choices = Choices(item.message.buttons, is_spent=entry.is_spent) if item.message.buttons else None

    def compose(self) -> ComposeResult:
        """Lays out text, attachments, buttons and evidence; each widget that is not needed makes a long conversation quicker."""
        parts = list(self._parts())
        if len(parts) == 1:
            yield parts[0].add_class("said")
        else:
            yield Vertical(*parts, classes="said")
        if self.entry.rating:
            yield _thumb(self.entry.rating)
        evidence = summary(self._item.trace) if self._item.is_last and self._item.trace is not None else None
        if evidence:
            yield EvidenceLine(evidence)

    def _parts(self) -> Iterator[Widget]:
        message = self._item.message
        if message.text:
            answering = str(message.metadata.get("faq_passage") or message.metadata.get("highlighted") or "")
            yield Prose(message.text, classes="body", highlight=answering, widest=_WIDEST)
        for line in _attachments(message):
            yield Static(line, classes="attached", markup=False)
        if self.choices is not None:
            yield self.choices

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Returns whether an action makes sense here: a greeting is not rated, since nobody had asked anything."""
        if action == "rate":
            return not self._item.is_person and (self.entry.turn > 0 or bool(self._faq_entry))
        return super().check_action(action, parameters)

    @property
    def _faq_entry(self) -> str:
        return str(self._item.message.metadata.get("faq_entry") or "")

    def action_rate(self, rating: Rating) -> None:
        """Gives the reply a thumb, or takes it back when it has this one."""
        given: Rating = 0 if self.entry.rating == rating else rating
        self.entry.rating = given
        self.query(".thumb").remove()
        if given:
            self.mount(_thumb(given), after=0)
        self.post_message(self.Rated(self.entry.turn, self._faq_entry, given))


def _thumb(rating: int) -> Static:
    return Static(f"  {tr(_THUMBS[rating])}", classes="thumb", markup=False)


class EvidenceLine(Static):
    """The quiet line under a reply; a click opens the whole turn."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    EvidenceLine { pointer: pointer; &:hover { color: $text-accent; } }
    """

    def __init__(self, evidence: Content) -> None:
        super().__init__(evidence, classes="evidence")

    def on_click(self, event: events.Click) -> None:
        """Opens the whole turn."""
        event.stop()
        view = self.parent
        if isinstance(view, MessageView):
            view.focus()
            view.action_ask("why")


class DividerView(Static):
    """A line that parts the conversation."""

    DEFAULT_CSS = """
    DividerView { width: 100%; height: 1; margin: 0 2 1 2; color: $muted; text-align: center; }
    """

    def __init__(self, entry: Entry, item: DividerItem) -> None:
        super().__init__(Content(f"── {safe_line(tr(item.text))} ──"))
        self.entry = entry


class ProblemView(Static, can_focus=True):
    """A notice that a turn failed; Enter or a click opens the whole message for copying."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [("enter", "open", NC_("key", "Details"))]
    DEFAULT_CSS = """
    ProblemView {
        width: 100%; height: auto; margin: 0 2 1 2; padding: 0 1; pointer: pointer;
        background: $error 12%; border-left: outer $error;
        &:focus, &:hover { background: $error 24%; }
    }
    """

    def __init__(self, entry: Entry, item: ProblemItem) -> None:
        problem = as_problem(item.error)
        super().__init__(
            Content.assemble(
                (f"✕ {problem.code}  ", "bold $text-error"),
                safe_line(problem.what),
                (f"  {tr('Enter or click: details')}", "$muted"),
            )
        )
        self.entry = entry
        self._error = item.error

    def on_click(self) -> None:
        """Opens the details."""
        self.action_open()

    def action_open(self) -> None:
        """Opens the details."""
        self.app.push_screen(ProblemDialog(self._error))


EntryView: TypeAlias = UserView | BotView | DividerView | ProblemView


def view_of(entry: Entry) -> EntryView:
    """Returns a widget that shows an entry."""
    match entry.item:
        case UserItem():
            return UserView(entry, entry.item)
        case BotItem():
            return BotView(entry, entry.item)
        case DividerItem():
            return DividerView(entry, entry.item)
        case ProblemItem():
            return ProblemView(entry, entry.item)


def _attachments(message: BotMessage) -> list[str]:
    """Returns a line for each part of a message that is no text; a terminal can only name them."""
    lines = [
        f"{label}: {safe_line(part)}"
        for label, part in ((tr("Image"), message.image), (tr("Attachment"), message.attachment))
        if part
    ]
    if message.custom:
        lines.append(f"{tr('Data')}: {safe_line(dict(message.custom))}")
    return lines
