"""The events of a conversation: all that is ever stored of it, in Rasa's JSON.

Each class is one event type; ``as_json`` and ``event_from_json`` are inverse to one another. What an event does to the state is the
tracker's business.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from assistant.messages import BotMessage, Button, Entity, Parse

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class _Timed:
    """When something happened: seconds since the epoch, UTC."""

    timestamp: float = field(default_factory=time.time)
    kind: ClassVar[str] = ""

    def _fields(self) -> dict[str, Any]:
        return {}

    def as_json(self) -> dict[str, Any]:
        """Returns the event in Rasa's JSON."""
        return {"event": self.kind, "timestamp": self.timestamp} | self._fields()


@dataclass(frozen=True, slots=True)
class UserUttered(_Timed):
    """The user said something, and this is what was understood."""

    kind: ClassVar[str] = "user"
    text: str
    parse: Parse = field(default_factory=lambda: Parse(""))
    channel: str = "cli"
    message_id: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def _fields(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "parse_data": self.parse.as_json(),
            "input_channel": self.channel,
            "message_id": self.message_id,
            "metadata": dict(self.metadata),
        }


@dataclass(frozen=True, slots=True)
class BotUttered(_Timed):
    """The assistant said something."""

    kind: ClassVar[str] = "bot"
    message: BotMessage

    def _fields(self) -> dict[str, Any]:
        message = self.message
        data = {
            "buttons": [{"title": button.title, "payload": button.payload} for button in message.buttons] or None,
            "image": message.image,
            "attachment": message.attachment,
            "custom": dict(message.custom) if message.custom else None,
        }
        return {"text": message.text, "data": data, "metadata": dict(message.metadata)}


@dataclass(frozen=True, slots=True)
class ActionExecuted(_Timed):
    """An action ran to its end; reason says why it was chosen."""

    kind: ClassVar[str] = "action"
    name: str
    policy: str | None = None
    confidence: float | None = None
    reason: str = ""

    def _fields(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"name": self.name, "policy": self.policy, "confidence": self.confidence}
        return shown | ({"reason": self.reason} if self.reason else {})


@dataclass(frozen=True, slots=True)
class ActionExecutionRejected(_Timed):
    """An action declined to run, so that another may."""

    kind: ClassVar[str] = "action_execution_rejected"
    name: str
    policy: str | None = None
    confidence: float | None = None

    def _fields(self) -> dict[str, Any]:
        return {"name": self.name, "policy": self.policy, "confidence": self.confidence}


@dataclass(frozen=True, slots=True)
class SlotSet(_Timed):
    """A slot got a value; None empties it."""

    kind: ClassVar[str] = "slot"
    name: str
    value: Any = None

    def _fields(self) -> dict[str, Any]:
        return {"name": self.name, "value": self.value}


@dataclass(frozen=True, slots=True)
class ActiveLoop(_Timed):
    """A form became active; None: none is active any more."""

    kind: ClassVar[str] = "active_loop"
    name: str | None = None

    def _fields(self) -> dict[str, Any]:
        return {"name": self.name}


@dataclass(frozen=True, slots=True)
class LoopInterrupted(_Timed):
    """The active form was (or is no longer) set aside for something else the user wanted."""

    kind: ClassVar[str] = "loop_interrupted"
    is_interrupted: bool = True

    def _fields(self) -> dict[str, Any]:
        return {"is_interrupted": self.is_interrupted}


@dataclass(frozen=True, slots=True)
class FollowupAction(_Timed):
    """The next action is fixed, whatever the policies say."""

    kind: ClassVar[str] = "followup"
    name: str

    def _fields(self) -> dict[str, Any]:
        return {"name": self.name}


@dataclass(frozen=True, slots=True)
class AgentUttered(_Timed):
    """A person of the support team said something."""

    kind: ClassVar[str] = "agent"
    text: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    def _fields(self) -> dict[str, Any]:
        return {"text": self.text, "data": dict(self.data)}


@dataclass(frozen=True, slots=True)
class ReminderScheduled(_Timed):
    """An intent shall be triggered at a time."""

    kind: ClassVar[str] = "reminder"
    intent: str
    date_time: str
    name: str = ""
    entities: tuple[Mapping[str, Any], ...] = ()
    kill_on_user_msg: bool = True

    def _fields(self) -> dict[str, Any]:
        return {
            "intent": self.intent,
            "entities": [dict(entity) for entity in self.entities],
            "date_time": self.date_time,
            "name": self.name,
            "kill_on_user_msg": self.kill_on_user_msg,
        }


