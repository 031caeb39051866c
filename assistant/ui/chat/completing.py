"""Completes what is typed after a slash: commands and intents, found by the letters they are remembered by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.fuzzy import Matcher
from textual.widgets import Static

from assistant.languages import N_, tr
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_SHOWN: Final = 6

COMMANDS: Final = {
    "/help": N_("Show all keys."),
    "/restart": N_("Start the conversation anew."),
    "/back": N_("Go one message back."),
    "/find": N_("Find a text in the conversation."),
    "/why": N_("Show how the last answer came about."),
    "/copy": N_("Copy the whole conversation."),
    "/export": N_("Write the conversation to a file."),
    "/replay": N_("Go through the conversation step by step."),
    "/conversations": N_("List the conversations."),
    "/new": N_("Begin another conversation."),
}
"""What can be written in place of a message; an intent of the same name comes second."""

LOCAL: Final = frozenset(COMMANDS) - {"/restart", "/back"}
"""Commands that the screen follows itself; the others are the assistant's."""


@dataclass(frozen=True, slots=True)
class Completion:
    """Something that may be meant: what is put into the prompt, and a word about it."""

    text: str
    about: str


def completions(typed: str, intents: Iterable[str]) -> list[Completion]:
    """Returns what may be meant by a slash and some letters, the likeliest first; none for any other text.

    Args:
        typed: the prompt's text.
        intents: the domain's.
    """
    if not typed.startswith("/") or any(letter.isspace() or letter == "{" for letter in typed):
        return []
    known = [Completion(text, tr(about)) for text, about in COMMANDS.items()]
    known += [Completion(f"/{name}", tr("intent")) for name in sorted(intents) if f"/{name}" not in COMMANDS]
    if typed == "/":
        return known
    matcher = Matcher(typed[1:])
    scored = [(matcher.match(one.text[1:]), one) for one in known]
    starts = typed.lower()
    ranked = sorted(
        ((one.text.lower().startswith(starts), score, one) for score, one in scored if score > 0),
        key=lambda row: (not row[0], -row[1]),
    )
    return [one for _, _, one in ranked if one.text != typed]


class CompletionList(Static):
    """Shows what may be meant above the prompt; Tab takes the marked one."""

    DEFAULT_CSS = """
    CompletionList { display: none; height: auto; max-height: 6; margin: 0 2; padding: 0 1; background: $panel; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._found: Sequence[Completion] = ()
        self._marked = 0

    @property
    def marked(self) -> Completion | None:
        """The one that Tab takes; None while nothing is shown."""
        return self._found[self._marked] if self._found else None

    def offer(self, found: Sequence[Completion]) -> None:
        """Shows what may be meant; hides where there is nothing."""
        if found != self._found:
            self._found, self._marked = found, 0
            self._paint()

    def step(self, step: int) -> None:
        """Marks another one, around at the ends."""
        self._marked = (self._marked + step) % max(len(self._found), 1)
        self._paint()

    def _paint(self) -> None:
        self.display = bool(self._found)
        start = min(max(self._marked - MOST_SHOWN + 1, 0), max(len(self._found) - MOST_SHOWN, 0))
        lines = []
        for place, one in enumerate(self._found[start : start + MOST_SHOWN], start=start):
            text = Content.assemble(
                (f"{safe_line(one.text, limit=40):<26}", "bold" if place == self._marked else ""), (f" {one.about}", "$muted")
            )
            lines.append(text.stylize("$block-cursor-foreground on $block-cursor-background") if place == self._marked else text)
        self.update(Content("\n").join(lines))
