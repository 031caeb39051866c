"""The tracker: the events of one conversation, and the state folded from them.

The fold is pure: the same events give the same state, whether folded one by one or replayed at once. Nothing else holds state.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from assistant.dialogue.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    AllSlotsReset,
    ConversationPaused,
    ConversationResumed,
    EntitiesAdded,
    Event,
    FollowupAction,
    LoopInterrupted,
    Restarted,
    SessionEnded,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.dialogue.domain import Domain
    from assistant.dialogue.slots import Feature
    from assistant.messages import Entity, Parse

ACTION_LISTEN = "action_listen"
ACTION_SESSION_START = "action_session_start"
ACTION_TWO_STAGE_FALLBACK = "action_two_stage_fallback"
"""The one loop that is no form."""
MODERATION, MOOD = "moderation", "mood"
ASIDE = frozenset({MODERATION, MOOD})
"""Policies whose actions stand beside the conversation: for rules, stories and forms they have not been."""
_FROM_THE_START = -1


class State(NamedTuple):
    """What the policies see at one moment, hashable.

    Attributes:
        intent: of the last message; None before the first.
        entities: names of its entities that policies may see, sorted, with ``#role`` and ``#group``.
        prev_action: the action that ran last; None at the very start.
        slots: (name, feature) of the slots that are set and influence the conversation, sorted.
        active_loop: the active form.
    """

    intent: str | None = None
    entities: tuple[str, ...] = ()
    prev_action: str | None = None
    slots: tuple[tuple[str, Feature], ...] = ()
    active_loop: str | None = None


class PastStep(NamedTuple):
    """An action of the past with the state it was chosen in, and when each of the state's slots was set (as index of a step)."""

    state: State
    action: str
    slot_steps: tuple[tuple[str, int], ...]


