"""Handing a conversation over to a person: what they are told of it, and what they then do with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from assistant.dialogue.events import AgentUttered, BotUttered, UserUttered
from assistant.dialogue.summaries import first_telling, summarise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from assistant.dialogue.events import Event
    from assistant.dialogue.tracker import Tracker
    from assistant.messages import Decision

WAITING, TAKEN, CLOSED = "waiting", "taken", "closed"

Speaker: TypeAlias = Literal["user", "bot", "agent"]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was said in a conversation.

    Attributes:
        speaker: who said it; an agent is a person of the team.
        text: what a reader sees of it; buttons are named in brackets.
        at: when. Unit: seconds since the epoch.
        name: of the agent; empty for the others.
    """

    speaker: Speaker
    text: str
    at: float
    name: str = ""

    def as_json(self) -> dict[str, Any]:
        """Returns the line as JSON for programs."""
        return {"speaker": self.speaker, "name": self.name or None, "text": self.text, "at": self.at}


@dataclass(frozen=True, slots=True)
class HandoffRequest:
    """What is told to the team when a conversation is handed over.

    Attributes:
        reason: why, in a clause; summary: what it was about, in a few lines.
        sentiment: of the user's messages, in [-1, 1]; None when nothing has measured it.
    """

    reason: str
    summary: str
    sentiment: float | None = None


@dataclass(frozen=True, slots=True)
class Handoff:
    """A conversation that was handed over, as it stands in the queue.

    Attributes:
        id: names it in the queue.
        sender_id: names the conversation.
        request: what the team was told.
        status: WAITING for a person, TAKEN by one, or CLOSED: the assistant answers again.
        agent: who has taken it; empty while it waits.
        asked_at, taken_at, closed_at: None as long as it has not happened. Unit: seconds since the epoch.
    """

    id: int
    sender_id: str
    request: HandoffRequest
    status: str
    agent: str
    asked_at: float
    taken_at: float | None = None
    closed_at: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Returns the handoff as JSON for programs."""
        return {
            "id": self.id,
            "sender_id": self.sender_id,
            "reason": self.request.reason,
            "summary": self.request.summary,
            "sentiment": self.request.sentiment,
            "status": self.status,
            "agent": self.agent or None,
            "asked_at": self.asked_at,
            "taken_at": self.taken_at,
            "closed_at": self.closed_at,
        }


def request_of(
    tracker: Tracker, decisions: Sequence[Decision], pick: Callable[[Sequence[str]], str] = first_telling
) -> HandoffRequest:
    """Returns what the team is told of a conversation that stops at a turn with these decisions.

    Args:
        tracker: of the conversation.
        decisions: of the turn.
        pick: returns the sentence of some messages that says most.
    """
    return HandoffRequest(_reason(tracker, decisions), summarise(tracker, pick), sentiment_of(tracker.events))


def _reason(tracker: Tracker, decisions: Sequence[Decision]) -> str:
    acted = [decision for decision in decisions if decision.action != "action_listen"]
    why = f"{acted[-1].action}: {acted[-1].reason}" if acted else "the conversation was paused"
    return f"{tracker.intent}, {why}" if tracker.intent else why


def sentiment_of(events: Iterable[Event]) -> float | None:
    """Returns the mean sentiment of what the user said; None when nothing has measured it."""
    said = (event.parse.sentiment for event in events if isinstance(event, UserUttered))
    measured = [sentiment.score for sentiment in said if sentiment is not None]
    return sum(measured) / len(measured) if measured else None


def transcript(events: Iterable[Event]) -> tuple[Line, ...]:
    """Returns all that was said in a conversation, in order."""
    lines = (_line(event) for event in events)
    return tuple(line for line in lines if line is not None)


def written(event: UserUttered) -> str:
    """Returns what a user wrote, in front of what it was translated to where it was."""
    original = event.metadata.get("original_text")
    return f"{original} ({event.text})" if original else event.text


def _line(event: Event) -> Line | None:
    match event:
        case UserUttered():
            return Line("user", written(event), event.timestamp)
        case AgentUttered():
            return Line("agent", event.text, event.timestamp, str(event.data.get("agent") or ""))
        case BotUttered(message=message):
            parts = [message.text or "", message.image or "", message.attachment or ""]
            parts += [f"[{button.title}]" for button in message.buttons]
            return Line("bot", " ".join(part for part in parts if part), event.timestamp)
        case _:
            return None