@dataclass(frozen=True, slots=True)
class ReminderCancelled(_Timed):
    """Reminders that fit are cancelled; None fits any."""

    kind: ClassVar[str] = "cancel_reminder"
    name: str | None = None
    intent: str | None = None
    entities: tuple[Mapping[str, Any], ...] | None = None

    def _fields(self) -> dict[str, Any]:
        entities = None if self.entities is None else [dict(entity) for entity in self.entities]
        return {"name": self.name, "intent": self.intent, "entities": entities}


@dataclass(frozen=True, slots=True)
class Restarted(_Timed):
    """The conversation starts anew: nothing before counts."""

    kind: ClassVar[str] = "restart"


@dataclass(frozen=True, slots=True)
class SessionStarted(_Timed):
    """A new session of the conversation starts."""

    kind: ClassVar[str] = "session_started"


@dataclass(frozen=True, slots=True)
class SessionEnded(_Timed):
    """The session is over."""

    kind: ClassVar[str] = "session_ended"


@dataclass(frozen=True, slots=True)
class UserUtteranceReverted(_Timed):
    """The last user message and all after it count as never said."""

    kind: ClassVar[str] = "rewind"


@dataclass(frozen=True, slots=True)
class ActionReverted(_Timed):
    """The last action and all after it count as never done."""

    kind: ClassVar[str] = "undo"


@dataclass(frozen=True, slots=True)
class AllSlotsReset(_Timed):
    """All slots have their initial values again."""

    kind: ClassVar[str] = "reset_slots"


@dataclass(frozen=True, slots=True)
class ConversationPaused(_Timed):
    """The assistant keeps silent: a person has taken over."""

    kind: ClassVar[str] = "pause"


@dataclass(frozen=True, slots=True)
class ConversationResumed(_Timed):
    """The assistant answers again."""

    kind: ClassVar[str] = "resume"


@dataclass(frozen=True, slots=True)
class EntitiesAdded(_Timed):
    """More entities were found in the last message, in Rasa's JSON."""

    kind: ClassVar[str] = "entities"
    entities: tuple[Entity, ...] = ()

    def _fields(self) -> dict[str, Any]:
        return {"entities": [entity.as_json() for entity in self.entities]}


@dataclass(frozen=True, slots=True)
class UserFeaturized(_Timed):
    """Rasa's note whether its policies looked at the text of the last message or at its intent; it changes nothing here."""

    kind: ClassVar[str] = "user_featurization"
    use_text: bool = False

    def _fields(self) -> dict[str, Any]:
        return {"use_text_for_featurization": self.use_text}


@dataclass(frozen=True, slots=True)
class StoryExported(_Timed):
    """The conversation was exported as a story."""

    kind: ClassVar[str] = "export"


Event: TypeAlias = (
    UserUttered | BotUttered | ActionExecuted | ActionExecutionRejected | SlotSet | ActiveLoop | LoopInterrupted | FollowupAction
    | AgentUttered | ReminderScheduled | ReminderCancelled | Restarted | SessionStarted | SessionEnded | UserUtteranceReverted
    | ActionReverted | AllSlotsReset | ConversationPaused | ConversationResumed | StoryExported | EntitiesAdded | UserFeaturized
)  # fmt: skip

_WITHOUT_FIELDS: dict[str, type[Event]] = {
    event.kind: event
    for event in (
        Restarted,
        SessionStarted,
        SessionEnded,
        UserUtteranceReverted,
        ActionReverted,
        AllSlotsReset,
        ConversationPaused,
        ConversationResumed,
        StoryExported,
    )
}


def event_from_json(data: Mapping[str, Any]) -> Event | None:
    """Returns the event that Rasa's JSON describes, or None for a kind or shape that is not known.

    The deprecated names ``form`` and ``form_validation`` of older actions are read as what replaced them. A timestamp that is
    missing becomes now.
    """
    kind = data.get("event")
    if not isinstance(kind, str):
        return None
    try:
        timed: dict[str, Any] = {"timestamp": _time(data.get("timestamp"))}
        if kind in _WITHOUT_FIELDS:
            return _WITHOUT_FIELDS[kind](**timed)
        read = _READERS.get(kind)
        return read(data, timed) if read else None
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


