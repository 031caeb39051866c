"""Reads what can be corrected out of a conversation: its messages as they were understood, and its course as a story."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.dialogue.events import (
    ActionExecuted,
    ActiveLoop,
    ConversationPaused,
    ConversationResumed,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from assistant.dialogue.payloads import is_payload
from assistant.dialogue.policies.fallback import NLU_FALLBACK
from assistant.dialogue.slots import REQUESTED_SLOT
from assistant.dialogue.stories import ActionStep, LoopStep, SlotStep, Step, UserStep
from assistant.dialogue.tracker import ACTION_LISTEN, ACTION_SESSION_START, ASIDE, Tracker
from assistant.errors import NoSuchTurn, NotInText, Place
from assistant.messages import Entity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.dialogue.domain import Domain
    from assistant.dialogue.events import Event

HERE = Place("the conversation")
_ENTITY = re.compile(r"(?P<name>[^=:]+)(?::(?P<role>[^=]+))?=(?P<text>.+?)(?:=>(?P<value>.+))?", re.DOTALL)


def turns(events: Iterable[Event]) -> list[UserUttered]:
    """Returns what the user has said, in order."""
    return [event for event in events if isinstance(event, UserUttered)]


def message_at(events: Sequence[Event], turn: int | None, sender_id: str) -> UserUttered:
    """Returns what the user said in a turn.

    Args:
        events: of the conversation.
        turn: from 1 on; None: the last one.
        sender_id: names the conversation.

    Raises:
        NoSuchTurn: there is no such turn.
    """
    said = turns(events)
    number = len(said) if turn is None else turn
    if not 0 < number <= len(said):
        raise NoSuchTurn(sender_id=sender_id, turn=number, n_turns=len(said))
    return said[number - 1]


def understood(message: UserUttered, domain: Domain) -> tuple[Entity, ...]:
    """Returns the entities of a message that can stand in an example; their values are what was written."""
    text = message.text
    known = (entity for entity in message.parse.entities if entity.entity in domain.entities and not is_payload(text))
    return tuple(
        Entity(entity.entity, entity.start, entity.end, text[entity.start : entity.end], entity.role, entity.group)
        for entity in known
        if 0 <= entity.start < entity.end <= len(text)
    )


def entities_named(text: str, named: Iterable[str]) -> tuple[Entity, ...]:
    """Returns entities that a person has named as ``NAME=TEXT``, ``NAME:ROLE=TEXT`` or ``NAME=TEXT=>VALUE``.

    The same text named twice is found at its first and its second place.

    Raises:
        NotInText: the message does not have the text, or not as often.
    """
    found: list[Entity] = []
    for written in named:
        match = _ENTITY.fullmatch(written)
        part = match["text"].strip() if match else ""
        start = next(
            (at for at in _places(text, part) if not any(one.start < at + len(part) and at < one.end for one in found)), -1
        )
        if match is None or start < 0:
            raise NotInText(part=part or written, text=text)
        role, value = match["role"], match["value"]
        found.append(
            Entity(match["name"].strip(), start, start + len(part), (value or part).strip(), role.strip() if role else None)
        )
    return tuple(sorted(found, key=lambda entity: entity.start))


def _places(text: str, part: str) -> list[int]:
    return [match.start() for match in re.finditer(re.escape(part), text)] if part else []


def steps_of(
    events: Sequence[Event],
    domain: Domain,
    *,
    turn: int | None = None,
    intent: str | None = None,
    entities: Sequence[Entity] | None = None,
    actions: Sequence[str] | None = None,
    has_texts: bool = False,
) -> tuple[Step, ...]:
    """Returns the course of a conversation as the steps of a story or test, since its session began.

    What was taken back before the last message, that the assistant listened, and slots that policies do not see are left out.

    Args:
        events: of the conversation.
        domain: says which slots policies see.
        turn: the last one of the story, from 1 on; None: all.
        intent: what the last message means in truth; None: as it was understood.
        entities: its entities in truth; None: as they were understood.
        actions: what should be done about the last message; None: as it was done.
        has_texts: with what the user wrote, as tests have it.

    Raises:
        NoSuchTurn: there is no such turn.
    """
    last = message_at(events, turn, "")
    at = next(index for index, event in enumerate(events) if event is last)
    end = next((index for index in range(at + 1, len(events)) if isinstance(events[index], UserUttered)), len(events))
    steps: list[Step] = []
    is_paused = False
    for event in Tracker("", domain, events[:at]).applied_events():
        if isinstance(event, SessionStarted):
            steps.clear()
        elif isinstance(event, ConversationPaused | ConversationResumed):
            is_paused = isinstance(event, ConversationPaused)
        elif not is_paused:  # what is said to a person is no matter of the assistant's
            steps += _steps(event, domain, has_texts=has_texts)
    steps.append(_user(last, domain, intent, entities, has_texts=has_texts))
    if actions is not None:
        return (*steps, *(ActionStep(HERE, name) for name in actions))
    # What was taken back in the turn itself, as a fallback does, was done all the same.
    return (*steps, *(step for event in events[at + 1 : end] for step in _steps(event, domain, has_texts=has_texts)))


def _steps(event: Event, domain: Domain, *, has_texts: bool) -> list[Step]:
    match event:
        case UserUttered():
            return [_user(event, domain, None, None, has_texts=has_texts)]
        case ActionExecuted(policy=policy) if policy in ASIDE and not has_texts:  # beside the conversation: no story has it
            return []
        case ActionExecuted(name=name) if name not in {ACTION_LISTEN, ACTION_SESSION_START}:
            return [ActionStep(HERE, name)]
        case ActiveLoop(name=name):
            return [LoopStep(HERE, name)]
        case SlotSet(name=name, value=value) if _is_seen(name, value, domain):
            return [SlotStep(HERE, ((name, value),))]
        case _:  # of what else happened the next action tells
            return []


def _is_seen(name: str, value: object, domain: Domain) -> bool:
    if name == REQUESTED_SLOT:
        return value is None
    slot = domain.slots.get(name)
    return slot is not None and slot.influences


def _user(
    event: UserUttered, domain: Domain, intent: str | None, entities: Sequence[Entity] | None, *, has_texts: bool
) -> UserStep:
    found = tuple(event.parse.entities if is_payload(event.text) else understood(event, domain)) if entities is None else entities
    name = intent or event.parse.intent.name or NLU_FALLBACK
    if not has_texts:
        return UserStep(HERE, name, None, tuple(found))
    sentiment, flags = event.parse.sentiment, tuple(flag.category for flag in event.parse.flags)
    is_bad = sentiment is not None and sentiment.label == "negative"
    return UserStep(HERE, name, event.text, tuple(found), sentiment if is_bad else None, flags)
