"""What a conversation shows, as values: made from stored events after a start, and from replies while talking."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from assistant.dialogue.events import (
    ActionExecuted,
    AgentUttered,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    Restarted,
    SlotSet,
    UserUttered,
)
from assistant.dialogue.handoffs import written
from assistant.dialogue.reminders import is_external
from assistant.languages import N_, tr
from assistant.messages import BotMessage, Decision, Trace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.dialogue.events import Event
    from assistant.messages import Parse, Reply

RESTARTED = N_("Conversation restarted")
HANDED_OVER = N_("A person takes over; /restart brings the assistant back")
GIVEN_BACK = N_("The assistant answers again")
ASSISTANT, TEAM = N_("Assistant"), N_("Support team")


@dataclass(frozen=True, slots=True)
class UserItem:
    """What the user said; title is shown in place of a payload, trace is None and turn 0 until the turn is over."""

    text: str
    title: str = ""
    trace: Trace | None = None
    turn: int = 0


@dataclass(frozen=True, slots=True)
class BotItem:
    """One message of the assistant, or of a person of the team.

    Attributes:
        message: what is said; trace: how it came about.
        is_last: the turn's last, under which the evidence stands.
        author: who says it.
        turn: counted by what the user said, from 1 on; 0: before anything was said.
    """

    message: BotMessage
    trace: Trace | None = None
    is_last: bool = False
    author: str = ASSISTANT
    turn: int = 0

    @property
    def is_person(self) -> bool:
        """Whether a person of the team said it."""
        return self.author != ASSISTANT


@dataclass(frozen=True, slots=True)
class DividerItem:
    """A line that parts the conversation; the text is English, and translated where it is shown."""

    text: str


@dataclass(frozen=True, slots=True)
class ProblemItem:
    """A turn that failed."""

    error: BaseException


Item: TypeAlias = UserItem | BotItem | DividerItem | ProblemItem


@dataclass(slots=True)
class _Turn:
    """The events of one turn, until the next thing the user says."""

    number: int
    said: UserUttered | None = None
    messages: list[tuple[BotMessage, str]] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    slots: dict[str, Any] = field(default_factory=dict)

    def items(self) -> list[Item]:
        trace = self._trace()
        shown: list[Item] = []
        if self.said is not None and not is_external(self.said):  # a reminder was never written by the user
            shown.append(UserItem(written(self.said), str(self.said.metadata.get("title") or ""), trace, self.number))
        last = len(self.messages) - 1
        shown += [
            BotItem(message, trace, position == last, author, self.number)
            for position, (message, author) in enumerate(self.messages)
        ]
        return shown

    def _trace(self) -> Trace:
        parse: Parse | None = self.said.parse if self.said is not None and self.said.parse.intent_ranking else None
        return Trace(parse=parse, decisions=tuple(self.decisions), slots=self.slots)


_DIVIDERS = {Restarted: RESTARTED, ConversationPaused: HANDED_OVER, ConversationResumed: GIVEN_BACK}


def items_of_events(events: Iterable[Event], *, n_turns: int = 0) -> list[Item]:
    """Returns what stored events show; what was understood is put together from them as far as they tell.

    Args:
        events: of a conversation, or its end.
        n_turns: what the user had said before these events.
    """
    shown: list[Item] = []
    turn = _Turn(n_turns)
    for event in events:
        match event:
            case UserUttered():
                shown += turn.items()
                turn = _Turn(turn.number + 1, event)
            case BotUttered(message=message):
                turn.messages.append((message, ASSISTANT))
            case AgentUttered(text=text, data=data):
                name = str(data.get("agent") or "")
                turn.messages.append((BotMessage(text), tr("{name}, support team", name=name) if name else TEAM))
            case ActionExecuted(name=name, policy=policy, confidence=confidence, reason=reason):
                turn.decisions.append(Decision(name, policy or "", 1.0 if confidence is None else confidence, reason))
            case SlotSet(name=name, value=value):
                turn.slots[name] = value
            case Restarted() | ConversationPaused() | ConversationResumed():
                shown += [*turn.items(), DividerItem(_DIVIDERS[type(event)])]
                turn = _Turn(turn.number)
            case _:
                pass
    return shown + turn.items()


def items_of_reply(reply: Reply, turn: int = 0) -> list[Item]:
    """Returns what a reply shows, in which turn."""
    last = len(reply.messages) - 1
    return [BotItem(message, reply.trace, position == last, turn=turn) for position, message in enumerate(reply.messages)]
