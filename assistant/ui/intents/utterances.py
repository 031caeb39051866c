"""The examples of an intent: a list whose lines are edited in their place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from assistant.errors import BadAnnotation
from assistant.languages import tr
from assistant.ui.actions import bindings
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.corrections.draft import Utterance
    from assistant.messages import Entity

MAX_CHARS: Final = 2_000
_SHOWN = 400


class UtteranceList(OptionList):
    """Examples, a line each; several can be chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("utterances")]
    DEFAULT_CSS = """
    UtteranceList {
        height: 1fr; background: transparent; border: none; padding: 0 1; scrollbar-size-vertical: 1;
        text-wrap: nowrap; text-overflow: ellipsis;
        &:focus { border: none; }
    }
    """

    @dataclass
    class Wanted(Message):
        """Something shall be done with utterances: ``edit``, ``add``, ``move``, ``delete`` or ``mark``.

        Attributes:
            what: shall be done; keys: of the utterances that are chosen, else the one under the cursor.
        """

        what: str
        keys: tuple[int, ...]

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._utterances: tuple[Utterance, ...] = ()
        self._chosen: set[int] = set()
        self._shared: frozenset[int] = frozenset()
        self._has_intents = False

    def show(self, utterances: Sequence[Utterance], shared: Collection[int], *, has_intents: bool) -> None:
        """Shows examples; the cursor stays on its example, or near it.

        Args:
            utterances: to show.
            shared: keys of those that another intent has, too, or nearly so.
            has_intents: whether each line says which intent it belongs to.
        """
        key, row = self.current.key if self.current else None, self.highlighted
        self._utterances, self._shared, self._has_intents = tuple(utterances), frozenset(shared), has_intents
        keys = [one.key for one in utterances]
        self._chosen &= set(keys)
        self.clear_options()
        self.add_options([Option(self._line(one)) for one in self._utterances])
        if keys:
            self.highlighted = keys.index(key) if key in keys else min(row or 0, len(keys) - 1)

    @property
    def current(self) -> Utterance | None:
        """The example under the cursor; None when there is none."""
        row = self.highlighted
        return self._utterances[row] if row is not None and row < len(self._utterances) else None

    def go_to(self, key: int) -> None:
        """Moves the cursor to an example."""
        self.highlighted = next((row for row, one in enumerate(self._utterances) if one.key == key), self.highlighted)

    def action_choose(self) -> None:
        """Chooses the example, or not any more, and goes to the next."""
        current, row = self.current, self.highlighted
        if current is None or row is None:
            return
        self._chosen ^= {current.key}
        self.replace_option_prompt_at_index(row, self._line(current))
        self.highlighted = min(row + 1, len(self._utterances) - 1)

    def action_want(self, what: str) -> None:
        """Asks for something to be done."""
        keys = tuple(one.key for one in self._utterances if one.key in self._chosen)
        if not keys and self.current is not None:
            keys = (self.current.key,)
        if keys or what == "add":
            if what in {"move", "delete"}:
                self._chosen.clear()
            self.post_message(self.Wanted(what, keys))

    def _line(self, one: Utterance) -> Content:
        sign = "●" if one.key in self._chosen else "+" if one.origin is None else "✎" if one.is_changed else " "
        alike = " ≈" if one.key in self._shared else ""
        intent = f"{safe_line(one.intent, limit=30)}: " if self._has_intents else ""
        return Content.assemble(
            (f"{sign} ", "$text-accent"), (intent, "$muted"), coloured(one.text, one.entities), (alike, "$text-warning")
        )


class UtterancePane(Vertical):
    """The list, and the field that lies over the line that is edited."""

    DEFAULT_CSS = """
    UtterancePane { layers: base above; height: 1fr; }
    UtterancePane #edit {
        layer: above; position: absolute; display: none; height: 1; width: 100%; padding: 0 1; background: $panel; border: none;
    }
    UtterancePane #edit.-shown { display: block; }
    """

    @dataclass
    class Edited(Message):
        """A line was written. ``key`` names the example that it replaces; None: it is a new one."""

        key: int | None
        marked: str

    def compose(self) -> ComposeResult:
        """Lays out the list and the field."""
        yield UtteranceList(id="utterances")
        yield Input(id="edit", compact=True, max_length=MAX_CHARS, select_on_focus=False)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._key: int | None = None

    @property
    def list(self) -> UtteranceList:
        """The list."""
        return self.query_one(UtteranceList)

    def edit(self, one: Utterance | None) -> None:
        """Opens the field over an example, or under the last one for a new one."""
        field, shown = self.query_one("#edit", Input), self.list
        self._key = None if one is None else one.key
        row = (shown.highlighted or 0) if one is not None else shown.option_count
        field.value = "" if one is None else _written(one)
        field.placeholder = tr("A new example; [text](entity) marks an entity") if one is None else ""
        field.styles.offset = (0, max(0, min(row - shown.scroll_offset.y, shown.size.height - 1)))
        field.add_class("-shown")
        field.cursor_position = len(field.value)
        field.focus()

    def close(self) -> None:
        """Closes the field."""
        self.query_one("#edit").remove_class("-shown")
        self.list.focus()

    @property
    def is_editing(self) -> bool:
        """Whether the field is open."""
        return self.query_one("#edit").has_class("-shown")

    @on(Input.Submitted, "#edit")
    def _line_written(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self.post_message(self.Edited(self._key, event.value))
        else:
            self.close()


def _written(one: Utterance) -> str:
    try:
        return safe_line(one.marked, limit=MAX_CHARS)
    except BadAnnotation:  # brackets that are none of an annotation
        return safe_line(one.text, limit=MAX_CHARS)


def coloured(text: str, entities: Sequence[Entity]) -> Content:
    """Returns a text with its entities underlined and named."""
    parts: list[tuple[str, str]] = []
    end = 0
    for entity in sorted(entities, key=lambda one: one.start):
        if entity.start < end or entity.start > _SHOWN:
            continue
        parts.append((_clean(text[end : entity.start]), ""))
        parts.append((_clean(text[entity.start : entity.end]), "$text-primary underline"))
        kind = ":".join(part for part in (entity.entity, entity.role, entity.group) if part)
        parts.append((f" {safe_line(kind, limit=30)}", "$muted"))
        end = entity.end
    parts.append((_clean(text[end : end + _SHOWN]), ""))
    return Content.assemble(*parts)


def _clean(piece: str) -> str:
    """The piece as it may be shown, with the spaces at its ends."""
    line = safe_line(piece, limit=_SHOWN)
    before, after = " " * (piece[:1] == " "), " " * (piece[-1:] == " " and len(piece) <= _SHOWN)
    return f"{before}{line}{after}" if line else before
