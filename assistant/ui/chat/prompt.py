"""Where messages are written: grows with its lines, remembers what was sent, and presses buttons by number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from textual.message import Message
from textual.widgets import TextArea

from assistant.languages import tr
from assistant.ui.actions import bindings
from assistant.ui.chat.completing import COMMANDS, completions
from assistant.ui.safe_text import safe

if TYPE_CHECKING:
    from textual import events
    from textual.binding import BindingType
    from textual.timer import Timer

    from assistant.ui.chat.completing import CompletionList

MAX_CHARS: Final = 8_000
"""Longer messages are cut when they are pasted: no customer types one, and every keystroke would have to wrap it again."""

CHOICE_DELAY_S: Final = 0.35
"""How long a digit waits for another key before it presses a button: "12345" is an order number, "1" is a choice."""


class Prompt(TextArea):
    """The field that messages are written in.

    Args:
        menu: shows what a slash and some letters may mean.

    Attributes:
        n_choices: how many buttons are offered now; 0: digits are text.
        intents: that can be sent with a slash.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("prompt")]
    DEFAULT_CSS = """
    Prompt {
        height: auto; min-height: 3; max-height: 8; margin: 0 1; padding: 0 1;
        border: round $border-blurred; background: transparent; border-subtitle-color: $muted;
        scrollbar-size-vertical: 1;
        &:focus { border: round $primary; background: transparent; }
        & .text-area--cursor-line { background: transparent; }
        & .text-area--suggestion { color: $muted; }
    }
    """

    @dataclass
    class Sent(Message):
        """A message was written and sent off."""

        text: str

    @dataclass
    class Chosen(Message):
        """The number of a button was typed; is_sure: and nothing came after it, so it is meant."""

        number: int | None
        is_sure: bool

    class Left(Message):
        """The next keys are for the conversation."""

    def __init__(self, menu: CompletionList) -> None:
        super().__init__(
            id="prompt",
            soft_wrap=True,
            compact=False,
            show_line_numbers=False,
            tab_behavior="focus",
            placeholder=tr("Type a message"),
        )
        self.n_choices = 0
        self.intents: frozenset[str] = frozenset()
        self._menu = menu
        self._sent: list[str] = []
        self._position = 0
        self._draft = ""
        self._timer: Timer | None = None

    def remember(self, texts: list[str]) -> None:
        """Makes texts that were sent before come back with the arrow keys."""
        self._sent = [*texts, *self._sent]
        self._position = len(self._sent)

    def forget(self) -> None:
        """Lets go of what was sent: another conversation is shown."""
        self._sent, self._position = [], 0

    def on_paste(self, event: events.Paste) -> None:
        """Pastes what can be shown, and at most what a message may be long."""
        event.prevent_default()
        event.stop()
        text = safe(event.text, limit=10 * MAX_CHARS)[:MAX_CHARS]
        self.insert(text)
        if len(event.text) > MAX_CHARS:
            self.notify(tr("Only the first {n:,} characters were pasted.", n=MAX_CHARS), severity="warning")

    def on_text_area_changed(self) -> None:
        """Offers what may be meant by a slash; lets go of a digit that went on."""
        text = self.text
        self._menu.offer(completions(text, self.intents))
        if self._timer is not None and not self._is_choice(text):
            self._drop_choice()
        self.suggestion = next((name[len(text) :] for name in COMMANDS if len(text) > 1 and name.startswith(text)), "")

    def action_send(self) -> None:
        """Sends the message; a lone number of a button presses it."""
        text = self.text.strip()
        if self._is_choice(text):
            self._press(int(text))
        elif self._menu.marked is not None and text not in COMMANDS and text[1:] not in self.intents:
            self._complete()
        elif text:
            self.post_message(self.Sent(text))
            self._forget_draft(text)

    def action_newline(self) -> None:
        """Begins a new line."""
        self.insert("\n")

    def action_choose(self) -> None:
        """Takes no part: digits are text until they stand alone; see ``on_key``."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Returns whether a key means its action here: digits are typed, whatever else they do."""
        return False if action == "choose" else super().check_action(action, parameters)

    def action_earlier(self) -> None:
        """Brings back the message before; below the first line goes up a line."""
        if self._menu.marked is not None:
            self._menu.step(-1)
            return
        if self.cursor_location[0] > 0 or not self._sent:
            self.action_cursor_up()
            return
        if self._position == len(self._sent):
            self._draft = self.text
        self._go(max(self._position - 1, 0))

    def action_later(self) -> None:
        """Goes forward again, at last to what was being written; above the last line goes down a line."""
        if self._menu.marked is not None:
            self._menu.step(1)
        elif self.cursor_location[0] < self.document.line_count - 1 or self._position >= len(self._sent):
            self.action_cursor_down()
        else:
            self._go(self._position + 1)

    def on_key(self, event: events.Key) -> None:
        """Sends on Enter, completes on Tab, and lets a digit in an empty prompt arm a button.

        Enter is taken here, in line with the keys before it: a binding with priority would overtake characters that a fast typist
        or a script sent in the same moment.
        """
        if event.key == "enter":
            event.prevent_default()
            event.stop()
            self.action_send()
            return
        if event.key in {"tab", "escape"} and self._menu.marked is not None:
            event.prevent_default()
            event.stop()
            self._complete() if event.key == "tab" else self._menu.offer(())
            return
        digit = event.character or ""
        if not self.text and digit.isdecimal() and self._is_choice(digit):
            number = int(digit)
            self.post_message(self.Chosen(number, is_sure=False))
            self._timer = self.set_timer(CHOICE_DELAY_S, lambda: self._press_soon(digit))

    def action_complete(self) -> None:
        """Puts what is marked in the menu into the prompt; where nothing is, leaves it for the conversation."""
        if self._menu.marked is None:
            self.post_message(self.Left())
        else:
            self._complete()

    def _complete(self) -> None:
        marked = self._menu.marked
        if marked is not None:
            self.text = marked.text
            self.move_cursor(self.document.end)
            self._menu.offer(())

    def _is_choice(self, text: str) -> bool:
        return len(text) == 1 and text.isdecimal() and 1 <= int(text) <= self.n_choices

    def _press_soon(self, digit: str) -> None:
        """Presses once the keys have been taken that came until now: where the machine is busy, those of a number still wait."""
        self.app.call_later(self.call_later, self._press_alone, digit)

    def _press_alone(self, digit: str) -> None:
        if self._timer is not None and self.text == digit:  # else more was written
            self._press(int(digit))

    def _press(self, number: int) -> None:
        self._drop_choice()
        self.text = ""
        self.post_message(self.Chosen(number, is_sure=True))

    def _drop_choice(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
            self.post_message(self.Chosen(None, is_sure=False))

    def _forget_draft(self, sent: str) -> None:
        if not self._sent or self._sent[-1] != sent:
            self._sent.append(sent)
        self._position = len(self._sent)
        self._draft = ""
        self.text = ""

    def _go(self, position: int) -> None:
        self._position = position
        self.text = self._sent[position] if position < len(self._sent) else self._draft
        self.move_cursor(self.document.end)
