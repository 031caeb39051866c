"""The conversations that want a person's eye: gathered from what is stored, taken over, answered, given back, put aside."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from assistant.dialogue.events import ConversationPaused
from assistant.dialogue.handoffs import CLOSED, HandoffRequest, sentiment_of, transcript
from assistant.dialogue.reviewing import CAUSES, Concern, concerns
from assistant.stores.reviews import Review

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.dialogue.events import Event
    from assistant.dialogue.handoffs import Handoff
    from assistant.dialogue.reviewing import Cause
    from assistant.faq.askings import Asking
    from assistant.stores.conversations import ConversationSummary

MOST_READ = 500
"""So many conversations, the last first, are looked through; older ones are there when they were handed over."""


class Ratings(Protocol):
    """What people thought of replies, by turn."""

    def of(self, sender_id: str) -> Mapping[int, int]: ...  # noqa: D102 (described where they are implemented)


class Reviews(Protocol):
    """What was looked through."""

    def all(self) -> Mapping[str, Review]: ...  # noqa: D102

    def mark(self, sender_id: str, n_events: int, agent: str) -> None: ...  # noqa: D102


class Conversations(Protocol):
    """The stored conversations; assistant.stores.conversations.ConversationStore is it."""

    @property
    def ratings(self) -> Ratings: ...  # noqa: D102

    @property
    def reviews(self) -> Reviews: ...  # noqa: D102

    def load(self, sender_id: str) -> tuple[Event, ...]: ...  # noqa: D102

    def senders(self) -> Sequence[ConversationSummary]: ...  # noqa: D102


class Queue(Protocol):
    """The conversations that were handed over; assistant.stores.handoffs.HandoffStore is it."""

    def add(self, sender_id: str, request: HandoffRequest, events: Sequence[Event], expected: int) -> int: ...  # noqa: D102

    def list(self, *, with_closed: bool = False) -> tuple[Handoff, ...]: ...  # noqa: D102

    def take(self, handoff_id: int, agent: str) -> Handoff: ...  # noqa: D102

    def answer(self, handoff_id: int, agent: str, text: str) -> Handoff: ...  # noqa: D102

    def give_back(self, handoff_id: int, agent: str) -> Handoff: ...  # noqa: D102


class Askings(Protocol):
    """What was asked of the FAQ, and what people thought of the answers."""

    def list(self, since: float = 0.0) -> tuple[Asking, ...]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Case:
    """A conversation that wants a person's eye.

    Attributes:
        sender_id: names it; title: what somebody called it, empty when nobody did.
        n_events: how many events it had when it was read.
        last_at: when something last happened in it. Unit: seconds since the epoch.
        last_text: what the user said last.
        concerns: what nobody has looked at yet, the handoff first.
        handoff: where it waits for a person or one has taken it; None: neither.
        sentiment: of the user's messages, in [-1, 1]; None when nothing has measured it.
    """

    sender_id: str
    n_events: int
    last_at: float
    last_text: str
    concerns: tuple[Concern, ...]
    title: str = ""
    handoff: Handoff | None = None
    sentiment: float | None = None

    @property
    def causes(self) -> tuple[Cause, ...]:
        """Why it is here, the most pressing first."""
        found = {concern.cause for concern in self.concerns}
        return tuple(cause for cause in CAUSES if cause in found)


@dataclass(slots=True)
class Inbox:
    """Gathers the cases, and does what an agent decides. Its methods block for milliseconds, the first look for longer.

    Args:
        conversations, handoffs, askings: the stores.
    """

    conversations: Conversations
    handoffs: Queue
    askings: Askings
    _read: dict[tuple[str, int], tuple[tuple[Event, ...], float | None]] = field(default_factory=dict)

    def cases(self) -> tuple[Case, ...]:
        """Returns what wants a person's eye: who waits first, the longest first; then the others, the last first."""
        waiting = {handoff.sender_id: handoff for handoff in self.handoffs.list()}
        reviews, disliked = self.conversations.reviews.all(), self._disliked()
        found = []
        for number, summary in enumerate(self.conversations.senders()):
            if number >= MOST_READ and summary.sender_id not in waiting:
                continue
            review = reviews.get(summary.sender_id, Review(0, "", 0.0))
            handoff = waiting.get(summary.sender_id)
            if handoff is None and summary.n_events <= review.n_events and summary.sender_id not in disliked:
                continue
            case = self._case(summary, handoff, review, disliked.get(summary.sender_id, ()))
            if case.concerns:
                found.append(case)
        return tuple(sorted(found, key=_urgency))

    def events(self, case: Case) -> tuple[Event, ...]:
        """Returns all that has happened in a conversation by now."""
        return self.conversations.load(case.sender_id)

    def refreshed(self, case: Case, events: Sequence[Event]) -> Case:
        """Returns a case as it stands now, with the events that were just read."""
        handoff = next((one for one in self.handoffs.list() if one.sender_id == case.sender_id), None)
        return replace(case, n_events=len(events), handoff=handoff, sentiment=sentiment_of(events))

    def take(self, case: Case, agent: str) -> Handoff:
        """Gives a case to an agent: the assistant keeps silent in it from now on, and returns what names it in the queue.

        Raises:
            HandoffTaken, HandoffClosed: another agent was faster.
            StaleConversation: something was said since the case was read.
            DatabaseUnavailable: the database cannot be written now.
        """
        if case.handoff is not None:
            return self.handoffs.take(case.handoff.id, agent)
        why = f"{agent} took it over: {case.concerns[0].detail}" if case.concerns else f"{agent} took it over"
        said = [line.text for line in transcript(self.conversations.load(case.sender_id)) if line.speaker == "user"]
        request = HandoffRequest(why, f"said last: {said[-1][:200]}" if said else "", case.sentiment)
        number = self.handoffs.add(case.sender_id, request, [ConversationPaused()], case.n_events)
        return self.handoffs.take(number, agent)

    def answer(self, case: Case, agent: str, text: str) -> Handoff:
        """Says something to the user as a person; takes the case over where nobody has.

        Raises:
            HandoffTaken, HandoffClosed, StaleConversation, DatabaseUnavailable: as for take; nothing was said then.
        """
        taken = self.take(case, agent)
        return self.handoffs.answer(taken.id, agent, text)

    def give_back(self, case: Case, agent: str) -> None:
        """Lets the assistant answer again.

        Raises:
            HandoffTaken, HandoffClosed: another agent has it, or has given it back.
        """
        if case.handoff is not None:
            self.handoffs.give_back(case.handoff.id, agent)

    def put_aside(self, case: Case, agent: str) -> None:
        """Takes a case off the list until something happens in it again; gives it back to the assistant where an agent has it.

        Raises:
            HandoffTaken: another agent has it.
            StaleConversation: something was said since the case was read; it stays.
        """
        n_events = case.n_events
        is_open = case.handoff is not None and case.handoff.status != CLOSED
        if is_open and len(self.conversations.load(case.sender_id)) == n_events:  # else the mark below says why it stays
            self.give_back(case, agent)
            n_events += 1  # that it was given back
        self.conversations.reviews.mark(case.sender_id, n_events, agent)

    # --- reading

    def _case(self, summary: ConversationSummary, handoff: Handoff | None, review: Review, disliked: Sequence[Asking]) -> Case:
        events, sentiment = self._events(summary)
        ratings = dict(self.conversations.ratings.of(summary.sender_id))
        found = [one for one in concerns(events, ratings) if one.position >= review.n_events]
        found += [
            Concern("thumb", len(events) - 1, 0, asking.question, f"thumb down for FAQ entry {asking.entry_id}")
            for asking in disliked
            if asking.asked_at > review.reviewed_at
            and not any(one.cause == "thumb" and one.text == asking.question for one in found)
        ]
        if handoff is not None:
            first = Concern("handoff", len(events) - 1, 0, summary.last_text, handoff.request.reason)
            found.insert(0, first)
        return Case(
            summary.sender_id,
            len(events),
            summary.last_at,
            summary.last_text,
            tuple(found),
            summary.title,
            handoff,
            sentiment if handoff is None or handoff.request.sentiment is None else handoff.request.sentiment,
        )

    def _events(self, summary: ConversationSummary) -> tuple[tuple[Event, ...], float | None]:
        """What has happened in a conversation; read again only when more has."""
        key = (summary.sender_id, summary.n_events)
        if key not in self._read:
            if len(self._read) > MOST_READ:
                self._read.clear()
            events = self.conversations.load(summary.sender_id)
            self._read[key] = (events, sentiment_of(events))
        return self._read[key]

    def _disliked(self) -> dict[str, list[Asking]]:
        found: dict[str, list[Asking]] = {}
        for asking in self.askings.list():
            if asking.rating < 0:
                found.setdefault(asking.sender_id, []).append(asking)
        return found


def _urgency(case: Case) -> tuple[int, float]:
    if case.handoff is not None:
        return (0 if case.handoff.status == "waiting" else 1, case.handoff.asked_at)
    return (2, -case.last_at)
