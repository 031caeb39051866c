"""Reads a conversation for the screen: one call for a thread."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.ui.chat.handover import Offers, offers_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.dialogue.events import Event
    from assistant.messages import Reply
    from assistant.ui.ports import AgentPort


@dataclass(frozen=True, slots=True)
class Opened:
    """A conversation as it is stored, and what the screen has to know of the bot.

    Attributes:
        events: so far.
        greeting: what the assistant says first; None where it has been said, or nothing is to be said.
        ratings: the thumb of each turn that was given one.
        intents: that can be sent with a slash.
        offers: what leads to a person.
    """

    events: tuple[Event, ...]
    greeting: Reply | None
    ratings: Mapping[int, int] = field(default_factory=dict)
    intents: frozenset[str] = frozenset()
    offers: Offers = field(default_factory=Offers)


def read_conversation(agent: AgentPort, sender_id: str) -> Opened:
    """Returns a conversation; the assistant greets where it has not begun.

    Raises:
        StoreError: the database cannot be used now.
    """
    events = agent.events(sender_id)
    greeting = agent.start_conversation(sender_id)
    ratings = agent.conversations.ratings.of(sender_id)
    return Opened(events, greeting, ratings, frozenset(agent.domain.intent_names()), offers_of(agent.stories))
