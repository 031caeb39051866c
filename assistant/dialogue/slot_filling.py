"""Fills slots from a message through their mappings, with Rasa's conditions and its rule of the unique entity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.dialogue.events import SlotSet
from assistant.dialogue.slots import REQUESTED_SLOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from assistant.dialogue.domain import Domain, Form
    from assistant.dialogue.slots import Slot, SlotMapping
    from assistant.dialogue.tracker import Tracker
    from assistant.messages import Entity, Parse

_MISSING = object()


def fill_slots(tracker: Tracker) -> list[SlotSet]:
    """Returns what the last message sets, one event a slot, by the first mapping that matches.

    Args:
        tracker: after the message, before any action.
    """
    if tracker.latest_message is None:
        return []
    return list(_fill(tracker, tracker.domain.slots.values(), _form_of(tracker), on_activation=False))


def fill_on_activation(tracker: Tracker, form: Form) -> list[SlotSet]:
    """Returns what the message that activates a form sets beyond what it has set already.

    Mappings that want the form active apply now, those from the trigger's intent too; a text slot is not filled with the message
    that asked for the form.
    """
    if tracker.latest_message is None:
        return []
    done = tracker.slots_set_this_turn()
    slots = (tracker.domain.slots[name] for name in form.required_slots if name not in done)
    return list(_fill(tracker, slots, form, on_activation=True))


def wanted_actions(tracker: Tracker) -> tuple[str, ...]:
    """Returns the actions that custom mappings name for slots which the last message has not set, each once."""
    form, done = _form_of(tracker), tracker.slots_set_this_turn()
    wanted = (
        mapping.action
        for slot in tracker.domain.slots.values()
        for mapping in slot.mappings
        if mapping.action and slot.name not in done and _applies(tracker, mapping, form)
    )
    return tuple(dict.fromkeys(wanted))


def implied_slots(domain: Domain, entities: Sequence[Entity]) -> list[SlotSet]:
    """Returns what the entities of a message in a story or test set, though no step says so, as Rasa has it.

    Only mappings from entities that want no form active count, whatever their intents.
    """
    if not domain.stores_entities or not entities:
        return []
    found = []
    for slot in domain.slots.values():
        free = [m for m in slot.mappings if m.type == "from_entity" and not (m.conditions and m.conditions[0].active_loop)]
        values = [value for mapping in free for value in _entity_values(entities, mapping)]
        if values:
            found.append(SlotSet(slot.name, values if slot.type == "list" else values[-1]))
    return found


def _applies(tracker: Tracker, mapping: SlotMapping, form: Form | None) -> bool:
    if not mapping.wants_intent(tracker.intent) or _is_ignored(mapping, form, tracker.intent):
        return False
    return _conditions_hold(tracker, mapping, form)


def _form_of(tracker: Tracker) -> Form | None:
    return tracker.domain.forms.get(tracker.active_loop) if tracker.active_loop else None


def _fill(tracker: Tracker, slots: Iterable[Slot], form: Form | None, *, on_activation: bool) -> Iterator[SlotSet]:
    for slot in slots:
        for mapping in slot.mappings:
            value = _value(tracker, slot, mapping, form, on_activation=on_activation)
            if value is not _MISSING and not (value is None and tracker.slots.get(slot.name) is None):
                yield SlotSet(slot.name, value)
                break


def _value(tracker: Tracker, slot: Slot, mapping: SlotMapping, form: Form | None, *, on_activation: bool) -> Any:
    message = tracker.latest_message
    if message is None or mapping.type == "custom":
        return _MISSING
    if not _applies(tracker, mapping, form):
        return _MISSING
    match mapping.type:
        case "from_entity":
            if form and not on_activation and not _may_take_entity(tracker.domain, tracker.slots, form, slot, mapping):
                return _MISSING
            return _entity_value(message.parse, slot, mapping)
        case "from_intent":
            return mapping.value
        case "from_trigger_intent":
            return mapping.value if on_activation else _MISSING
        case _:
            return _MISSING if on_activation or not message.text else message.text


def _is_ignored(mapping: SlotMapping, form: Form | None, intent: str) -> bool:
    """The form ignores the intent, and the mapping does not name it."""
    if form is None or mapping.intents or intent not in form.ignored_intents:
        return False
    return any(condition.active_loop == form.name for condition in mapping.conditions) or not mapping.conditions


def _conditions_hold(tracker: Tracker, mapping: SlotMapping, form: Form | None) -> bool:
    if not mapping.conditions:
        return True
    active = form.name if form else None
    requested = tracker.slots.get(REQUESTED_SLOT)
    return any(
        condition.active_loop == active and condition.requested_slot in {None, requested}  # one of several is enough
        for condition in mapping.conditions
    )


def _may_take_entity(domain: Domain, slots: dict[str, Any], form: Form, slot: Slot, mapping: SlotMapping) -> bool:
    """In a form an entity goes to the slot that is asked for, or to the one slot that alone maps it."""
    if slot.name not in form.required_slots or slots.get(REQUESTED_SLOT) == slot.name:
        return True
    return sum(mapping in domain.slots[name].mappings for name in form.required_slots) == 1


def _entity_value(parse: Parse, slot: Slot, mapping: SlotMapping) -> Any:
    values = _entity_values(parse.entities, mapping)
    if not values:
        return _MISSING
    return values if slot.type == "list" else values[-1]


def _entity_values(entities: Sequence[Entity], mapping: SlotMapping) -> list[Any]:
    """As in Rasa, a mapping without role or group is for entities without."""
    wanted = (mapping.entity, mapping.role, mapping.group)
    return [entity.value for entity in entities if (entity.entity, entity.role, entity.group) == wanted]
