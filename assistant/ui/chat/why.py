"""The whole turn of a message: words by tag and by attribution, the intents, entities, decisions, events and times."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from assistant.corrections.conversations import turns
from assistant.languages import tr
from assistant.ui.actions import bindings
from assistant.ui.chat.evidence import sections
from assistant.ui.chat.replay import label
from assistant.ui.chat.word_colours import by_attribution, by_tag, entities_found, nearest, shares
from assistant.ui.dialog import Dialog
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.dialogue.events import Event
    from assistant.evaluation.explanation import Explanation
    from assistant.messages import Parse, Trace
    from assistant.ui.app import AssistantApp
    from assistant.ui.chat.scrollback import Entry
    from assistant.ui.ports import Explain

_MIN_WIDTH, _MOST_WIDTH = 24, 72
"""Cells of a line of bars."""


async def show_why(app: AssistantApp, entry: Entry) -> None:
    """Opens the whole turn of a message, until it is closed; must be called in a worker."""
    if entry.trace is None:
        return
    events: Sequence[Event] = ()
    if app.agent is not None:
        events = events_of(await asyncio.to_thread(app.agent.events, app.sender_id), entry.turn)
    await app.push_screen_wait(WhyScreen(entry.trace, events, app.explain))


def events_of(events: Sequence[Event], turn: int) -> Sequence[Event]:
    """Returns the events of a turn, counted by what the user said; 0: what came before."""
    said = turns(events)
    if not 0 <= turn <= len(said):
        return ()
    places = [0, *(place for place, event in enumerate(events) if any(event is one for one in said[max(turn - 1, 0) : turn + 1]))]
    start = places[1] if turn else 0
    later = places[2:] if turn else places[1:]
    return events[start : later[0] if later else len(events)]


class WhyScreen(Dialog[None]):
    """Shows how a turn came about; what each word did for the intent follows as soon as it has been worked out.

    Args:
        trace: of the turn.
        events: of the turn.
        explain: works out what each word did; None: nothing can.
    """

    AUTO_FOCUS = "#why"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("why")]
    DEFAULT_CSS = """
    WhyScreen {
        align: center middle;
        #why {
            width: 94%; max-width: 110; height: 94%; padding: 0 2; background: $surface; scrollbar-size-vertical: 1;
            border: round $primary; border-title-color: $text-primary; border-subtitle-color: $muted;
        }
        #turn { width: 100%; height: auto; }
    }
    """

    def __init__(self, trace: Trace, events: Sequence[Event], explain: Explain | None) -> None:
        super().__init__()
        self._trace, self._events, self._explain = trace, events, explain
        self._explanation: Explanation | None = None
        self._remark: Content | None = None

    def compose(self) -> ComposeResult:
        """Lays out one text."""
        with VerticalScroll(id="why") as box:
            box.border_title = tr("Why?")
            box.border_subtitle = tr("↑ ↓ scroll · i another intent · c copy · Esc close")
            yield Static(id="turn")

    def on_mount(self) -> None:
        """Has the words explained."""
        self._work_out(None)

    def on_resize(self) -> None:
        """Fits the bars to the width."""
        self._paint()

    @property
    def _parse(self) -> Parse | None:
        parse = self._trace.parse
        return parse if parse is not None and parse.text.strip() and not parse.text.startswith("/") else None

    @work(group="explain", description="explain", exclusive=True)
    async def _work_out(self, intent: str | None) -> None:
        if self._parse is None or self._explain is None:
            return
        self._remark = Content.styled(tr("Working out what each word did …"), "$muted")
        self._paint()
        try:
            self._explanation = await self._explain(self._parse.text, intent)
            self._remark = None
        except Exception as error:  # noqa: BLE001 (a border: the rest of the turn can be read all the same)
            self._remark = Content.styled(safe_line(error), "$text-error")
        self._paint()

    def _attributed(self) -> Iterator[tuple[str, Content]]:
        found = self._explanation
        if self._remark is not None:
            yield tr("Words"), self._remark
        elif found is not None:
            named = tr("What each word did for {intent}", intent=safe_line(found.attribution.intent, limit=40))
            yield named, Content("\n").join([by_attribution(found), shares(found, self._width)])
            yield tr("Nearest examples"), nearest(found)

    @property
    def _width(self) -> int:
        return max(self.query_one("#why").scrollable_content_region.width, _MIN_WIDTH)

    def _paint(self) -> None:
        parts: list[tuple[str, Content]] = []
        for title, content in sections(self._trace, min(self._width, _MOST_WIDTH)):
            if title == "Message" and self._trace.parse is not None:
                parts.append((tr(title), by_tag(self._trace.parse)))
                parts += self._attributed()
            elif title == "Entities" and self._trace.parse is not None:
                parts.append((tr(title), entities_found(self._trace.parse)))
            else:
                parts.append((tr(title), content))
        if self._events:
            parts.append((tr("Events"), Content("\n").join(map(label, self._events))))
        shown = [Content.assemble((safe_line(title).upper(), "bold $text-secondary"), "\n", content) for title, content in parts]
        empty = Content.styled(tr("A greeting: nothing had to be understood."), "$muted")
        self.query_one("#turn", Static).update(Content("\n\n").join(shown) if shown else empty)

    @work(group="ask", description="ask", exclusive=True)
    async def action_other_intent(self) -> None:
        """Asks why not another intent."""
        from assistant.ui.picking import Picker

        if self._parse is None or self._explain is None:
            return
        ranked = [score.name for score in self._parse.intent_ranking]
        intent = await self.app.push_screen_wait(Picker(tr("Why not this one?"), self._parse.text, ranked))
        if intent is not None:
            self._work_out(intent)

    def action_copy_all(self) -> None:
        """Copies all that is shown."""
        self.app.copy_to_clipboard(str(self.query_one("#turn", Static).content))
        self.notify(tr("Copied."), timeout=2)

    def action_close(self) -> None:
        """Closes the turn; working out stops."""
        self.workers.cancel_group(self, "explain")
        self.dismiss(None)
