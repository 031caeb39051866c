"""The names that the definitions of a domain refer to, each with the place where it stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from assistant.errors import UnknownName
from assistant.yaml_source import YamlList, YamlMap

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assistant.errors import Place


@dataclass(frozen=True, slots=True)
class Reference:
    """A name of a kind (slot, form, entity, intent) that should be defined somewhere; is_needed: nothing works without."""

    kind: str
    name: str
    where: Place
    is_needed: bool = False


def of_slot(definition: YamlMap) -> Iterator[Reference]:
    """Yields what the mappings of a slot refer to: entities, intents, forms, and the slots that forms ask for."""
    for mapping in _maps(definition.get("mappings")):
        yield from _named(mapping, "entity", "entity")
        for key in ("intent", "not_intent"):
            yield from _named(mapping, key, "intent")
        for condition in _maps(mapping.get("conditions")):
            yield from _named(condition, "active_loop", "form")
            yield from _named(condition, "requested_slot", "slot")


def of_form(options: YamlMap) -> Iterator[Reference]:
    """Yields the slots that a form asks for and the intents that it ignores."""
    yield from (replace(reference, is_needed=True) for reference in _named(options, "required_slots", "slot"))
    yield from _named(options, "ignored_intents", "intent")


def of_response(variations: YamlList) -> Iterator[Reference]:
    """Yields the slots that the conditions of a response look at."""
    for variation in _maps(variations):
        for condition in _maps(variation.get("condition")):
            yield from _named(condition, "name", "slot")


def _maps(items: object) -> Iterator[YamlMap]:
    """The mappings of a list; what else stands there is refused by whoever reads it."""
    yield from (item for item in (items if isinstance(items, YamlList) else ()) if isinstance(item, YamlMap))


def _named(holder: YamlMap, key: str, kind: str) -> Iterator[Reference]:
    """One name, or a list of them."""
    value: Any = holder.get(key)
    if isinstance(value, YamlList):
        yield from (Reference(kind, str(name), value.place(index)) for index, name in enumerate(value))
    elif value is not None and value != "None":
        yield Reference(kind, str(value), holder.place(key))


def unknown(references: list[Reference], defined: Mapping[str, set[str]]) -> Iterator[UnknownName]:
    """Yields what to say of each name that is not defined; an intent of a retrieval group (``faq/opening``) is by its first part.

    Raises:
        UnknownName: what is not defined is a slot that a form asks for; no form runs without.
    """
    for reference in references:
        known = defined[reference.kind]
        if reference.name in known or (reference.kind == "intent" and reference.name.split("/")[0] in known):
            continue
        error = UnknownName(where=reference.where, kind=reference.kind, name=reference.name, known=known)
        if reference.is_needed:
            raise error
        yield error
