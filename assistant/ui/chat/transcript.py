"""The conversation: messages under one another, scrolled to the end unless someone reads further up.

Of a long conversation only a window is mounted: what can be seen, and a screen above and below it. Scrolling moves it along, a few
messages at a time, so that a key is as quick after ten thousand messages as after ten.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from textual.message import Message
from textual.widgets import Static

from assistant.languages import trn
from assistant.ui.chat.items import ProblemItem, UserItem
from assistant.ui.chat.message_view import BotView, EntryView, MessageView, view_of
from assistant.ui.chat.scrollback import FIRST, MOST_MOUNTED, Entry, Scrollback, is_said
from assistant.ui.chat.scrolling import SteadyScroll

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from assistant.ui.chat.choices import Choices
    from assistant.ui.chat.items import Item

EDGE: Final = 3
"""So near to the window's edge, in lines, the next page is mounted before anything else is done."""

PAUSE_S: Final = 0.03
"""Between pages that are not needed yet, keys and drawing have so long."""

_ENTRIES_A_LINE: Final = 2
"""The window may hold so many entries for each line of the terminal. None takes less than two lines, so these are four screens, and
what is let go at one end is not wanted again at once."""


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


class Transcript(SteadyScroll):
    """Shows the items of a conversation; widgets exist for a window of them."""

    DEFAULT_CSS = """
    Transcript { height: 1fr; align-vertical: bottom; padding: 1 0 0 0; scrollbar-size-vertical: 1; }
    """

    @dataclass
    class Moved(Message):
        """The number of things said below what can be seen has changed.

        Attributes:
            n_new: what was said since somebody scrolled up; 0 when the end is seen.
            is_at_end: whether it is.
        """

        n_new: int
        is_at_end: bool

    def __init__(self) -> None:
        super().__init__(id="transcript")
        self.scrollback = Scrollback()
        self.needle = ""
        self._views: dict[Entry, EntryView] = {}
        self._changes = asyncio.Lock()
        self._n_new = 0
        self._told = (0, True)
        self._is_paging = False
        self._is_looking = False

    # --- what there is

    @property
    def live_choices(self) -> Choices | None:
        """The buttons that are offered now."""
        for view in reversed(self.query_children(BotView)):
            if view.choices is not None:
                return None if view.entry.is_spent else view.choices
        return None

    def view(self, entry: Entry) -> EntryView | None:
        """Returns the widget of an entry, while it has one."""
        return self._views.get(entry)

    # --- what comes in

    async def replay(self, items: Sequence[Item], ratings: Mapping[int, int] | None = None) -> None:
        """Shows a stored conversation above what was written since: its end at once, the rest when it is scrolled to."""
        async with self._changes:
            self.scrollback.prepend(items, ratings or {})
            await self._mount(self.scrollback.page_up(FIRST), 0)
            await self._tidy(keep_end=True)
        self.to_end_of_window()
        self._look_ahead_soon()

    async def clear(self) -> None:
        """Empties the screen: another conversation is shown next."""
        async with self._changes:
            await self.remove_children()
            self._views.clear()
            self.scrollback = Scrollback(most=self._most)
            self._n_new = 0
            self.keeps_end = self.is_whole_end = True
        self._tell()

    async def show(self, items: Sequence[Item], *, after: Entry | None = None) -> None:
        """Adds items: after the message that they answer, since another may have been written by then, or at the end."""
        async with self._changes:
            new, place = self.scrollback.add(items, after)
            await self._mount(new, place)
            if not self.keeps_end or not self.is_whole_end:
                self._n_new += sum(map(is_said, new)) if new else len(items)
            await self._tidy(keep_end=self.keeps_end)
        self._tell()

    async def show_user(self, item: UserItem) -> Entry:
        """Adds what the user says, fades the buttons before it, and goes to the end; returns its entry."""
        self._fade()
        await self.show([item])
        await self.to_end()
        return self.scrollback.entries[-1]

    async def show_problem(self, error: BaseException, *, after: Entry | None = None) -> None:
        """Adds a notice of a failure, after the message that failed or at the end."""
        await self.show([ProblemItem(error)], after=after)
        await self.to_end()

    def _fade(self) -> None:
        for entry in self.scrollback.spend():
            view = self._views.get(entry)
            if isinstance(view, BotView) and view.choices is not None:
                view.choices.spend()

    # --- going through it

    async def show_earlier(self) -> None:
        """Shows the page before what is shown."""
        async with self._changes:
            page = self.scrollback.page_up(FIRST)
            if not page:
                return
            self.keeps_end = False
            await self._mount(page, 0)
            await self._tidy(keep_end=False)
        self.scroll_home(animate=False)

    async def to_end(self) -> None:
        """Goes to the end of the conversation, and follows it."""
        if self.scrollback.n_later:
            async with self._changes:
                await self._rebuild(len(self.scrollback.entries))
            self._look_ahead_soon()
        self.to_end_of_window()

    def to_end_of_window(self) -> None:
        """Scrolls to the end of what is mounted."""
        self._n_new = 0
        self.keeps_end = True
        self.scroll_end(animate=False, immediate=True)
        self.refresh(layout=True)
        self._tell()

    async def go_to(self, entry: Entry, *, focus: bool) -> None:
        """Scrolls to an entry, wherever in the conversation it stands.

        Args:
            entry: of this conversation.
            focus: whether it gets the focus, too.
        """
        if entry not in self._views:
            async with self._changes:
                await self._rebuild(self.scrollback.position(entry))
        view = self._views[entry]
        self.keeps_end = False
        if focus:
            view.focus(scroll_visible=False)
        # It can be scrolled to once it has been laid out.
        self.call_after_refresh(self.scroll_to_center, view, animate=False, immediate=True)
        self._look_ahead_soon()

    async def focus_beside(self, view: EntryView, step: int) -> None:
        """Focuses the message before a message, or after it."""
        await self._focus_from(self.scrollback.position(view.entry) + step, step)

    async def focus_last(self) -> None:
        """Focuses the last message."""
        await self._focus_from(len(self.scrollback.entries) - 1, -1)

    async def _focus_from(self, place: int, step: int) -> None:
        """Focuses the first message from a place on, if there is one; one that is not mounted yet is mounted."""
        entries = self.scrollback.entries
        while 0 <= place < len(entries) and not entries[place].text:
            place += step
        if 0 <= place < len(entries):
            if entries[place] in self._views:
                self._views[entries[place]].focus()
            else:
                await self.go_to(entries[place], focus=True)

    def scrolled(self) -> None:
        """Moves the window when its edge comes near, and says whether there is news below."""
        if self.keeps_end:
            self._n_new = 0
        self._tell()
        if self._next_page(EDGE) is not None:
            self._look_ahead()
        else:
            self._look_ahead_soon()

    def on_resize(self) -> None:
        """Holds as many messages as the terminal's height needs."""
        self.scrollback.most = self._most
        self._look_ahead_soon()

    @property
    def _most(self) -> int:
        return max(MOST_MOUNTED, _ENTRIES_A_LINE * self.size.height)

    def _look_ahead_soon(self) -> None:
        """Mounts what may be scrolled to next, when there is time."""
        if not self._is_looking:
            self._is_looking = True
            self.set_timer(PAUSE_S, self._look_again)

    def _look_again(self) -> None:
        self._is_looking = False
        self._look_ahead()

    def _look_ahead(self) -> None:
        if not self._is_paging and self._next_page(self.size.height) is not None:
            self._is_paging = True
            self.call_later(self._page)

    def _next_page(self, slack: int) -> bool | None:
        """Returns whether the page above is needed to have so many lines there, or (False) the one below; None: neither."""
        if self.scroll_y < slack and self.scrollback.n_earlier:
            return True
        return False if self.scroll_y > self.max_scroll_y - slack and self.scrollback.n_later else None

    async def _page(self) -> None:
        try:
            async with self._changes:
                upwards = self._next_page(self.size.height)
                if upwards is None:
                    return
                self.keep(None if self.keeps_end and self.is_whole_end else self._seen())
                await self._mount(*((self.scrollback.page_up(), 0) if upwards else self._page_below()))
                await self._tidy(keep_end=not upwards)
        finally:
            self.call_after_refresh(self._settle)

    def _page_below(self) -> tuple[list[Entry], int]:
        place = len(self.scrollback.mounted)
        return self.scrollback.page_down(), place

    def _settle(self) -> None:
        self.keep(None)
        self._is_paging = False
        self._look_ahead_soon()

    def _seen(self) -> EntryView | None:
        """The message in the middle of what can be seen; it stays where it is when the window moves."""
        middle = self.scroll_y + self.size.height / 2
        views = [(view, place) for view in self._views.values() if (place := self.place_of(view)) is not None]
        return min(views, key=lambda one: abs(one[1].y + one[1].height / 2 - middle), default=(None, None))[0]

    # --- widgets

    async def _mount(self, entries: Sequence[Entry], place: int) -> None:
        """Mounts entries; the first of them stands at a place of the window."""
        if not entries:
            return
        views = [self._made(entry) for entry in entries]
        following = next((v for entry in self.scrollback.mounted[place + len(views) :] if (v := self._views.get(entry))), None)
        self._views |= {view.entry: view for view in views}
        await self.mount_all(views, before=following)

    def _made(self, entry: Entry) -> EntryView:
        view = view_of(entry)
        if self.needle and isinstance(view, MessageView):
            view.needle = self.needle
        return view

    async def _tidy(self, *, keep_end: bool) -> None:
        """Removes what is too much at the other end, and says how much there is above."""
        dropped = self.scrollback.drop_above() if keep_end else self.scrollback.drop_below()
        await self._unmount(dropped)
        self.is_whole_end = not self.scrollback.n_later
        await self._say_earlier()

    async def _unmount(self, entries: Iterable[Entry]) -> None:
        views = [view for entry in entries if (view := self._views.pop(entry, None)) is not None]
        if any(view.has_focus or view.has_focus_within for view in views):
            self.screen.set_focus(None)
        await self.remove_children(views)

    async def _rebuild(self, place: int) -> None:
        """Puts the window around a place."""
        await self._unmount(list(self._views))
        await self._mount(self.scrollback.move_to(place), 0)
        await self._tidy(keep_end=True)

    async def _say_earlier(self) -> None:
        n_earlier = self.scrollback.n_earlier
        lines = self.query_children(EarlierLine)
        if not n_earlier:
            await lines.remove()
            return
        text = trn(
            "↑ {n:,} earlier message: scroll up or press Ctrl+Home",
            "↑ {n:,} earlier messages: scroll up or press Ctrl+Home",
            n_earlier,
        )
        if lines:
            lines.first().update(text)
        else:
            await self.mount(EarlierLine(text, markup=False), before=0)

    def _tell(self) -> None:
        now = (self._n_new, self.keeps_end and self.is_whole_end)
        if now != self._told:
            self._told = now
            self.post_message(self.Moved(*now))

    def mark(self, needle: str) -> None:
        """Marks a text in all messages, also in those that are mounted later; an empty one takes the marks away."""
        if needle == self.needle:
            return
        self.needle = needle
        for view in self.query_children(MessageView):
            view.mark(needle)
