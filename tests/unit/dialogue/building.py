"""Builds domains, stories and conversations from the YAML and the few words that a test is about."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING, Any

from assistant.dialogue.domain import parse_domain
from assistant.dialogue.events import ActionExecuted, UserUttered
from assistant.dialogue.stories import parse_stories
from assistant.dialogue.tracker import ACTION_LISTEN, Tracker
from assistant.errors import Place
from assistant.messages import Entity, IntentScore, Parse
from assistant.yaml_source import YamlMap, parse_yaml, want_map

if TYPE_CHECKING:
    from assistant.dialogue.domain import Domain
    from assistant.dialogue.events import Event
    from assistant.dialogue.stories import Story


def yaml_of(text: str, name: str = "domain.yml") -> YamlMap:
    return want_map(parse_yaml(dedent(text), name), key="the file", where=Place(name))


def domain_of(text: str) -> Domain:
    return parse_domain(yaml_of(text))


def stories_of(text: str) -> tuple[Story, ...]:
    return parse_stories(yaml_of(text, "stories.yml"))


def entity(kind: str, value: Any, role: str | None = None, group: str | None = None) -> Entity:
    return Entity(kind, 0, 1, value, role, group)


def said(intent: str, *entities: Entity, text: str | None = None, confidence: float = 1.0) -> UserUttered:
    shown = f"a message of {intent}" if text is None else text
    return UserUttered(shown, Parse(shown, (IntentScore(intent, confidence),), entities))


def listening(domain: Domain, *events: Event) -> Tracker:
    """A conversation in which the assistant has listened, and then these events happened."""
    return Tracker("ann", domain, [ActionExecuted(ACTION_LISTEN), *events])
