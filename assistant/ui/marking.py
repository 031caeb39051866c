"""Marks the entities of a message: words are selected with the arrow keys or the mouse, and given a type."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widgets import Button, OptionList, Static

from assistant.languages import tr
from assistant.messages import Entity
from assistant.ui.actions import bindings
from assistant.ui.dialog import Dialog
from assistant.ui.safe_text import safe, safe_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.dialogue.domain import EntityType

_WORD = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of entity that can be given, with its role and group."""

    entity: str
    role: str | None = None
    group: str | None = None

    def __str__(self) -> str:
        refined = ", ".join(
            part
            for part in (self.role and tr("role {name}", name=self.role), self.group and tr("group {name}", name=self.group))
            if part
        )
        return f"{self.entity} ({refined})" if refined else self.entity


def kinds_of(entities: Mapping[str, EntityType]) -> tuple[Kind, ...]:
    """Returns all kinds of a domain's entities: each by itself, and with each of its roles and groups."""
    kinds = []
    for name, entity in sorted(entities.items()):
        refined = [Kind(name, role, group) for role in (None, *entity.roles) for group in (None, *entity.groups)]
        kinds += refined
    return tuple(kinds)


def without(entities: Iterable[Entity], start: int, end: int) -> tuple[Entity, ...]:
    """Returns the entities that do not overlap ``[start, end)``."""
    return tuple(entity for entity in entities if entity.end <= start or end <= entity.start)


