"""The whole conversation as values, and which part of it is made into widgets now: a window that never outgrows its bound.

It knows nothing of the terminal. The widget that shows it mounts and removes what the changes returned here name.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from assistant.ui.chat.items import BotItem, ProblemItem, UserItem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from assistant.messages import Trace
    from assistant.ui.chat.items import Item

PAGE: Final = 8
"""How many items are made into widgets at a time when somebody comes near the window's edge: so few that no key waits for it."""

FIRST: Final = 18
"""How many are made at once where nothing is shown yet: what fills most terminals."""

MOST_MOUNTED: Final = 48
"""At most so many items are widgets at once, more only on high terminals; a page more while one is put in the place of another."""


@dataclass(eq=False, slots=True)
class Entry:
    """One item of the conversation, and what became of it; it stays the same while widgets for it come and go.

    Attributes:
        item: what it shows.
        rating: the thumb it was given: 1, -1, or 0 for none.
        is_spent: its buttons are not offered any more.
        is_continued: it follows another of the same turn, and needs no label.
        folded: the text as it is searched; None until it was searched for the first time.
    """

    item: Item
    rating: int = 0
    is_spent: bool = False
    is_continued: bool = False
    folded: str | None = None

    @property
    def trace(self) -> Trace | None:
        """How the turn came about; None where it is not known yet, or nothing can be told of it."""
        return self.item.trace if isinstance(self.item, UserItem | BotItem) else None

    @property
    def turn(self) -> int:
        """The turn it belongs to, counted by what the user said; 0: before anything was said, or not known yet."""
        return self.item.turn if isinstance(self.item, UserItem | BotItem) else 0

    @property
    def has_buttons(self) -> bool:
        """Whether the message came with buttons."""
        return isinstance(self.item, BotItem) and bool(self.item.message.buttons)

    @property
    def text(self) -> str:
        """What can be searched: what the message says, and what its buttons do."""
        match self.item:
            case UserItem():
                return self.item.title or self.item.text
            case BotItem(message=message):
                return "\n".join([message.text or "", *(button.title for button in message.buttons)])
            case _:
                return ""

    def learn(self, trace: Trace, turn: int) -> None:
        """Takes in how the message's turn came about, now that it is over."""
        if isinstance(self.item, UserItem):
            self.item = replace(self.item, trace=trace, turn=turn)


@dataclass(slots=True)
class Scrollback:
    """All entries, oldest first; those in ``[first, last)`` are the window that is mounted.

    Attributes:
        most: entries in the window.
    """

    entries: list[Entry] = field(default_factory=list)
    first: int = 0
    last: int = 0
    most: int = MOST_MOUNTED

    @property
    def n_earlier(self) -> int:
        """Entries above the window."""
        return self.first

    @property
    def n_later(self) -> int:
        """Entries below the window."""
        return len(self.entries) - self.last

    @property
    def mounted(self) -> Sequence[Entry]:
        """The entries of the window."""
        return self.entries[self.first : self.last]

    def prepend(self, items: Iterable[Item], ratings: Mapping[int, int]) -> None:
        """Puts a stored conversation before what was written since; the window stays where it is.

        Args:
            items: of the stored conversation.
            ratings: the thumb of each turn that was given one.
        """
        stored = _entries(items, None)
        for entry in stored:
            entry.is_spent = True
            if isinstance(entry.item, BotItem) and entry.item.is_last:
                entry.rating = ratings.get(entry.turn, 0)
        if stored and not self.entries:
            stored[-1].is_spent = False
        self.entries[:0] = stored
        self.first += len(stored)
        self.last += len(stored)

    def add(self, items: Iterable[Item], after: Entry | None = None) -> tuple[list[Entry], int]:
        """Adds items after an entry, or at the end; the window takes them in where it reaches there.

        Returns:
            the new entries that are in the window now, and at which of its places the first of them stands.
        """
        place = self.position(after) + 1 if after is not None else len(self.entries)
        new = _entries(items, self.entries[place - 1] if place else None)
        self.entries[place:place] = new
        if place < self.first:
            self.first += len(new)
            self.last += len(new)
            return [], 0
        if place > self.last:
            return [], 0
        self.last += len(new)
        return new, place - self.first

    def position(self, entry: Entry) -> int:
        """Returns where an entry stands; searched from the end, since most questions are about what was said last.

        Raises:
            ValueError: it is not there.
        """
        for place in range(len(self.entries) - 1, -1, -1):
            if self.entries[place] is entry:
                return place
        raise ValueError(entry)

    def holds(self, entry: Entry) -> bool:
        """Returns whether an entry is there."""
        return any(one is entry for one in reversed(self.entries))

    def page_up(self, n_most: int = PAGE) -> list[Entry]:
        """Takes in the page above the window, and returns it."""
        start = max(self.first - n_most, 0)
        page, self.first = self.entries[start : self.first], start
        return page

    def page_down(self) -> list[Entry]:
        """Takes in the page below the window, and returns it."""
        end = min(self.last + PAGE, len(self.entries))
        page, self.last = self.entries[self.last : end], end
        return page

    def drop_above(self) -> list[Entry]:
        """Lets go of what is too much at the window's upper end, and returns it."""
        start = max(self.first, self.last - self.most)
        dropped, self.first = self.entries[self.first : start], start
        return dropped

    def drop_below(self) -> list[Entry]:
        """Lets go of what is too much at the window's lower end, and returns it."""
        end = min(self.last, self.first + self.most)
        dropped, self.last = self.entries[end : self.last], end
        return dropped

    def move_to(self, place: int) -> list[Entry]:
        """Puts a small window around a place, and returns its entries."""
        self.last = min(max(place + FIRST // 2, FIRST), len(self.entries))
        self.first = max(self.last - FIRST, 0)
        return self.entries[self.first : self.last]

    def spend(self) -> list[Entry]:
        """Marks all buttons as not offered any more, and returns the entries that had some till now."""
        spent = [entry for entry in self._latest() if entry.has_buttons and not entry.is_spent]
        for entry in spent:
            entry.is_spent = True
        return spent

    def last_trace(self) -> Trace | None:
        """Returns how the last message of the assistant came about."""
        return next((entry.trace for entry in self._latest() if isinstance(entry.item, BotItem) and entry.trace), None)

    def sentiments(self, n_most: int) -> list[float]:
        """Returns what was measured of the user's last messages, oldest first, each in [-1, 1]; others are left out."""
        found: list[float] = []
        for entry in self._latest():
            parse = entry.trace.parse if isinstance(entry.item, UserItem) and entry.trace is not None else None
            if parse is not None and parse.sentiment is not None:
                found.append(parse.sentiment.score)
                if len(found) == n_most:
                    break
        return found[::-1]

    def _latest(self) -> Iterator[Entry]:
        return reversed(self.entries)


def _entries(items: Iterable[Item], before: Entry | None) -> list[Entry]:
    made: list[Entry] = []
    for item in items:
        entry = Entry(item)
        both_said = isinstance(item, BotItem) and before is not None and isinstance(before.item, BotItem)
        entry.is_continued = both_said and before is not None and entry.trace is before.trace
        made.append(entry)
        before = entry
    return made


def is_said(entry: Entry) -> bool:
    """Returns whether an entry is something that the assistant or a person of the team said, or that went wrong: news."""
    return isinstance(entry.item, BotItem | ProblemItem)
