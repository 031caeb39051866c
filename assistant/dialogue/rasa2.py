"""Reads domains as Rasa 2 wrote them: slots that fill themselves from entities, and forms that carry their slots' mappings.

What comes out is what Rasa 3 writes for the same behaviour. Source: ``rasa data migrate`` of Rasa 3.0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.errors import OldFormat, WrongType
from assistant.yaml_source import YamlList, YamlMap

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from assistant.errors import SourceError

_WITHOUT_REQUEST = {"from_entity", "from_trigger_intent"}
"""Mappings that in Rasa 2 filled a form's slot whenever the form was active, asked for or not."""


def says_rasa2(content: YamlMap) -> bool:
    """Returns whether a domain file declares itself, or is recognised, as one of Rasa 2."""
    if str(content.get("version", "")).startswith("2"):
        return True
    slots = content.get("slots")
    if isinstance(slots, YamlMap) and any(isinstance(slot, YamlMap) and "auto_fill" in slot for slot in slots.values()):
        return True
    forms = content.get("forms")
    return isinstance(forms, YamlMap) and any(isinstance(form, YamlMap) and old_mappings(form) for form in forms.values())


def old_mappings(form: YamlMap) -> YamlMap | None:
    """Returns the mappings that a form carries by slot, or None when it lists its slots as Rasa 3 does."""
    required = form.get("required_slots")
    if isinstance(required, YamlMap):
        return required
    if "required_slots" in form:
        return None
    mapped = YamlMap(form.here)
    for key, value in form.items():
        if _is_mappings(value):
            mapped.put(key, value, form.place(key).line)
    return mapped or None


def _is_mappings(value: object) -> bool:
    items = value if isinstance(value, YamlList) else [value]
    return bool(items) and all(isinstance(item, YamlMap) and "type" in item for item in items)


def renamed(content: YamlMap) -> tuple[YamlMap, list[SourceError]]:
    """Returns a domain file with the keys and shapes that Rasa 3 has for the same, and what to say about each change."""
    new = YamlMap(content.here)
    notes: list[SourceError] = []
    for key, value in content.items():
        where = content.place(key)
        if key == "templates" and "responses" not in content:
            notes.append(OldFormat(where=where, what='"templates" are read as "responses"', change="rename them, as Rasa 2 did"))
            new.put("responses", value, where.line)
        elif key == "forms" and isinstance(value, YamlList):
            new.put(key, forms_by_name(value), where.line)
        else:
            new.put(key, value, where.line)
    return new, notes


def forms_by_name(section: YamlList) -> YamlMap:
    """Returns forms that stand in a list, each with its slots, as a mapping.

    Raises:
        OldFormat: a form stands there by its name alone, as before Rasa 2: its slots are in the Python code then.
    """
    forms = YamlMap(section.here)
    for index, item in enumerate(section):
        where = section.place(index)
        if not isinstance(item, YamlMap):
            fix = f"write `{item}: {{required_slots: [...]}}` with the slots that its code asks for, and give these mappings"
            raise OldFormat(where=where, what=f'form "{item}" is only named, as before Rasa 2', change=fix)
        for name, form in item.items():
            forms.put(name, form, where.line)
    return forms


def migrated(
    forms: Mapping[str, YamlMap], slots: Mapping[str, YamlMap], entities: Collection[str]
) -> tuple[dict[str, YamlMap], dict[str, YamlMap], list[SourceError]]:
    """Returns the forms and slots as Rasa 3 writes them, and what to say about each that had to be changed.

    Args:
        forms: definitions by name; they are left as they are.
        slots: likewise.
        entities: of the domain; slots of these names filled themselves.
    """
    new_slots = {name: _copied(definition) for name, definition in slots.items()}
    new_forms: dict[str, YamlMap] = {}
    notes: list[SourceError] = []
    for name, form in forms.items():
        mapped = old_mappings(form)
        new_forms[name] = form
        if mapped is not None:
            new_forms[name] = _form(form, mapped)
            _add_mappings(name, mapped, new_slots)
            what = f'form "{name}" carries the mappings of its slots, as in Rasa 2; they are read as if they stood there'
            notes.append(OldFormat(where=mapped.here, what=what, change="move them to the slots, with active_loop as condition"))
    filled = [name for name in new_slots if "mappings" not in slots[name] and _fills_itself(name, new_slots[name], entities)]
    if filled:
        what = f"slots without mappings are filled from entities of their names, as in Rasa 2: {', '.join(filled)}"
        notes.append(OldFormat(where=slots[filled[0]].here, what=what, change="give them from_entity mappings and version 3.1"))
    return new_forms, new_slots, notes


def _copied(definition: YamlMap) -> YamlMap:
    copy = YamlMap(definition.here)
    for key, value in definition.items():
        copy.put(key, value, definition.place(key).line)
    if isinstance(copy.get("mappings"), YamlList):
        mappings = YamlList(definition["mappings"].here)
        for index, mapping in enumerate(definition["mappings"]):
            mappings.put(mapping, definition["mappings"].place(index).line)
        copy.put("mappings", mappings, definition.place("mappings").line)
    return copy


def _form(form: YamlMap, mapped: YamlMap) -> YamlMap:
    new = YamlMap(form.here)
    required = YamlList(mapped.here)
    for slot in mapped:
        required.put(slot, mapped.place(slot).line)
    new.put("required_slots", required, mapped.here.line)
    for key, value in form.items():
        if key != "required_slots" and key not in mapped:
            new.put(key, value, form.place(key).line)
    return new


def _add_mappings(form: str, mapped: YamlMap, slots: Mapping[str, YamlMap]) -> None:
    for slot, value in mapped.items():
        if slot not in slots:  # the reader says so with its place
            continue
        items = value if isinstance(value, YamlList) else [] if value is None else [value]
        for item in items:
            if not isinstance(item, YamlMap):
                raise WrongType(where=mapped.place(slot), key=slot, expected="a list of mappings", got=item)
            _append(slots[slot], _with_condition(item, form, slot))


def _with_condition(mapping: YamlMap, form: str, slot: str) -> YamlMap:
    new, line = _copied(mapping), mapping.here.line
    condition = YamlMap(mapping.here)
    condition.put("active_loop", form, line)
    if str(mapping.get("type")) not in _WITHOUT_REQUEST:
        condition.put("requested_slot", slot, line)
    conditions = YamlList(mapping.here)
    conditions.put(condition, line)
    new.put("conditions", conditions, line)
    return new


def _fills_itself(name: str, definition: YamlMap, entities: Collection[str]) -> bool:
    if name not in entities or definition.get("auto_fill", True) is False:
        return False
    mapping = YamlMap(definition.here)
    mapping.put("type", "from_entity", definition.here.line)
    mapping.put("entity", name, definition.here.line)
    _append(definition, mapping)
    return True


def _append(definition: YamlMap, mapping: Any) -> None:
    line = definition.here.line
    if not isinstance(definition.get("mappings"), YamlList):
        definition.put("mappings", YamlList(definition.here), line)
    definition["mappings"].put(mapping, line)