# --- what a field must be: actions answer anything ------------------------------------------------------------------------------


def _time(value: Any) -> float:
    return time.time() if value is None else float(value)


def _name(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _optional_name(value: Any) -> str | None:
    return None if value is None else _name(value)


def _shown(value: Any) -> str | None:
    """What is shown may come as a number."""
    return str(value) if isinstance(value, int | float) else _optional_name(value)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict | None):
        raise TypeError(value)
    return value or {}


def _mappings(value: Any) -> tuple[dict[str, Any], ...]:
    return tuple(_mapping(item) for item in value or ())


def _entities(value: Any) -> tuple[dict[str, Any], ...]:
    """Entities as Rasa's JSON, or as rasa-sdk lets them be written for reminders: name and value alone."""
    if isinstance(value, dict):
        return tuple({"entity": _name(name), "value": found} for name, found in value.items())
    return _mappings(value)


# --- the kinds ------------------------------------------------------------------------------------------------------------------


def _user(data: Mapping[str, Any], timed: dict[str, Any]) -> UserUttered:
    return UserUttered(
        text=_name(data.get("text") or ""),
        parse=Parse.from_json(_mapping(data.get("parse_data"))),
        channel=_name(data.get("input_channel") or ""),
        message_id=_name(data.get("message_id") or ""),
        metadata=_mapping(data.get("metadata")),
        **timed,
    )


def _bot(data: Mapping[str, Any], timed: dict[str, Any]) -> BotUttered:
    parts = _mapping(data.get("data"))
    return BotUttered(bot_message_from_json({**parts, "text": data.get("text"), "metadata": data.get("metadata")}), **timed)


def bot_message_from_json(data: Mapping[str, Any]) -> BotMessage:
    """Returns the message that an action's response or a stored event describes; other keys are left aside.

    Raises:
        TypeError: a part is not what it should be, such as a text that is a list.
    """
    buttons = tuple(
        Button(_shown(button.get("title")) or "", _shown(button.get("payload") or button.get("title")) or "")
        for button in _mappings(data.get("buttons"))
    )
    return BotMessage(
        text=_shown(data.get("text")),
        buttons=buttons,
        image=_shown(data.get("image")),
        attachment=_shown(data.get("attachment")),
        custom=_mapping(data.get("custom")) or None,
        metadata=_mapping(data.get("metadata")),
    )


_READERS: dict[str, Any] = {
    "user": _user,
    "bot": _bot,
    "action": lambda d, t: ActionExecuted(
        _name(d["name"]), _optional_name(d.get("policy")), _number(d.get("confidence")), _name(d.get("reason") or ""), **t
    ),
    "action_execution_rejected": lambda d, t: ActionExecutionRejected(
        _name(d["name"]), _optional_name(d.get("policy")), _number(d.get("confidence")), **t
    ),
    "slot": lambda d, t: SlotSet(_name(d["name"]), d.get("value"), **t),
    "active_loop": lambda d, t: ActiveLoop(_optional_name(d.get("name")), **t),
    "form": lambda d, t: ActiveLoop(_optional_name(d.get("name")), **t),
    "loop_interrupted": lambda d, t: LoopInterrupted(bool(d.get("is_interrupted")), **t),
    "form_validation": lambda d, t: LoopInterrupted(not d.get("validate", True), **t),
    "followup": lambda d, t: FollowupAction(_name(d["name"]), **t),
    "entities": lambda d, t: EntitiesAdded(tuple(Entity.from_json(entity) for entity in _mappings(d["entities"])), **t),
    "user_featurization": lambda d, t: UserFeaturized(bool(d.get("use_text_for_featurization")), **t),
    "agent": lambda d, t: AgentUttered(_shown(d.get("text")) or "", _mapping(d.get("data")), **t),
    "reminder": lambda d, t: ReminderScheduled(
        _name(d["intent"]),
        str(d["date_time"]),
        _name(d.get("name") or ""),
        _entities(d.get("entities")),
        bool(d.get("kill_on_user_msg", True)),
        **t,
    ),
    "cancel_reminder": lambda d, t: ReminderCancelled(
        _optional_name(d.get("name")),
        _optional_name(d.get("intent")),
        None if d.get("entities") is None else _entities(d["entities"]),
        **t,
    ),
}
