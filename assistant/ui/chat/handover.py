"""Follows a conversation that a person has taken over: what they say is written elsewhere, and shown here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialogue.events import ConversationPaused, ConversationResumed, Restarted
from assistant.ui.chat.items import GIVEN_BACK, BotItem, DividerItem, items_of_events

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.dialogue.events import Event
    from assistant.ui.chat.items import Item

LOOK_EVERY_S = 1.0


def is_handed_over(events: Iterable[Event]) -> bool:
    """Returns whether a conversation with these events is left to a person now."""
    is_paused = False
    for event in events:
        if isinstance(event, ConversationPaused | ConversationResumed | Restarted):
            is_paused = isinstance(event, ConversationPaused)
    return is_paused


class PersonWatch:
    """Finds what a person of the team has said since the last look.

    Attributes:
        is_on: the conversation is left to a person.
    """

    def __init__(self) -> None:
        self.is_on = False
        self._n_seen = 0

    def begin(self, n_seen: int = 0) -> None:
        """Starts to look, past the events that are shown already."""
        self.is_on = True
        self._n_seen = n_seen

    def end(self) -> None:
        """Stops to look: the assistant answers again."""
        self.is_on = False

    def look(self, events: Sequence[Event]) -> list[Item]:
        """Returns what is to be shown of a conversation's events that were not there at the last look."""
        paused = [number for number, event in enumerate(events) if isinstance(event, ConversationPaused)]
        start = max(self._n_seen, paused[-1] + 1 if paused else 0)
        self._n_seen = len(events)
        items = items_of_events(events[start:])
        if DividerItem(GIVEN_BACK) in items:
            self.end()
        # What the user has written meanwhile stands there already.
        return [item for item in items if isinstance(item, DividerItem) or (isinstance(item, BotItem) and item.is_person)]
