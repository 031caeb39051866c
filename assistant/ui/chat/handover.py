"""Follows a conversation that a person has taken over: what they say is written elsewhere, and shown here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from textual.widgets import Static

from assistant.dialogue.events import ConversationPaused, ConversationResumed, Restarted, UserUttered
from assistant.dialogue.stories import ActionStep, UserStep
from assistant.dialogue.two_stage import YES
from assistant.languages import N_, tr
from assistant.ui.chat.items import GIVEN_BACK, BotItem, DividerItem, items_of_events

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.dialogue.events import Event
    from assistant.dialogue.stories import Story
    from assistant.messages import Reply
    from assistant.ui.chat.items import Item

LOOK_EVERY_S = 1.0
ACTION_HANDOFF: Final = "action_handoff"
OFFERED: Final = N_("⇢ A person can take over: say yes, or just go on writing.")
TAKEN_OVER: Final = N_("⇢ A person has this conversation; /restart brings the assistant back.")


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
        n_turns = sum(isinstance(event, UserUttered) for event in events[:start])
        items = items_of_events(events[start:], n_turns=n_turns)
        if DividerItem(GIVEN_BACK) in items:
            self.end()
        # What the user has written meanwhile stands there already.
        return [item for item in items if isinstance(item, DividerItem) or (isinstance(item, BotItem) and item.is_person)]


@dataclass(frozen=True, slots=True)
class Offers:
    """What leads to a person, as the project's rules and stories have it.

    Attributes:
        actions: after them, a yes hands the conversation over.
        intents: a button with one of them does.
    """

    actions: frozenset[str] = frozenset()
    intents: frozenset[str] = frozenset()

    def is_made(self, reply: Reply) -> bool:
        """Returns whether a reply offers a person."""
        if reply.is_handed_over:
            return False
        payloads = {button.payload for message in reply.messages for button in message.buttons}
        by_button = any(payload.removeprefix("/").split("{")[0] in self.intents for payload in payloads if payload.startswith("/"))
        return by_button or any(decision.action in self.actions for decision in reply.trace.decisions)


def offers_of(stories: Iterable[Story]) -> Offers:
    """Returns what leads to a person in rules and stories."""
    actions, intents = set(), set()
    for story in stories:
        steps = [step for step in story.steps if isinstance(step, ActionStep | UserStep)]
        for place, step in enumerate(steps):
            if not isinstance(step, UserStep) or not step.intent or not _hands_over(steps[place + 1 :]):
                continue
            before = steps[place - 1] if place else None
            if step.intent in YES and isinstance(before, ActionStep):
                actions.add(before.name)
            elif before is None and step.intent not in YES:
                intents.add(step.intent)
    return Offers(frozenset(actions), frozenset(intents))


def _hands_over(steps: Sequence[ActionStep | UserStep]) -> bool:
    """Whether the conversation is handed over before the user says anything else."""
    for step in steps:
        if isinstance(step, UserStep):
            return False
        if step.name == ACTION_HANDOFF:
            return True
    return False


class OfferLine(Static):
    """A banner over the conversation while a person is offered, or has taken over."""

    DEFAULT_CSS = """
    OfferLine {
        display: none; height: 1; padding: 0 2; background: $warning 20%; color: $text-warning;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    """

    def show(self, text: str) -> None:
        """Shows a text, given in English; an empty one hides the banner."""
        self.display = bool(text)
        self.update(tr(text) if text else "")
