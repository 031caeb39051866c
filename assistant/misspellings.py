"""Finds names that are free in Rasa's formats, and so read past, but look like one with a meaning: ``ruels:``, ``RulPolicy``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from assistant.errors import AssistantError, Place, UnknownKey, UnknownName, closest
from assistant.rasa_config import COMPONENTS
from assistant.yaml_source import YamlList, YamlMap, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assistant.dialogue.domain import Domain
    from assistant.errors import SourceError
    from assistant.project import Project

_TRAINING_KEYS = {"version", "nlu", "rules", "stories", "e2e_tests"}
_DOMAIN_KEYS = {"intents", "entities", "slots", "responses", "forms", "actions", "session_config", "config", "e2e_actions"}
_CONFIG_KEYS = {"recipe", "assistant_id", "language", "pipeline", "policies", "importers", "assistant"}
_ENDPOINT_KEYS = {"action_endpoint", "tracker_store", "event_broker", "lock_store", "models", "nlg", "nlu"}
_COMPONENTS = set(COMPONENTS)

_ALIKE_KEY, _ALIKE_SLOT, ALIKE_COMPONENT = 0.75, 0.8, 0.85
"""How alike a free name must be to one that is known, in [0, 1], to count as misspelt. Projects name components of their own
after Rasa's, so these must be the most alike."""

_VARIABLE = re.compile(r"{{|}}|{(\w+)}")


def misspelt_keys(project: Project) -> Iterator[SourceError]:
    """Yields each top-level key, and each component of the configuration, that is read past but looks like a known one."""
    for path in (*project.domain, *project.training, *project.tests):
        yield from _keys(_content(path, project), _TRAINING_KEYS | _DOMAIN_KEYS)
    if project.config:
        config = _content(project.config, project)
        yield from _keys(config, _CONFIG_KEYS)
        for section in ("pipeline", "policies"):
            yield from _components(config.get(section))
    if project.endpoints:
        yield from _keys(_content(project.endpoints, project), _ENDPOINT_KEYS)


def misspelt_variables(domain: Domain) -> Iterator[SourceError]:
    """Yields each ``{name}`` in a response that is no slot but looks like one. Other names are what custom actions hand over."""
    for variations in domain.source.get("responses", {}).values():
        for variation in variations if isinstance(variations, YamlList) else ():
            if isinstance(variation, YamlMap):
                yield from _variables(str(variation.get("text") or ""), variation.place("text"), domain)


def places_of_intents(project: Project) -> dict[str, Place]:
    """Returns where the training files first say ``intent:`` of each intent."""
    places: dict[str, Place] = {}
    for path in project.training:
        sections = _content(path, project).get("nlu")
        for section in sections if isinstance(sections, YamlList) else ():
            if isinstance(section, YamlMap) and "intent" in section:
                places.setdefault(str(section["intent"]), section.place("intent"))
    return places


def _content(path: Path, project: Project) -> YamlMap:
    """The file's mapping; an empty one for what cannot be read, which whoever reads the file in earnest says."""
    shown = project.shown(path)
    try:
        content = read_yaml(path, shown_as=shown)
    except AssistantError:
        content = None
    return content if isinstance(content, YamlMap) else YamlMap(Place(shown))


def _keys(content: YamlMap, known: set[str]) -> Iterator[SourceError]:
    for key in content:
        if key not in known and closest(key.lower(), known, _ALIKE_KEY):
            yield UnknownKey(where=content.place(key), key=key, known=known)


def _components(section: Any) -> Iterator[SourceError]:
    for index, item in enumerate(section if isinstance(section, YamlList) else ()):
        name = str(item.get("name")) if isinstance(item, YamlMap) else str(item)
        if name.startswith("rasa."):
            name = name.rsplit(".", 1)[-1]
        if name not in _COMPONENTS and closest(name, _COMPONENTS, ALIKE_COMPONENT):
            where = item.place("name") if isinstance(item, YamlMap) else section.place(index)
            yield UnknownName(where=where, kind="component", name=name, known=_COMPONENTS)


def _variables(text: str, where: Place, domain: Domain) -> Iterator[SourceError]:
    for match in _VARIABLE.finditer(text):
        name = match[1]
        if name and name not in domain.slots and closest(name, domain.slots, _ALIKE_SLOT):
            yield UnknownName(where=where, kind="slot", name=name, known=domain.slots)
