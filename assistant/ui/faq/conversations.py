"""The conversations behind an unanswered question: what was said before it was asked, and after."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from assistant.dialogue.events import BotUttered, UserUttered
from assistant.languages import tr
from assistant.ui.actions import bindings
from assistant.ui.dialog import Dialog
from assistant.ui.problems import ProblemDialog
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.dialogue.events import Event
    from assistant.faq.queue import QuestionCluster
    from assistant.ui.ports import AgentPort

AROUND = 4
"""Messages shown before and after the question."""


class ConversationDialog(Dialog[None]):
    """Shows in which conversations a question was asked, one at a time.

    Args:
        agent: whose conversations these are.
        question: the questions that mean the same.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("behind")]
    DEFAULT_CSS = """
    ConversationDialog {
        align: center middle;
        #dialog {
            width: 90%; max-width: 100; height: auto; max-height: 90%;
            padding: 1 2; background: $surface; border: round $accent; border-title-color: $text-accent;
            border-subtitle-color: $muted;
        }
        VerticalScroll { height: auto; max-height: 100%; scrollbar-size-vertical: 1; }
        #said { height: auto; }
    }
    """

    def __init__(self, agent: AgentPort, question: QuestionCluster) -> None:
        super().__init__()
        self._agent = agent
        self._question = question
        self._place = 0

    def compose(self) -> ComposeResult:
        """Lays out the conversation."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = tr("Where it was asked")
            with VerticalScroll():
                yield Static(id="said", markup=False)

    def on_mount(self) -> None:
        """Shows the first conversation."""
        self._show()

    @work(group="events", description="events", exclusive=True)
    async def _show(self) -> None:
        senders = self._question.sender_ids
        sender = senders[self._place]
        try:
            events = await asyncio.to_thread(self._agent.events, sender)
        except Exception as error:  # noqa: BLE001 (a border: whatever fails is shown, and the screens live on)
            self.app.push_screen(ProblemDialog(error))
            return
        said = around(events, {self._question.question, *self._question.others})
        self.query_one("#said", Static).update(said or Content.styled(tr("It is no longer kept."), "$muted"))
        dialog = self.query_one("#dialog")
        dialog.border_title = Content(safe_line(sender, limit=60))
        place, n_all = self._place + 1, len(senders)
        shown = (
            tr("{n} of {all}, ← and → for the others; Esc closes", n=place, all=n_all)
            if n_all > 1
            else tr("{n} of {all}; Esc closes", n=place, all=n_all)
        )
        dialog.border_subtitle = Content(shown)

    def action_other(self, step: int) -> None:
        """Shows the next conversation, or the one before."""
        self._place = (self._place + step) % len(self._question.sender_ids)
        self._show()

    def action_close(self) -> None:
        """Closes."""
        self.dismiss(None)


def around(events: Iterable[Event], questions: set[str]) -> Content:
    """Returns what was said around the last message that is one of the questions; empty when none is."""
    said = [event for event in events if isinstance(event, UserUttered | BotUttered)]
    places = [place for place, event in enumerate(said) if isinstance(event, UserUttered) and _is_one(event.text, questions)]
    if not places:
        return Content("")
    first = max(places[-1] - AROUND, 0)
    return Content("\n").join(_line(event, place == places[-1]) for place, event in _shown(said, first, places[-1]))


def _shown(said: Sequence[UserUttered | BotUttered], first: int, place: int) -> list[tuple[int, UserUttered | BotUttered]]:
    return list(enumerate(said))[first : place + AROUND + 1]


def _is_one(text: str, questions: set[str]) -> bool:
    folded = " ".join(text.casefold().split())
    return any(folded == " ".join(question.casefold().split()) for question in questions)


def _line(event: UserUttered | BotUttered, is_asked: bool) -> Content:
    if isinstance(event, UserUttered):
        return Content.styled(f"▸ {safe_line(event.text)}", "bold $text-accent" if is_asked else "$foreground")
    return Content.styled(f"  {safe_line(event.message.text)}", "$muted")
