"""What was said in a conversation, as a list whose messages can be chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual.content import Content
from textual.visual import Visual
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from assistant.dialogue.events import AgentUttered, BotUttered, ConversationPaused, ConversationResumed, UserUttered
from assistant.dialogue.handoffs import transcript
from assistant.languages import N_, tr, trn
from assistant.ui.inbox.wording import CAUSES
from assistant.ui.markdown_blocks import Block
from assistant.ui.prose import flow
from assistant.ui.safe_text import safe, safe_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType
    from textual.css.styles import RulesMap
    from textual.strip import Strip
    from textual.style import Style
    from textual.visual import RenderOptions

    from assistant.dialogue.events import Event
    from assistant.dialogue.reviewing import Concern

MOST_SHOWN: Final = 300
"""Messages of a conversation that are shown, the last ones."""
_MAX_TEXT = 2_000
_STYLES = {"user": (N_("User"), "$text-primary"), "bot": (N_("Assistant"), "$text-muted"), "agent": (N_("Person"), "$text-accent")}
_INDENT = 11


class SaidList(OptionList):
    """The messages of a conversation, the last at the bottom."""

    BINDINGS: ClassVar[list[BindingType]] = []
    DEFAULT_CSS = """
    SaidList { height: 1fr; background: transparent; border: none; padding: 0 1; scrollbar-size-vertical: 1; }
    SaidList:focus { border: none; }
    SaidList > .option-list--option-disabled { color: $muted; }
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._events: tuple[Event, ...] = ()
        self._shown: list[Event] = []
        self._concerns: dict[int, Concern] = {}

    def show(self, events: Sequence[Event], concerns: Sequence[Concern]) -> None:
        """Shows what was said; the cursor stays on its message, or goes to the last one that is of concern.

        Args:
            events: of the conversation.
            concerns: what should be looked at; they stand beside their messages.
        """
        if len(events) == len(self._events) and self._shown:
            return
        chosen, is_first = self.highlighted, not self._shown
        was_last = chosen is not None and chosen == len(self._shown) - 1
        self._events, self._concerns = tuple(events), {one.position: one for one in concerns if one.cause != "handoff"}
        spoken = [(at, one) for at, one in enumerate(events) if _is_shown(one)]
        hidden, spoken = len(spoken) - MOST_SHOWN, spoken[-MOST_SHOWN:]
        self._shown = [one for _, one in spoken]
        self.clear_options()
        self.add_options([Option(_line(one, self._concerns.get(at))) for at, one in spoken])
        self.border_title = (
            trn("{n} earlier message is not shown", "{n} earlier messages are not shown", hidden) if hidden > 0 else ""
        )
        of_concern = [row for row, (at, _) in enumerate(spoken) if at in self._concerns]
        if spoken:
            start = of_concern[-1] if of_concern and is_first else len(spoken) - 1
            self.highlighted = start if is_first or was_last or chosen is None else min(chosen, len(spoken) - 1)
            self.call_after_refresh(self.scroll_to_highlight)  # at first it has no height to scroll in

    @property
    def current(self) -> Event | None:
        """The message under the cursor; None when there is none."""
        return self._shown[self.highlighted] if self.highlighted is not None and self.highlighted < len(self._shown) else None

    @property
    def message(self) -> UserUttered | None:
        """The user's message under the cursor, or the one that what is under it answers; None when there is none."""
        row = -1 if self.highlighted is None else self.highlighted
        return next((one for one in reversed(self._shown[: row + 1]) if isinstance(one, UserUttered)), None)


def _is_shown(event: Event) -> bool:
    return isinstance(event, UserUttered | BotUttered | AgentUttered | ConversationPaused | ConversationResumed)


class Hanging(Visual):
    """A text whose wrapped lines stand under its first one, right of what introduces it.

    Args:
        first: what introduces it.
        content: the text.
    """

    def __init__(self, first: Content, content: Content) -> None:
        self._blocks = (Block(content, first, " " * first.cell_length),)
        self._flowed: tuple[int, Content] = (0, Content(""))

    def _at(self, width: int) -> Content:
        if self._flowed[0] != width:
            self._flowed = (width, flow(self._blocks, width))
        return self._flowed[1]

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        """Returns the cells of the longest line at the container's width."""
        return self._at(container_width).get_optimal_width(rules, container_width)

    def get_height(self, rules: RulesMap, width: int) -> int:
        """Returns the number of lines at a width."""
        return self._at(width).get_height(rules, width)

    def render_strips(self, width: int, height: int | None, style: Style, options: RenderOptions) -> list[Strip]:
        """Returns the lines as they are drawn."""
        return self._at(width).render_strips(width, height, style, options)


def _line(event: Event, concern: Concern | None) -> Visual:
    if isinstance(event, ConversationPaused | ConversationResumed):
        return Content.styled(
            tr("── a person takes over ──") if isinstance(event, ConversationPaused) else tr("── the assistant answers again ──"),
            "$muted",
        )
    (said,) = transcript([event])
    name, style = _STYLES[said.speaker]
    named = safe_line(said.name, limit=_INDENT - 2) if said.name else safe_line(tr(name), limit=_INDENT - 2)
    line = Content(safe(said.text, limit=_MAX_TEXT))
    if isinstance(event, UserUttered) and event.parse.intent.name:
        found = f"{safe_line(event.parse.intent.name, limit=40)} {event.parse.intent.confidence:.0%}"
        line = Content.assemble(line, (f"  {found}", "$muted"))
    if concern is not None:
        sign = CAUSES[concern.cause][0]
        line = Content.assemble(line, "\n", (f"{sign} {safe_line(concern.detail, limit=160)}", "$text-warning"))
    return Hanging(Content.styled(named.ljust(_INDENT), style), line)
