"""The conversation: messages under one another, scrolled to the end unless someone reads further up."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import VerticalScroll
from textual.widgets import Static

from assistant.ui.chat.message_view import BotView, ProblemView, UserView, view_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.widget import Widget

    from assistant.messages import Trace
    from assistant.ui.chat.choices import Choices
    from assistant.ui.chat.items import Item


class EarlierLine(Static):
    """Says that there is more above; a click shows it."""

    DEFAULT_CSS = """
    EarlierLine { width: 100%; height: 1; margin-bottom: 1; text-align: center; color: $text-accent; pointer: pointer; }
    """

    async def on_click(self) -> None:
        """Shows more."""
        transcript = self.parent
        if isinstance(transcript, Transcript):
            await transcript.show_earlier()


class Transcript(VerticalScroll, can_focus=False):
    """Shows the items of a conversation. Old ones are made into widgets when they are asked for."""

    PAGE: ClassVar[int] = 60
    """How many items are made into widgets at a time."""

    DEFAULT_CSS = """
    Transcript { height: 1fr; align-vertical: bottom; padding: 1 1 0 1; scrollbar-size-vertical: 1; }
    """

    def __init__(self) -> None:
        super().__init__(id="transcript")
        self._earlier: list[Item] = []

    def on_mount(self) -> None:
        """Keeps to the end of the conversation."""
        self.anchor()

    @property
    def live_choices(self) -> Choices | None:
        """The buttons that are offered now."""
        for view in reversed(self.query_children(BotView)):
            if view.choices is not None:
                return None if all(choice.disabled for choice in view.choices.choices) else view.choices
        return None

    async def replay(self, items: Sequence[Item]) -> None:
        """Shows a stored conversation above what was written since: its end at once, the rest when it is asked for."""
        self._earlier = list(items[: -self.PAGE])
        lines: list[Widget] = [self._earlier_line()] if self._earlier else []
        await self.mount_all([*lines, *self._views(items[-self.PAGE :])], before=0 if self.children else None)
        self._spend(keep_last=True)
        self.anchor()

    async def show_earlier(self) -> None:
        """Shows the page before what is shown."""
        if not self._earlier:
            return
        page, self._earlier = self._earlier[-self.PAGE :], self._earlier[: -self.PAGE]
        await self.query(EarlierLine).remove()
        lines: list[Widget] = [self._earlier_line()] if self._earlier else []
        self.release_anchor()
        await self.mount_all([*lines, *self._views(page)], before=0)
        self._spend(keep_last=True)

    async def show(self, items: Sequence[Item], *, after: UserView | None = None) -> None:
        """Adds items: after the message that they answer, since another may have been written by then, or at the end."""
        place = after if after is not None and after.is_attached else None
        await self.mount_all(self._views(items, follow=place), after=place)

    async def show_user(self, item: Item) -> UserView:
        """Adds what the user says, fades the buttons before it, and goes to the end; returns its widget."""
        self._spend(keep_last=False)
        view = view_of(item)
        assert isinstance(view, UserView)  # noqa: S101 (for the type checker: callers give user items)
        await self.mount(view)
        self.anchor()
        return view

    async def show_problem(self, error: BaseException, *, after: UserView | None = None) -> None:
        """Adds a notice of a failure, after the message that failed or at the end."""
        await self.mount(ProblemView(error), after=after if after is not None and after.is_attached else None)
        self.anchor()

    def last_trace(self) -> Trace | None:
        """Returns how the last message came about."""
        return next((view.trace for view in reversed(self.query_children(BotView)) if view.trace is not None), None)

    def _earlier_line(self) -> EarlierLine:
        return EarlierLine(f"↑ {len(self._earlier)} earlier messages: click or press Ctrl+Home", markup=False)

    def _views(self, items: Sequence[Item], *, follow: Widget | None = None) -> list[Widget]:
        views: list[Widget] = [view_of(item) for item in items]
        before = follow
        for view in views:
            # Messages that follow one another in one turn need no second label.
            view.set_class(isinstance(view, BotView) and isinstance(before, BotView) and view.trace is before.trace, "-continued")
            before = view
        return views

    def _spend(self, *, keep_last: bool) -> None:
        views = [view for view in self.query_children(BotView) if view.choices is not None]
        last = self.children[-1] if self.children else None
        for view in views:
            if view.choices is not None and not (keep_last and view is last):
                view.choices.spend()