class WordMarker(Static, can_focus=True):
    """A message whose words can be selected.

    Args:
        text: the message.
        entities: that are marked at first.

    Attributes:
        entities: that are marked now, by position.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("marking")]
    DEFAULT_CSS = """
    WordMarker { height: auto; max-height: 8; width: 100%; padding: 0 1; border: round $border-blurred; overflow-y: auto; }
    WordMarker:focus { border: round $primary; }
    """

    @dataclass
    class Selected(Message):
        """Words were selected and want a type: ``text[start:end)``."""

        start: int
        end: int

    @dataclass
    class Changed(Message):
        """Other entities are marked now."""

    def __init__(self, text: str, entities: Iterable[Entity]) -> None:
        super().__init__()
        self._text = text
        self._words = [match.span() for match in _WORD.finditer(text)] or [(0, len(text))]
        self.entities = tuple(sorted(entities, key=lambda entity: entity.start))
        self._first = self._last = 0
        if self.entities:
            self._first = self._last = self._word_at(self.entities[0].start)

    def on_mount(self) -> None:
        """Shows the words."""
        self._paint()

    def _word_at(self, position: int) -> int:
        return next((number for number, (_, end) in enumerate(self._words) if position < end), len(self._words) - 1)

    @property
    def _span(self) -> tuple[int, int]:
        first, last = sorted((self._first, self._last))
        return self._words[first][0], self._words[last][1]

    def give(self, kind: Kind, start: int, end: int) -> None:
        """Marks a part of the text, in place of what was marked there."""
        entity = Entity(kind.entity, start, end, self._text[start:end], kind.role, kind.group)
        self.entities = tuple(sorted((*without(self.entities, start, end), entity), key=lambda one: one.start))
        self._tell()

    def action_move(self, step: int) -> None:
        """Selects the word beside."""
        self._last = min(max(self._last + step, 0), len(self._words) - 1)
        self._first = self._last
        self._paint()

    def action_extend(self, step: int) -> None:
        """Selects a word more, or less."""
        self._last = min(max(self._last + step, 0), len(self._words) - 1)
        self._paint()

    def action_mark(self) -> None:
        """Asks for the type of what is selected."""
        self.post_message(self.Selected(*self._span))

    def action_unmark(self) -> None:
        """Takes away what is marked where the selection is."""
        left = without(self.entities, *self._span)
        if left != self.entities:
            self.entities = left
            self._tell()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begins a selection."""
        word = event.style.meta.get("word")
        if isinstance(word, int):
            self._first = self._last = word
            self.capture_mouse()
            self._paint()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Extends it while the button is down."""
        word = event.style.meta.get("word")
        if self.app.mouse_captured is self and isinstance(word, int) and word != self._last:
            self._last = word
            self._paint()

    def on_mouse_up(self) -> None:
        """Ends it."""
        self.release_mouse()

    def _tell(self) -> None:
        self._paint()
        self.post_message(self.Changed())

    def _paint(self) -> None:
        start, end = self._span
        marked = {position for entity in self.entities for position in range(entity.start, entity.end)}
        parts: list[tuple[str, Style]] = []
        edges = sorted({0, len(self._text), *(edge for span in self._words for edge in span)})
        numbers = {word_start: number for number, (word_start, _) in enumerate(self._words)}
        for left, right in pairwise(edges):
            style = Style.from_meta({"word": numbers[left]}) if left in numbers else Style()
            is_selected = start <= left < end
            if left in marked:
                style += Style(underline=True, bold=True)
            parts.append((safe(self._text[left:right], limit=400), style + Style(reverse=True) if is_selected else style))
        self.update(Content.assemble(*parts))


class EntityDialog(Dialog["tuple[Entity, ...] | None"]):
    """Lets a person mark the entities of a message; returns them, or None when it is left.

    Args:
        text: of the message.
        entities: as they were understood.
        kinds: that can be given.
    """

    AUTO_FOCUS = "WordMarker"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("entities")]
    DEFAULT_CSS = """
    EntityDialog {
        align: center middle;
        #dialog {
            width: 90%; max-width: 84; height: auto; max-height: 94%;
            padding: 0 2; background: $surface; border: round $accent;
            border-title-color: $text-accent; border-subtitle-color: $muted;
        }
        #marked { height: auto; max-height: 5; margin-top: 1; }
        #kinds { height: auto; max-height: 8; display: none; margin-top: 1; }
        #kinds.-asked { display: block; }
        #dialog-buttons { height: 1; margin-top: 1; align-horizontal: right; }
        Button { margin-left: 2; }
    }
    """

    def __init__(self, text: str, entities: Iterable[Entity], kinds: Sequence[Kind]) -> None:
        super().__init__()
        self._text = text
        self._entities = tuple(entities)
        self._kinds = tuple(kinds)
        self._asked: tuple[int, int] | None = None

    def compose(self) -> ComposeResult:
        """Lays out the words, what is marked, and the types."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = tr("Which entities are in it?")
            dialog.border_subtitle = tr("← → word · Shift more · Enter type · Del remove · ^s done")
            yield WordMarker(self._text, self._entities)
            yield Static(id="marked")
            yield OptionList(*(Content(safe_line(str(kind))) for kind in self._kinds), id="kinds")
            with Horizontal(id="dialog-buttons"):
                yield Button(tr("Cancel"), id="cancel", compact=True)
                yield Button(tr("Done"), id="done", variant="primary", compact=True)

    def on_mount(self) -> None:
        """Lists what is marked."""
        self._list()

    @on(WordMarker.Changed)
    def _list(self) -> None:
        rows = [
            Content.assemble(
                (safe_line(str(Kind(entity.entity, entity.role, entity.group)), limit=40), "$muted"),
                "  ",
                (safe_line(self._text[entity.start : entity.end], limit=60), "$text-accent"),
            )
            for entity in self.query_one(WordMarker).entities
        ]
        self.query_one("#marked", Static).update(Content("\n").join(rows) if rows else Content.styled(tr("No entities."), "$muted"))

    @on(WordMarker.Selected)
    def _ask(self, event: WordMarker.Selected) -> None:
        if not self._kinds:
            self.notify(tr("The domain has no entities."), severity="warning")
            return
        self._asked = (event.start, event.end)
        kinds = self.query_one("#kinds", OptionList)
        kinds.add_class("-asked")
        kinds.highlighted = 0
        kinds.focus()

    @on(OptionList.OptionSelected)
    def _give(self, event: OptionList.OptionSelected) -> None:
        marker = self.query_one(WordMarker)
        if self._asked is not None:
            marker.give(self._kinds[event.option_index], *self._asked)
        self._end_asking()

    def _end_asking(self) -> None:
        self._asked = None
        self.query_one("#kinds").remove_class("-asked")
        self.query_one(WordMarker).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Returns what is marked, or leaves."""
        self.action_done() if event.button.id == "done" else self.dismiss(None)

    def action_done(self) -> None:
        """Returns what is marked."""
        self.dismiss(self.query_one(WordMarker).entities)

    def action_close(self) -> None:
        """Leaves the question for a type, or the dialog."""
        if self._asked is not None:
            self._end_asking()
        else:
            self.dismiss(None)
