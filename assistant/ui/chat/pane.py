"""The left side of the chat: the conversation with its find bar, the status line and the prompt; going through it is done here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import on, work
from textual.containers import Vertical

from assistant.languages import tr
from assistant.ui.chat.choices import MAX_NUMBERED
from assistant.ui.chat.completing import CompletionList
from assistant.ui.chat.finding import FindBar, Finder, FindInput, prepare
from assistant.ui.chat.handover import OfferLine
from assistant.ui.chat.message_view import MessageView
from assistant.ui.chat.prompt import Prompt
from assistant.ui.chat.status import NewsPill, StatusLine
from assistant.ui.chat.transcript import Transcript

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.timer import Timer

    from assistant.ui.chat.scrollback import Entry

GOES_AFTER_S: Final = 0.15
"""So long after the last letter, what was found is shown: each place that is gone to takes longer than a letter."""

_STEPS = {"above": -1, "below": 1}
_FINDS = {"previous": -1, "next": 1}


class ConversationPane(Vertical):
    """Shows the conversation and takes what is written."""

    DEFAULT_CSS = """
    ConversationPane { width: 1fr; min-width: 24; }
    """

    def __init__(self) -> None:
        super().__init__(id="conversation")
        self.finder = Finder()
        self._going: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lays out one under the other."""
        yield OfferLine()
        yield Transcript()
        yield FindBar()
        yield StatusLine()
        menu = CompletionList()
        yield menu
        yield Prompt(menu)

    @property
    def transcript(self) -> Transcript:
        """The messages."""
        return self.query_one(Transcript)

    def refreshed(self) -> None:
        """Shows what follows from the messages: the buttons that can be pressed by number, and the mood."""
        choices = self.transcript.live_choices
        self.query_one(Prompt).n_choices = min(len(choices.choices), MAX_NUMBERED) if choices is not None else 0
        line = self.query_one(StatusLine)
        line.show_mood(self.transcript.scrollback.sentiments(line.MOST))

    def copy_text(self) -> str:
        """Returns the whole conversation as it is copied."""
        from assistant.ui.chat.exporting import as_text

        return as_text(entry.item for entry in self.transcript.scrollback.entries)

    # --- going through it

    @on(Transcript.Moved)
    def _moved(self, event: Transcript.Moved) -> None:
        self.query_one(NewsPill).show(event.n_new, is_at_end=event.is_at_end)

    @on(MessageView.Asked)
    async def _asked(self, event: MessageView.Asked) -> None:
        view = self.transcript.view(event.entry)
        if event.what in _STEPS and view is not None:
            event.stop()
            await self.transcript.focus_beside(view, _STEPS[event.what])
        elif event.what in _FINDS:
            event.stop()
            await self._show_found(self.finder.step(_FINDS[event.what]), focus=True)
        elif event.what == "copy":
            event.stop()
            self.app.copy_to_clipboard(self.copy_text())
            self.notify(tr("The conversation is copied."), timeout=2)

    # --- finding

    def find(self) -> None:
        """Asks what to look for."""
        self.query_one(FindBar).open()
        self._prepare()

    @work(group="find", description="find", exclusive=True)
    async def _prepare(self) -> None:
        await prepare(list(self.transcript.scrollback.entries))

    async def close_find(self) -> None:
        """Ends the search; the conversation stays where it is."""
        self._stop_going()
        self.finder = Finder()
        self.transcript.mark("")
        self.query_one(FindBar).close()

    @on(FindBar.Wanted)
    async def _wanted(self, event: FindBar.Wanted) -> None:
        """Says how many there are at once; goes to the last of them when no other letter follows soon."""
        self.finder.look(event.needle, self.transcript.scrollback.entries)
        self.query_one(FindBar).show(self.finder)
        self._stop_going()
        self._going = self.set_timer(GOES_AFTER_S, self._go)

    async def _go(self) -> None:
        await self._show_found(self.finder.current, focus=False)

    def _stop_going(self) -> None:
        if self._going is not None:
            self._going.stop()
            self._going = None

    @on(FindBar.Settled)
    async def _settled(self) -> None:
        await self._show_found(self.finder.current, focus=True)

    @on(FindInput.Stepped)
    async def _stepped(self, event: FindInput.Stepped) -> None:
        await self._show_found(self.finder.step(event.step), focus=False)

    @on(FindInput.Closed)
    async def _find_closed(self) -> None:
        await self.close_find()
        self.query_one(Prompt).focus()

    async def _show_found(self, entry: Entry | None, *, focus: bool) -> None:
        self._stop_going()
        self.transcript.mark(self.finder.needle)
        self.query_one(FindBar).show(self.finder)
        if entry is not None:
            await self.transcript.go_to(entry, focus=focus)
