"""Slots: the named memory of a dialogue, their types as Rasa defines them, and the mappings that fill them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.errors import BadSlot, meant
from assistant.yaml_source import YamlList, YamlMap, optional_text, require, unread_keys, want_list, want_map, want_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.errors import UnknownKey

REQUESTED_SLOT = "requested_slot"
SLOT_TYPES = ("text", "bool", "categorical", "float", "list", "any")
MAPPING_TYPES = ("from_entity", "from_text", "from_intent", "from_trigger_intent", "custom")

Feature = tuple[float, ...]
"""What the policies see of a slot's value; empty: nothing."""

_OTHER = "__other__"
_SLOT_KEYS = {
    "type",
    "initial_value",
    "influence_conversation",
    "mappings",
    "values",
    "min_value",
    "max_value",
    "auto_fill",
    "value_reset_delay",
}
_MAPPING_KEYS = {"type", "entity", "role", "group", "intent", "not_intent", "value", "conditions", "action", "allow_nlu_correction"}


@dataclass(frozen=True, slots=True)
class MappingCondition:
    """When a mapping applies.

    Attributes:
        active_loop: the form that must be active; None: no form may be.
        requested_slot: the slot that must be asked for; None: any.
    """

    active_loop: str | None
    requested_slot: str | None = None


@dataclass(frozen=True, slots=True)
class SlotMapping:
    """One way a slot is filled; the attributes are Rasa's. Empty tuples: no restriction."""

    type: str
    entity: str | None = None
    role: str | None = None
    group: str | None = None
    intents: tuple[str, ...] = ()
    not_intents: tuple[str, ...] = ()
    value: Any = None
    conditions: tuple[MappingCondition, ...] = ()
    action: str | None = None

    def wants_intent(self, intent: str) -> bool:
        """Returns whether the mapping may apply to a message of that intent."""
        return intent in self.intents if self.intents else intent not in self.not_intents


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot of the domain.

    Attributes:
        type: one of SLOT_TYPES; types that a project defines itself count as ``any``.
        influences: whether policies see it.
        values: of a categorical slot, lower case.
        min_value, max_value: of a float slot.
        mappings: in order; the first that matches fills the slot.
    """

    name: str
    type: str = "any"
    initial_value: Any = None
    influences: bool = False
    values: tuple[str, ...] = ()
    min_value: float = 0.0
    max_value: float = 1.0
    mappings: tuple[SlotMapping, ...] = ()

    def feature(self, value: Any) -> Feature:
        """Returns what the policies see of a value; empty when they see nothing or the slot is not set."""
        if not self.influences or value is None or self.type == "any":
            return ()
        feature = self._feature(value)
        return feature if any(feature) else ()

    def _feature(self, value: Any) -> Feature:
        match self.type:
            case "bool":
                truth = _as_bool(value)
                return () if truth is None else (1.0, float(truth))
            case "categorical":
                known = [float(str(value).lower() == option) for option in self.values]
                return (*known, float(not any(known)))
            case "float":
                number = _as_number(value)
                return () if number is None else (1.0, self._normalised(number))
            case "list":
                return (float(bool(value)),)
            case _:
                return (1.0,)

    def _normalised(self, value: Any) -> float:
        span = self.max_value - self.min_value
        return (min(max(value, self.min_value), self.max_value) - self.min_value) / span if span else 0.0


def _as_number(value: Any) -> float | None:
    try:
        number = float(value)
    except (OverflowError, TypeError, ValueError):
        return None
    return None if math.isnan(number) else number


def _as_bool(value: Any) -> bool | None:
    """The truth that Rasa sees in a value; None where it sees none, and so no feature either."""
    if isinstance(value, str):
        return _TRUTHS.get(value.strip().lower())
    return value == 1 if isinstance(value, bool | int | float) else None


_TRUTHS = {"true": True, "yes": True, "1": True, "1.0": True, "false": False, "no": False, "0": False, "0.0": False}


def unread_in_slot(definition: YamlMap) -> list[UnknownKey]:
    """Returns what to say about keys of a definition, and of its mappings, that nothing reads.

    Raises:
        UnknownKey: one is misspelt.
    """
    mappings = definition.get("mappings")
    found = unread_keys(definition, _SLOT_KEYS)
    for mapping in mappings if isinstance(mappings, YamlList) else ():
        if isinstance(mapping, YamlMap):
            found += unread_keys(mapping, _MAPPING_KEYS)
    return found


def read_slot(name: str, definition: YamlMap) -> Slot:
    """Returns the slot that a domain file defines.

    Raises:
        BadSlot, UnknownKey, WrongType, MissingKey: the definition does not hold together.
    """
    unread_in_slot(definition)
    kind = want_text(require(definition, "type"), key="type", where=definition.place("type"))
    kind = _kind(kind)
    if kind not in SLOT_TYPES and "." not in kind:
        why = f'type "{kind}" is none of {", ".join(SLOT_TYPES)}'
        raise BadSlot(where=definition.place("type"), name=name, why=why, fix=meant(kind, SLOT_TYPES))
    values = [str(value).lower() for value in want_list(definition.get("values"), key="values", where=definition.place("values"))]
    if kind == "categorical" and not values:
        raise BadSlot(where=definition.here, name=name, why='a categorical slot needs "values"')
    return Slot(
        name=name,
        type=kind if kind in SLOT_TYPES else "any",
        initial_value=definition.get("initial_value"),
        influences=bool(definition.get("influence_conversation", True)) and kind != "any",
        values=tuple(value for value in values if value != _OTHER),
        min_value=_number(definition, "min_value", name, 0.0),
        max_value=_number(definition, "max_value", name, 1.0),
        mappings=_read_mappings(name, want_list(definition.get("mappings"), key="mappings", where=definition.place("mappings"))),
    )


_CLASSES = {"BooleanSlot": "bool", "UnfeaturizedSlot": "any", "unfeaturized": "any"} | {
    f"{kind.capitalize()}Slot": kind for kind in SLOT_TYPES if kind != "bool"
}


def _kind(kind: str) -> str:
    """The type that a class of Rasa's own stands for, and what Rasa 1 called the type that policies do not see."""
    return _CLASSES.get(kind.rsplit(".", 1)[-1], kind) if kind.startswith("rasa.") or kind == "unfeaturized" else kind