class Tracker:
    """One conversation.

    Args:
        sender_id: names it.
        domain: gives slots their initial values and says which of them policies see.
        events: what has happened already.

    Attributes:
        events: all of them, in order.
        slots: name to value; slots that the domain does not know are kept too, as actions may set them.
        latest_message: None before the first, and after a restart.
        latest_action: name of the last action that ran.
        active_loop: the active form; loop_rejected: it declined the last message; loop_interrupted: it was set aside.
        requested: what the form asks for is the slot ``requested_slot``.
        followup: the action that must come next.
        is_paused: a person has taken over.
        steps: the actions that policies compare with rules and stories; repeated runs of a form count once, as in Rasa.
        turn_start: index in ``events`` of the last user message.
    """

    def __init__(self, sender_id: str, domain: Domain, events: Iterable[Event] = ()) -> None:
        self.sender_id = sender_id
        self.domain = domain
        self.events: list[Event] = []
        self._clear()
        for event in events:
            self.update(event)

    def _clear(self) -> None:
        self.slots: dict[str, Any] = {name: slot.initial_value for name, slot in self.domain.slots.items()}
        self._set_at_step = self._initially_set()
        self.latest_message: UserUttered | None = None
        self.latest_action: str | None = None
        self.active_loop: str | None = None
        self.loop_rejected = False
        self.loop_interrupted = False
        self.followup: str | None = None
        self.is_paused = False
        self.steps: list[PastStep] = []
        self.turn_start = len(self.events)
        self._seen_intent: str | None = None
        self._seen_entities: tuple[str, ...] = ()
        self._loop_left_path = False
        self._fresh_message = False
        self._applied: list[Event] = []

    def _initially_set(self) -> dict[str, int]:
        return {name: _FROM_THE_START for name, slot in self.domain.slots.items() if slot.initial_value is not None}

    # --- the fold ---------------------------------------------------------------------------------------------------------------

    def update(self, event: Event) -> None:
        """Appends an event and folds it into the state."""
        self.events.append(event)
        match event:
            case Restarted():
                self._clear()
                self.turn_start = len(self.events)
            case UserUtteranceReverted():
                self._replay(_without_last_turn(self._applied))
            case ActionReverted():
                self._replay(_without_last_action(self._applied))
            case _:
                self._applied.append(event)
                self._fold(event)

    def update_all(self, events: Iterable[Event]) -> None:
        """Appends events in order."""
        for event in events:
            self.update(event)

    def _replay(self, events: list[Event]) -> None:
        self._clear()
        for event in events:
            self._applied.append(event)
            self._fold(event)

    def _fold(self, event: Event) -> None:
        match event:
            case UserUttered():
                self._fold_user(event)
            case ActionExecuted() if event.policy in ASIDE:
                self.followup = None
            case ActionExecuted():
                self._fold_action(event)
            case SlotSet():
                self._set_slot(event.name, event.value)
            case AllSlotsReset():
                self.slots |= {name: slot.initial_value for name, slot in self.domain.slots.items()}
                self._set_at_step = self._initially_set()
            case FollowupAction():
                self.followup = event.name
            case ConversationPaused() | ConversationResumed():
                self.is_paused = isinstance(event, ConversationPaused)
            case EntitiesAdded() if self.latest_message is not None:
                self._add_entities(self.latest_message, event)
            case SessionStarted() | SessionEnded():
                self._fold_session()
            case _:
                self._fold_loop(event)

    def _fold_loop(self, event: Event) -> None:
        match event:
            case ActiveLoop():
                self.active_loop = event.name
                self.loop_rejected = self.loop_interrupted = self._loop_left_path = False
            case LoopInterrupted():
                self.loop_interrupted = event.is_interrupted
            case ActionExecutionRejected() if event.name == self.active_loop:
                self.loop_rejected = self._loop_left_path = True
            case _:  # what was said changes nothing
                pass

    def _fold_user(self, event: UserUttered) -> None:
        self.latest_message = event
        self._seen_intent = base_intent(event.parse.intent.name) or None
        self._seen_entities = self._visible(event.parse)
        self.turn_start = len(self.events) - 1
        self.followup = None
        self.loop_rejected = False
        self._fresh_message = True

    def _add_entities(self, message: UserUttered, event: EntitiesAdded) -> None:
        known = message.parse.entities
        parse = replace(message.parse, entities=(*known, *(entity for entity in event.entities if entity not in known)))
        self.latest_message = replace(message, parse=parse)
        self._seen_entities = self._visible(parse)

    def _fold_action(self, event: ActionExecuted) -> None:
        self.followup = None
        name = event.name
        if name == ACTION_SESSION_START:
            self.latest_action = name
            return
        if name == self.active_loop:
            self.loop_interrupted = False
        elif self._fresh_message and self.active_loop and name != ACTION_LISTEN:
            self._loop_left_path = True
        self._fresh_message = False
        if not self._collapse_loop(name):
            state, set_at = self.state(), tuple(sorted(self._set_at_step.items()))
            self.steps.append(PastStep(state, name, set_at))
        if name == self.active_loop:
            self.loop_rejected = self._loop_left_path = False
        self.latest_action = name

    def _collapse_loop(self, name: str) -> bool:
        """Counts repeated runs of a form, undisturbed, as its first run; returns whether this one was such."""
        if name not in self.domain.forms or name != self.active_loop or self._loop_left_path:
            return False
        first = next((i for i in range(len(self.steps) - 1, -1, -1) if self.steps[i].action == name), None)
        if first is None or self.steps[first].state.active_loop not in {None, name}:
            return False
        if any(step.state.active_loop != name for step in self.steps[first + 1 :]):
            return False
        del self.steps[first + 1 :]
        # What the policies saw then: the happy path of a form leaves no message behind.
        self._seen_intent, self._seen_entities = self.steps[first].state[:2]
        self._set_at_step = {slot: min(at, first + 1) for slot, at in self._set_at_step.items()}
        return True

    def _visible(self, parse: Parse) -> tuple[str, ...]:
        names = {name for entity in parse.entities for name in _entity_names(entity)}
        return self.domain.visible_entities(base_intent(parse.intent.name), names) if names else ()

    def _set_slot(self, name: str, value: Any) -> None:
        self.slots[name] = value
        if value is None:
            self._set_at_step.pop(name, None)
        else:
            self._set_at_step[name] = len(self.steps)

    def _fold_session(self) -> None:
        kept = dict(self.slots) if self.domain.session.carry_over_slots else {}
        events = self._applied
        self._clear()
        self._applied = events
        for name, value in kept.items():
            if value != self.slots.get(name):
                self._set_slot(name, value)

    # --- what policies see ------------------------------------------------------------------------------------------------------

    def state(self) -> State:
        """Returns what the policies see now."""
        last = self.steps[-1].action if self.steps else None
        return State(self._seen_intent, self._seen_entities, last, self._slot_features(), self.active_loop)

    def _slot_features(self) -> tuple[tuple[str, Feature], ...]:
        found = []
        for name in sorted(self._set_at_step):
            slot = self.domain.slots.get(name)
            value = self.slots.get(name)
            feature = slot.feature(value) if slot else ()
            if feature:
                found.append((name, feature))
        return tuple(found)

    def states(self, n: int) -> list[State]:
        """Returns the states of the last n steps, oldest first, the present one last."""
        return [step.state for step in self.steps[max(0, len(self.steps) - n + 1) :]] + [self.state()]

    def forgetful_states(self, start: int) -> list[State]:
        """Returns the states since a step, as if nothing had happened before it: slots set earlier are not there."""

        def since(state: State, set_at: Iterable[tuple[str, int]]) -> State:
            kept = {name for name, step in set_at if step >= start or step == _FROM_THE_START}
            return state._replace(slots=tuple(pair for pair in state.slots if pair[0] in kept))

        past = [since(step.state, step.slot_steps) for step in self.steps[start:]]
        return [*past, since(self.state(), self._set_at_step.items())]

    # --- what actions and the channel see ---------------------------------------------------------------------------------------

    @property
    def intent(self) -> str:
        """The intent of the last message, a retrieval intent without its response key; empty when there is none."""
        return base_intent(self.latest_message.parse.intent.name) if self.latest_message else ""

    def applied_events(self) -> tuple[Event, ...]:
        """Returns the events that count: what was reverted, and all before the last restart, is left out."""
        return tuple(self._applied)

    def turn_events(self) -> list[Event]:
        """Returns the events since the last user message, it included."""
        return self.events[self.turn_start :]

    def actions_of_turn(self) -> set[str]:
        """Returns the actions that have run since the last user message."""
        return {event.name for event in self.turn_events() if isinstance(event, ActionExecuted)}

    def slots_set_this_turn(self) -> dict[str, Any]:
        """Returns the slots set since the last user message, with their values."""
        return {event.name: event.value for event in self.turn_events() if isinstance(event, SlotSet)}

    def as_json(self, *, n_events: int | None = None) -> dict[str, Any]:
        """Returns the tracker in the shape that rasa-sdk and Rasa's HTTP API use.

        Args:
            n_events: only so many of the latest events; None: all.
        """
        message = self.latest_message
        events = self.events if n_events is None else self.events[-n_events:]
        loop = {"name": self.active_loop, "rejected": self.loop_rejected} if self.active_loop else {}
        return {
            "sender_id": self.sender_id,
            "slots": dict(self.slots),
            "latest_message": (message.parse.as_json() | {"message_id": message.message_id, "metadata": dict(message.metadata)})
            if message
            else {"intent": {}, "entities": [], "text": None},
            "latest_event_time": self.events[-1].timestamp if self.events else None,
            "followup_action": self.followup,
            "paused": self.is_paused,
            "events": [event.as_json() for event in events],
            "latest_input_channel": message.channel if message else None,
            "active_loop": loop,
            "latest_action": {"action_name": self.latest_action},
            "latest_action_name": self.latest_action,
        }


def base_intent(name: str) -> str:
    """Returns a retrieval intent without its response key: ``faq`` for ``faq/ask_hours``; rules and stories speak of that."""
    return name.split("/", maxsplit=1)[0]


def _entity_names(entity: Entity) -> list[str]:
    names = [entity.entity]
    names += [f"{entity.entity}#{part}" for part in (entity.role, entity.group) if part]
    return names


def _without_last_turn(events: list[Event]) -> list[Event]:
    """Drops the last user message, all after it, and the action before it (its listening)."""
    last = next((i for i in range(len(events) - 1, -1, -1) if isinstance(events[i], UserUttered)), None)
    if last is None:
        return events
    return _without_last_action(events[:last])


def _without_last_action(events: list[Event]) -> list[Event]:
    last = next((i for i in range(len(events) - 1, -1, -1) if isinstance(events[i], ActionExecuted)), None)
    return events if last is None else events[:last]
