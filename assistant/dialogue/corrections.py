"""Corrections in a form: "no, I meant 4321" goes to the slot that was filled before, not to the one that is asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from assistant.dialogue.events import SlotSet
from assistant.dialogue.slots import REQUESTED_SLOT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.dialogue.domain import Form
    from assistant.dialogue.slots import Slot
    from assistant.dialogue.tracker import Tracker
    from assistant.messages import Entity

_CORRECTION_INTENT = re.compile(r"(^|_)correct(ion|ing)?(_|$)|^change_answer$", re.IGNORECASE)

_HINT = re.compile(r"^\W*(no|nope|not|sorry|oops|ops|wait|actually|correction|wrong|my mistake|i mis\w+)\b", re.IGNORECASE)
"""Words that a correction begins with; with a value of a slot that is filled already they make one."""

_SAYS_WHAT = re.compile(
    r"\b(?:(?:i|we)\s+(?:meant|mean|wanted to (?:say|write|type))|make (?:that|it)|(?:it|that) should (?:be|read|say)|"
    r"(?:change|correct|fix|set|update)\s+(?:my|the|that|it)(?:\s+[\w-]+){0,4}?\s+to|rather)\s*:?\s+(?P<value>.+)$",
    re.IGNORECASE | re.DOTALL,
)
"""Words that say outright what was meant; what follows them is the value."""

_NOT_THAT = re.compile(r"[,;]?\s+(?:not|instead of|rather than)\s.*$", re.IGNORECASE | re.DOTALL)
_EDGES = " \t\n.!,;:\"'"


def corrections(tracker: Tracker) -> list[SlotSet]:
    """Returns the slots of the active form that the last message corrects; empty when it is no correction.

    A correction names a value by an entity that a slot already filled takes, or says outright what was meant ("I meant Ann",
    "change my name to Ann"). It goes to the slot that the message names, or else to the one that was filled last.

    Args:
        tracker: after the message, before its slots are filled.
    """
    form, message = tracker.domain.forms.get(tracker.active_loop or ""), tracker.latest_message
    if form is None or message is None or not tracker.slots.get(REQUESTED_SLOT):
        return []
    filled = _filled(form, tracker)
    says = _SAYS_WHAT.search(message.text)
    is_outright = bool(says or _CORRECTION_INTENT.search(tracker.intent))
    if not filled or not (is_outright or _HINT.search(message.text)):
        return []
    named = [slot for slot in filled if _names(message.text, slot.name)]
    asked = tracker.domain.slots.get(tracker.slots[REQUESTED_SLOT])
    # "actually Paris" is an answer where a city is asked for; "no, I meant Paris" is none.
    may_answer = asked if not is_outright and not named else None
    entities = [entity for entity in message.parse.entities if may_answer is None or not _takes(may_answer, entity)]
    found = _by_entities(entities, named or filled, tracker)
    if found or says is None:
        return found
    value = _NOT_THAT.sub("", says["value"]).strip(_EDGES)
    slot = (named or filled)[0]
    return [SlotSet(slot.name, value)] if value and _takes_text(slot) else []


def _filled(form: Form, tracker: Tracker) -> list[Slot]:
    """The form's slots that have a value, the one that was set last first; the one that is asked for is not among them."""
    requested = tracker.slots.get(REQUESTED_SLOT)
    set_at = {event.name: position for position, event in enumerate(tracker.events) if isinstance(event, SlotSet)}
    names = [name for name in form.required_slots if name != requested and tracker.slots.get(name) is not None]
    known = [tracker.domain.slots[name] for name in names if name in tracker.domain.slots]
    return sorted(known, key=lambda slot: set_at.get(slot.name, -1), reverse=True)


def _names(text: str, slot: str) -> bool:
    words = slot.lower().replace("-", "_").split("_")
    return all(re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE) for word in words if word)


def _by_entities(entities: Sequence[Entity], slots: Sequence[Slot], tracker: Tracker) -> list[SlotSet]:
    """The first slot that takes an entity gets it, unless that is what it holds already."""
    found: dict[str, Any] = {}
    for entity in entities:
        taker = next((slot for slot in slots if slot.name not in found and _takes(slot, entity)), None)
        if taker is not None and tracker.slots.get(taker.name) != entity.value:
            found[taker.name] = [entity.value] if taker.type == "list" else entity.value
    return [SlotSet(name, value) for name, value in found.items()]


def _takes(slot: Slot, entity: Entity) -> bool:
    return any(
        mapping.type == "from_entity"
        and mapping.entity == entity.entity
        and mapping.role in {None, entity.role}
        and mapping.group in {None, entity.group}
        for mapping in slot.mappings
    )


def _takes_text(slot: Slot) -> bool:
    return slot.type in {"text", "any"} and any(mapping.type in {"from_text", "from_entity"} for mapping in slot.mappings)
