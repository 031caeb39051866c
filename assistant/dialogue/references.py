"""The names that the definitions of a domain refer to, each with the place where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.errors import UnknownName
from assistant.yaml_source import YamlList, YamlMap

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assistant.errors import Place


@dataclass(frozen=True, slots=True)
class Reference:
    """A name of a kind (slot, form, entity, intent) that must be defined somewhere."""

    kind: str
    name: str
    where: Place


def of_slot(definition: YamlMap) -> Iterator[Reference]:
    """Yields what the mappings of a slot refer to: entities, intents, forms, and the slots that forms ask for."""
    for mapping in definition.get("mappings") or ():
        yield from _named(mapping, "entity", "entity")
        for key in ("intent", "not_intent"):
            yield from _named(mapping, key, "intent")
        for condition in mapping.get("conditions") or ():
            yield from _named(condition, "active_loop", "form")
            yield from _named(condition, "requested_slot", "slot")


def of_form(options: YamlMap) -> Iterator[Reference]:
    """Yields the slots that a form asks for and the intents that it ignores."""
    yield from _named(options, "required_slots", "slot")
    yield from _named(options, "ignored_intents", "intent")


def of_response(variations: YamlList) -> Iterator[Reference]:
    """Yields the slots that the conditions of a response look at."""
    for variation in variations:
        if isinstance(variation, YamlMap):
            for condition in variation.get("condition") or ():
                yield from _named(condition, "name", "slot")


def _named(holder: YamlMap, key: str, kind: str) -> Iterator[Reference]:
    """One name, or a list of them."""
    value: Any = holder.get(key)
    if isinstance(value, YamlList):
        yield from (Reference(kind, str(name), value.place(index)) for index, name in enumerate(value))
    elif value is not None and value != "None":
        yield Reference(kind, str(value), holder.place(key))


def check(references: list[Reference], defined: Mapping[str, set[str]]) -> None:
    """Checks that each name is defined; an intent of a retrieval group (``faq/opening``) is by its first part.

    Raises:
        UnknownName: one is not; the nearest that is gets named.
    """
    for reference in references:
        known = defined[reference.kind]
        if reference.name not in known and not (reference.kind == "intent" and reference.name.split("/")[0] in known):
            raise UnknownName(where=reference.where, kind=reference.kind, name=reference.name, known=known)
