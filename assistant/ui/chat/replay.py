"""A conversation step by step: its events on the left, and on the right what the assistant remembers after each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static

from assistant.dialogue.events import (
    ActionExecuted,
    ActiveLoop,
    AgentUttered,
    BotUttered,
    SlotSet,
    UserUttered,
)
from assistant.dialogue.tracker import Tracker
from assistant.languages import N_, tr
from assistant.ui.actions import bindings
from assistant.ui.dialog import Dialog
from assistant.ui.safe_text import safe_line, safe_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.dialogue.domain import Domain
    from assistant.dialogue.events import Event


@dataclass(frozen=True, slots=True)
class Moment:
    """What the assistant remembers at a moment.

    Attributes:
        facts: by name, as they are shown: slots that are set, the form that is active, what was done and understood last.
        changed: names of those that the last event has changed.
    """

    facts: Mapping[str, str]
    changed: frozenset[str]


class Replay:
    """Folds the events of a conversation one by one, and goes back by folding them anew."""

    def __init__(self, sender_id: str, domain: Domain, events: Sequence[Event]) -> None:
        self._sender_id, self._domain, self._events = sender_id, domain, tuple(events)
        self._tracker = Tracker(sender_id, domain)
        self._n_folded = 0

    def after(self, n_events: int) -> Moment:
        """Returns the moment after so many events, at least one."""
        self._fold(n_events - 1)
        before = _facts(self._tracker)
        self._fold(n_events)
        now = _facts(self._tracker)
        names = {*before, *now}
        return Moment(now, frozenset(name for name in names if before.get(name) != now.get(name)))

    def _fold(self, n_events: int) -> None:
        if n_events < self._n_folded:
            self._tracker, self._n_folded = Tracker(self._sender_id, self._domain, self._events[:n_events]), n_events
        for event in self._events[self._n_folded : n_events]:
            self._tracker.update(event)
        self._n_folded = max(n_events, 0)


def _facts(tracker: Tracker) -> dict[str, str]:
    message = tracker.latest_message
    facts: dict[str, Any] = {tr("slot {name}", name=name): value for name, value in tracker.slots.items() if value is not None}
    facts |= {tr("form"): tracker.active_loop, tr("last action"): tracker.latest_action, tr("intent"): tracker.intent or None}
    facts |= {tr("paused"): tr("yes") if tracker.is_paused else None}
    facts |= {tr("last message"): message.text if message is not None else None}
    return {name: safe_value(value) for name, value in facts.items() if value is not None}


def label(event: Event) -> Content:
    """Returns an event as one line."""
    match event:
        case UserUttered(text=text, parse=parse):
            meant = (f"  {safe_line(parse.intent.name, limit=30)}", "$muted")
            return Content.assemble((_speaker("▸", N_("user")), "bold $text-primary"), safe_line(text, limit=60), meant)
        case BotUttered(message=message):
            return Content.assemble((_speaker("◂", N_("bot")), "bold $text-secondary"), safe_line(message.text or "…", limit=60))
        case AgentUttered(text=text):
            return Content.assemble((_speaker("◂", N_("team")), "bold $text-secondary"), safe_line(text, limit=60))
        case ActionExecuted(name=name, policy=policy):
            return Content.assemble(
                ("→ ", "$primary"), safe_line(name or "", limit=40), (f"  {safe_line(policy or '', limit=30)}", "$muted")
            )
        case SlotSet(name=name, value=value):
            return Content.assemble(
                ("= ", "$text-accent"), f"{safe_line(name, limit=40)} ", (safe_value(value, limit=40), "$text-accent")
            )
        case ActiveLoop(name=name):
            return Content.assemble(
                ("□ ", "$text-accent"), tr("form {name}", name=safe_line(name, limit=40)) if name else tr("form left")
            )
        case _:
            return Content.styled(safe_line(event.as_json().get("event", type(event).__name__), limit=40), "$muted")


def _speaker(sign: str, name: str) -> str:
    return f"{sign} {tr(name):<5} "


class ReplayScreen(Dialog[None]):
    """Goes through a conversation event by event.

    Args:
        title: of the conversation; sender_id: names it.
        domain: folds its events.
        events: all of them.
    """

    AUTO_FOCUS = "OptionList"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("replay")]
    DEFAULT_CSS = """
    ReplayScreen {
        align: center middle;
        #dialog {
            width: 94%; height: 92%; background: $surface;
            border: round $primary; border-title-color: $text-primary; border-subtitle-color: $muted;
        }
        OptionList { width: 3fr; height: 100%; background: $surface; text-wrap: nowrap; text-overflow: ellipsis; }
        OptionList, OptionList:focus { border: none; background-tint: transparent; }
        #moment { width: 2fr; height: 100%; padding: 0 1; border-left: vkey $border-blurred; }
    }
    """

    def __init__(self, title: str, sender_id: str, domain: Domain, events: Sequence[Event]) -> None:
        super().__init__()
        self._title, self._events = title, tuple(events)
        self._replay = Replay(sender_id, domain, events)

    def compose(self) -> ComposeResult:
        """Lays out events and state."""
        with Horizontal(id="dialog") as dialog:
            dialog.border_title = Content(tr("Replay: {name}", name=safe_line(self._title, limit=50)))
            yield OptionList(*map(label, self._events))
            with VerticalScroll(id="moment", can_focus=False):
                yield Static(id="facts")

    def on_mount(self) -> None:
        """Begins at the first event."""
        if self._events:
            self.query_one(OptionList).highlighted = 0
        else:
            self.query_one("#facts", Static).update(Content.styled(tr("Nothing has happened yet."), "$muted"))

    @on(OptionList.OptionHighlighted)
    def _show(self, event: OptionList.OptionHighlighted) -> None:
        number = event.option_index + 1
        moment = self._replay.after(number)
        self.query_one("#facts", Static).update(Content("\n").join(_lines(moment)))
        self.query_one("#dialog").border_subtitle = tr(
            "event {n:,} of {all:,} · ↑ ↓ step · t next turn · Esc close", n=number, all=len(self._events)
        )

    def action_turn(self, step: int) -> None:
        """Goes to the next thing that the user said, or the one before."""
        options = self.query_one(OptionList)
        place = (options.highlighted or 0) + step
        while 0 <= place < len(self._events) and not isinstance(self._events[place], UserUttered):
            place += step
        if 0 <= place < len(self._events):
            options.highlighted = place

    def action_close(self) -> None:
        """Closes the replay."""
        self.dismiss(None)


def _lines(moment: Moment) -> Iterator[Content]:
    for name, value in sorted(moment.facts.items()):
        sign, style = ("● ", "bold") if name in moment.changed else ("  ", "")
        yield Content.assemble((sign, "$text-accent"), (f"{safe_line(name, limit=40)}  ", "$muted"), (value, style))
    for name in sorted(moment.changed - set(moment.facts)):
        yield Content.assemble(("● ", "$text-accent"), (f"{safe_line(name, limit=40)}  {tr('emptied')}", "$muted"))
