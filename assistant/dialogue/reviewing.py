"""Finds what a person of the team should look at in a conversation: what was not understood, what was no help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from assistant.dialogue.events import ActionExecuted, BotUttered, UserUttered
from assistant.dialogue.payloads import is_payload
from assistant.dialogue.policies.fallback import NLU_FALLBACK
from assistant.dialogue.policies.faq import ACTION_ANSWER_FAQ
from assistant.dialogue.reminders import is_external
from assistant.dialogue.tracker import ACTION_LISTEN
from assistant.languages import tr

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from assistant.dialogue.events import Event

Cause: TypeAlias = Literal["handoff", "thumb", "fallback", "unsure"]
CAUSES: Final[tuple[Cause, ...]] = ("handoff", "thumb", "fallback", "unsure")
"""Why a conversation is looked at, the most pressing first."""

SURE: Final = 0.6
"""A message whose best intent is less probable than this is looked at, although the assistant acted on it."""


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that a person should look at.

    Attributes:
        cause: why.
        position: of the user's message among the events.
        turn: of that message, counted by what the user said, from 1 on; 0: before anything was said.
        text: of that message.
        detail: what makes it one, in a clause.
    """

    cause: Cause
    position: int
    turn: int
    text: str
    detail: str


def concerns(events: Sequence[Event], ratings: Mapping[int, int] | None = None) -> tuple[Concern, ...]:
    """Returns what a person should look at in a conversation, in its order; at most one concern a message, the most pressing.

    Args:
        events: of the conversation.
        ratings: thumbs by turn, -1 is down; None: there are none.
    """
    found = []
    for number, (position, turn) in enumerate(_turns(events), start=1):
        concern = _concern(position, number, turn, (ratings or {}).get(number, 0))
        if concern is not None:
            found.append(concern)
    return tuple(found)


def _turns(events: Sequence[Event]) -> Iterator[tuple[int, Sequence[Event]]]:
    """Yields where each user message stands, with the events from it to the next."""
    starts = [index for index, event in enumerate(events) if isinstance(event, UserUttered)]
    for start, end in zip(starts, [*starts[1:], len(events)], strict=True):
        yield start, events[start:end]


def _concern(position: int, number: int, turn: Sequence[Event], rating: int) -> Concern | None:
    said = turn[0]
    assert isinstance(said, UserUttered)  # noqa: S101 (turns begin so)
    if rating < 0:
        return Concern("thumb", position, number, said.text, tr("thumb down for the answer"))
    if is_payload(said.text) or is_external(said) or not said.text.strip():
        return None
    why = _fallback(said, turn)
    if why:
        return Concern("fallback", position, number, said.text, why)
    best = said.parse.intent
    if said.parse.intent_ranking and best.confidence < SURE:
        return Concern(
            "unsure",
            position,
            number,
            said.text,
            tr("taken for {intent}, {share:.0%} sure", intent=best.name, share=best.confidence),
        )
    return None


def _fallback(said: UserUttered, turn: Sequence[Event]) -> str:
    """Returns how a turn failed to answer; empty when it did not."""
    done = [event for event in turn if isinstance(event, ActionExecuted) and event.name != ACTION_LISTEN]
    if any(event.policy == "fallback" for event in done):
        return tr("nothing fitted, so the fallback answered")
    if said.parse.intent.name == NLU_FALLBACK and not any(event.policy in {"form", "faq"} for event in done):
        return tr("not understood")
    answered = any(isinstance(event, BotUttered) and "faq_entry" in event.message.metadata for event in turn)
    return tr("the FAQ had no answer") if not answered and any(event.name == ACTION_ANSWER_FAQ for event in done) else ""