def _number(definition: YamlMap, key: str, name: str, default: float) -> float:
    value = definition.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadSlot(where=definition.place(key), name=name, why=f'"{key}" must be a number')
    return float(value)


def _read_mappings(name: str, items: YamlList) -> tuple[SlotMapping, ...]:
    return tuple(_read_mapping(name, want_map(item, key="mappings", where=items.place(index))) for index, item in enumerate(items))


def _read_mapping(name: str, item: YamlMap) -> SlotMapping:
    kind = str(item.get("type"))
    if kind not in MAPPING_TYPES:
        why = f'mapping type "{kind}" is none of {", ".join(MAPPING_TYPES)}'
        raise BadSlot(where=item.place("type"), name=name, why=why, fix=meant(kind, MAPPING_TYPES))
    if kind == "from_entity" and not item.get("entity"):
        raise BadSlot(where=item.here, name=name, why='a from_entity mapping needs "entity"')
    if kind in {"from_intent", "from_trigger_intent"} and "value" not in item:
        raise BadSlot(where=item.here, name=name, why=f'a {kind} mapping needs "value"')
    return SlotMapping(
        type=kind,
        entity=optional_text(item, "entity"),
        role=optional_text(item, "role"),
        group=optional_text(item, "group"),
        intents=_names(item.get("intent")),
        not_intents=_names(item.get("not_intent")),
        value=item.get("value"),
        conditions=_read_conditions(name, want_list(item.get("conditions"), key="conditions", where=item.place("conditions"))),
        action=optional_text(item, "action"),
    )


def _names(value: Any) -> tuple[str, ...]:
    if value is None or value == "None":
        return ()
    return tuple(str(name) for name in value) if isinstance(value, list) else (str(value),)


def _read_conditions(name: str, items: YamlList) -> tuple[MappingCondition, ...]:
    conditions = []
    for index, item in enumerate(items):
        where = items.place(index)
        condition = want_map(item, key="conditions", where=where)
        if "active_loop" not in condition:
            raise BadSlot(where=where, name=name, why='a condition needs "active_loop"')
        loop, requested = condition["active_loop"], condition.get("requested_slot")
        if loop is None and requested is not None:
            raise BadSlot(where=where, name=name, why='"requested_slot" needs a form in "active_loop"')
        conditions.append(MappingCondition(loop, requested))
    return tuple(conditions)


def requested_slot_of(values: Iterable[str]) -> Slot:
    """Returns the slot that says what a form asks for; it exists whenever there are forms."""
    return Slot(REQUESTED_SLOT, type="text", influences=False, values=tuple(values), mappings=())
