"""The widgets of a conversation: a message, a divider, a notice that something failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from assistant.ui.actions import bindings
from assistant.ui.chat.choices import Choices
from assistant.ui.chat.evidence import summary
from assistant.ui.chat.items import BotItem, DividerItem, UserItem
from assistant.ui.problems import ProblemDialog, as_problem
from assistant.ui.prose import Prose
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.faq.askings import Rating
    from assistant.messages import BotMessage, Parse, Trace
    from assistant.ui.chat.items import Item


class MessageView(Vertical, can_focus=True):
    """A message that can be focused, copied, and asked how it came about."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("message")]
    DEFAULT_CSS = """
    MessageView {
        height: auto; width: 100%; margin-bottom: 1; padding: 0 1;
        .label { color: $muted; height: 1; width: auto; }
        .evidence { color: $muted; height: 1; width: 100%; text-wrap: nowrap; text-overflow: ellipsis; }
        &:focus .label { color: $text-accent; text-style: bold; }
    }
    """

    @dataclass
    class Looked(Message):
        """A message got the focus; asked: its details were asked for."""

        trace: Trace | None
        is_asked: bool = False

    @dataclass
    class Doubted(Message):
        """What was understood of a message is to be corrected."""

        parse: Parse

    @dataclass
    class Rated(Message):
        """A thumb was given to the FAQ's answer; 0 takes it back."""

        entry_id: str
        rating: Rating

    def __init__(self, *, classes: str, trace: Trace | None = None, entry_id: str = "") -> None:
        super().__init__(classes=classes)
        self.trace = trace
        self._entry_id = entry_id
        self._rating: Rating = 0

    @property
    def copy_text(self) -> str:
        """What copying the message gives."""
        return "\n\n".join(prose.plain for prose in self.query(Prose))

    def on_focus(self) -> None:
        """Tells the side panel."""
        self.post_message(self.Looked(self.trace))

    def on_click(self, event: events.Click) -> None:
        """A double click shows the details."""
        if event.chain == 2:  # noqa: PLR2004 (a double click)
            self.action_details()

    def action_details(self) -> None:
        """Shows how the message was understood."""
        self.post_message(self.Looked(self.trace, is_asked=True))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 (the signature is Textual's)
        """Returns whether an action makes sense here: only answers of the FAQ are rated, and what was understood corrected."""
        if action == "correct":
            return self._parse is not None
        return bool(self._entry_id) if action == "rate" else True

    @property
    def _parse(self) -> Parse | None:
        """What was understood of the turn's message; None where nothing was: a payload, or a greeting."""
        parse = self.trace.parse if self.trace is not None else None
        return parse if parse is not None and parse.text.strip() and not parse.text.startswith("/") else None

    def action_correct(self) -> None:
        """Says that the message was taken for something else than it is."""
        if self._parse is not None:
            self.post_message(self.Doubted(self._parse))

    def action_rate(self, rating: Rating) -> None:
        """Gives the answer a thumb, or takes it back when it has this one."""
        self._rating = 0 if self._rating == rating else rating
        self.set_class(self._rating > 0, "-good").set_class(self._rating < 0, "-bad")
        for label in self.query(".thumb").results(Static):
            label.update({1: "  ▲ right", 0: "", -1: "  ▼ wrong"}[self._rating])
        self.post_message(self.Rated(self._entry_id, self._rating))

    def action_copy(self) -> None:
        """Copies the message."""
        self.app.copy_to_clipboard(self.copy_text)
        self.notify("Copied.", timeout=2)

    def action_focus_next_message(self) -> None:
        """Focuses the next message."""
        self.screen.focus_next(MessageView)

    def action_focus_previous_message(self) -> None:
        """Focuses the message before."""
        self.screen.focus_previous(MessageView)


class UserView(MessageView):
    """What the user said: to the right, on a ground of its own."""

    DEFAULT_CSS = """
    UserView {
        align-horizontal: right; padding-left: 8;
        .body { background: $primary 18%; padding: 0 1; max-width: 100%; }
        &.-command .body { background: transparent; color: $muted; }
        &:focus .body { background: $primary 30%; }
    }
    """

    def __init__(self, item: UserItem) -> None:
        is_command = item.text.startswith("/") and not item.title
        super().__init__(classes="-command" if is_command else "", trace=item.trace)
        self._shown = item.title or item.text

    def compose(self) -> ComposeResult:
        """Lays out label and text."""
        yield Static("You", classes="label")
        yield Prose(self._shown, markdown=False, classes="body")


class BotView(MessageView):
    """What the assistant said: to the left, along a line, with buttons and evidence below."""

    DEFAULT_CSS = """
    BotView {
        padding-right: 8;
        .label { color: $text-primary; text-style: bold; }
        .said { height: auto; border-left: outer $primary 60%; padding: 0 1; }
        .body { max-width: 84; }
        .attached { color: $muted; height: auto; }
        .evidence { padding: 0 2; }
        .thumb { height: 1; width: auto; color: $muted; display: none; }
        &.-good .thumb, &.-bad .thumb { display: block; }
        &.-continued .label { display: none; }
        &:focus .said { border-left: outer $accent; background: $surface; }
    }
    """

    def __init__(self, item: BotItem) -> None:
        super().__init__(classes="", trace=item.trace, entry_id=str(item.message.metadata.get("faq_entry") or ""))
        self._item = item
        self.choices = Choices(item.message.buttons) if item.message.buttons else None

    def compose(self) -> ComposeResult:
        """Lays out label, text, attachments, buttons and evidence."""
        yield Static(safe_line(self._item.author), classes="label", markup=False)
        with Vertical(classes="said"):
            if self._item.message.text:
                answering = str(self._item.message.metadata.get("faq_passage") or "")
                yield Prose(self._item.message.text, classes="body", highlight=answering)
            for line in _attachments(self._item.message):
                yield Static(line, classes="attached", markup=False)
            if self.choices is not None:
                yield self.choices
        yield Static("", classes="thumb")
        evidence = summary(self._item.trace) if self._item.is_last and self._item.trace is not None else None
        if evidence:
            yield Static(evidence, classes="evidence")


class DividerView(Static):
    """A line that parts the conversation."""

    DEFAULT_CSS = """
    DividerView { width: 100%; height: 1; margin: 0 1 1 1; color: $muted; text-align: center; }
    """

    def __init__(self, item: DividerItem) -> None:
        super().__init__(Content(f"── {safe_line(item.text)} ──"))


class ProblemView(Static, can_focus=True):
    """A notice that a turn failed; Enter or a click opens the whole message for copying."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [("enter", "open", "Details")]
    DEFAULT_CSS = """
    ProblemView {
        width: 100%; height: auto; margin: 0 1 1 1; padding: 0 1; pointer: pointer;
        background: $error 12%; border-left: outer $error;
        &:focus, &:hover { background: $error 24%; }
    }
    """

    def __init__(self, error: BaseException) -> None:
        problem = as_problem(error)
        super().__init__(
            Content.assemble(
                (f"✕ {problem.code}  ", "bold $text-error"), safe_line(problem.what), ("  Enter or click: details", "$muted")
            )
        )
        self._error = error

    def on_click(self) -> None:
        """Opens the details."""
        self.action_open()

    def action_open(self) -> None:
        """Opens the details."""
        self.app.push_screen(ProblemDialog(self._error))


def view_of(item: Item) -> UserView | BotView | DividerView:
    """Returns the widget that shows an item."""
    match item:
        case UserItem():
            return UserView(item)
        case BotItem():
            return BotView(item)
        case DividerItem():
            return DividerView(item)


def _attachments(message: BotMessage) -> list[str]:
    """Returns a line for each part of a message that is no text; a terminal can only name them."""
    lines = [
        f"{label}: {safe_line(part)}" for label, part in (("Image", message.image), ("Attachment", message.attachment)) if part
    ]
    if message.custom:
        lines.append(f"Data: {safe_line(dict(message.custom))}")
    return lines
