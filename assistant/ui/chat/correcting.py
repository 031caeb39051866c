"""Corrects what a message was taken for: asks for the intent, shows what would change in the files, writes it if that is agreed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static

from assistant.corrections.applying import apply
from assistant.corrections.conversations import understood
from assistant.corrections.examples import propose_example
from assistant.dialogue.domain import load_domain
from assistant.dialogue.events import UserUttered
from assistant.ui.actions import bindings
from assistant.ui.question import QuestionDialog
from assistant.ui.safe_text import safe, safe_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.corrections.proposal import Proposal
    from assistant.messages import Parse
    from assistant.project import Project
    from assistant.ui.app import AssistantApp

WRITTEN = "Written. F4 trains it; `assistant correct --undo` takes it back."


async def correct(app: AssistantApp, parse: Parse) -> None:
    """Leads a person from a message to a better example, or to nothing; what fails is shown in a dialog."""
    project = app.project
    try:
        intents = await asyncio.to_thread(intents_for, project, parse)
        intent = await app.push_screen_wait(IntentPicker(parse.text, intents))
        if intent is None:
            return
        proposal = await asyncio.to_thread(_proposed, project, parse, intent)
        if not proposal.edits:
            app.notify_text(f"Nothing to change: {proposal.title}.")
            return
        shown = "\n".join([*proposal.diff(), *(f"note: {note}" for note in proposal.notes)])
        if await app.push_screen_wait(QuestionDialog("Write this?", shown, {"leave": "Leave it", "write": "Write"})) == "write":
            await asyncio.to_thread(apply, project, proposal)
            app.notify_text(WRITTEN)
    except Exception as error:  # noqa: BLE001 (a border: whatever fails is shown, and the chat lives on)
        app.show_problem(error)


def intents_for(project: Project, parse: Parse) -> tuple[str, ...]:
    """Returns what a message may mean: the intents that were weighed, the likeliest first, then the others by name."""
    domain = load_domain(project)
    weighed = [score.name for score in parse.intent_ranking if score.name.split("/")[0] in domain.intents]
    others = sorted(name for name in domain.intents if not domain.is_retrieval(f"utter_{name}"))
    return tuple(dict.fromkeys([*weighed, *others]))


def _proposed(project: Project, parse: Parse, intent: str) -> Proposal:
    domain = load_domain(project)
    return propose_example(project, domain, parse.text, intent, understood(UserUttered(parse.text, parse), domain))


class IntentPicker(ModalScreen["str | None"]):
    """Asks which of many intents a message has; returns it, or None.

    Args:
        text: of the message.
        intents: to choose from, the likeliest first.
    """

    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("dialog")[:1]]
    DEFAULT_CSS = """
    IntentPicker {
        align: center middle;
        #dialog {
            width: 90%; max-width: 72; height: auto; max-height: 90%;
            padding: 1 2; background: $surface; border: round $accent; border-title-color: $text-accent;
        }
        Input { margin-top: 1; }
        OptionList { height: auto; max-height: 10; }
    }
    """

    def __init__(self, text: str, intents: Sequence[str]) -> None:
        super().__init__()
        self._text = text
        self._intents = tuple(intents)
        self._offered = self._intents

    def compose(self) -> ComposeResult:
        """Lays out the message, a field to narrow the choice, and the intents."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "What does it mean?"
            yield Static(safe(self._text, limit=300), markup=False)
            yield Input(placeholder="Part of an intent's name; Enter takes the first")
            yield OptionList(*map(_option, self._intents))

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        wanted = event.value.strip().lower()
        self._offered = tuple(name for name in self._intents if wanted in name.lower())
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(map(_option, self._offered))

    @on(Input.Submitted)
    def _take_first(self) -> None:
        if self._offered:
            self.dismiss(self._offered[0])

    @on(OptionList.OptionSelected)
    def _take(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._offered[event.option_index])

    def action_close(self) -> None:
        """Returns no intent."""
        self.dismiss(None)


def _option(name: str) -> Content:
    return Content(safe_line(name))
