"""What the panes of the desk have in common: the way to the stores, with a failure shown in place of a crash, and the editor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from textual.containers import Vertical
from textual.message import Message

from assistant.languages import tr
from assistant.ui.faq.editor import EntryEditor

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.faq.entry import FaqEntry
    from assistant.ui.desk import DeskScreen
    from assistant.ui.ports import AgentPort

T = TypeVar("T")


class DeskPane(Vertical):
    """A tab of a desk's screen."""

    @dataclass
    class Changed(Message):
        """Entries or questions were changed: what is shown of them is old."""

    @property
    def desk_screen(self) -> DeskScreen:
        """The screen that it is on."""
        return cast("DeskScreen", self.screen)

    @property
    def agent(self) -> AgentPort | None:
        """The assistant; None while it is loaded."""
        return self.desk_screen.desk.agent

    def tell(self, text: str) -> None:
        """Shows a short notice."""
        self.desk_screen.desk.notify_text(text)

    async def guarded(self, read: Callable[[], T]) -> T | None:
        """Returns what a call to the stores gives; shows a failure, and returns None then."""
        return await self.desk_screen.guarded(read)

    async def asked(self, screen: Any) -> Any:  # Any: a screen, and what it returns
        """Shows a dialog and returns what came of it."""
        return await self.app.push_screen_wait(screen)

    async def edited(self, entry: FaqEntry) -> FaqEntry | None:
        """Opens the editor with the newest version of an entry, which the list may not show yet; returns it as it was saved."""
        agent = self.agent
        if agent is None:
            self.tell(tr("Entries can be written as soon as the model is ready."))
            return None
        opened = await self.guarded(lambda: agent.entries.get(entry.id)) if entry.version else entry
        saved: FaqEntry | None = await self.asked(EntryEditor(agent, opened)) if opened is not None else None
        if saved is not None:
            is_open = saved.status == "published"
            self.tell(
                tr("Saved: it answers from the next message on.") if is_open else tr("Saved; it answers once it is published.")
            )
        return saved
