"""The domain of a Rasa project: what a bot knows, merged from its files, with every place remembered for errors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assistant.dialogue import references
from assistant.dialogue.responses import ResponseVariation, read_response
from assistant.dialogue.slots import Slot, read_slot, requested_slot_of
from assistant.errors import DuplicateName, Place, UnknownKey, WrongType
from assistant.yaml_source import YamlList, YamlMap, read_yaml, want_list, want_map, want_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from assistant.project import Project

DEFAULT_INTENTS = ("restart", "back", "session_start", "nlu_fallback", "out_of_scope")
DEFAULT_ACTIONS = (
    "action_listen",
    "action_restart",
    "action_session_start",
    "action_default_fallback",
    "action_deactivate_loop",
    "action_revert_fallback_events",
    "action_default_ask_affirmation",
    "action_default_ask_rephrase",
    "action_two_stage_fallback",
    "action_unlikely_intent",
    "action_back",
    "action_extract_slots",
    "action_answer_faq",
    "action_handoff",
)
"""Actions that every bot has; the last two are this project's own."""

_NEVER_CUSTOM = {"action_listen", "action_answer_faq", "action_handoff"}

_TOP_KEYS = {"version", "intents", "entities", "slots", "responses", "forms", "actions", "session_config", "config", "e2e_actions"}
_TRAINING_KEYS = {"nlu", "stories", "rules", "e2e_tests"}


@dataclass(frozen=True, slots=True)
class Intent:
    """An intent and which entities policies see beside it; use_entities None: all."""

    name: str
    use_entities: frozenset[str] | None = None
    ignore_entities: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class EntityType:
    """A type of entity, its roles and groups, and whether policies see it."""

    name: str
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    influences: bool = True


@dataclass(frozen=True, slots=True)
class Form:
    """A form: the slots it asks for in order, and the intents whose messages fill none of them."""

    name: str
    required_slots: tuple[str, ...] = ()
    ignored_intents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Session:
    """When a conversation starts anew: after silence of that many minutes, 0 for never; with or without its slots."""

    expiration_minutes: float = 60.0
    carry_over_slots: bool = True


@dataclass(frozen=True, slots=True)
class Domain:
    """All that the files of a domain say; the mappings are by name and in the order of the files."""

    intents: Mapping[str, Intent] = field(default_factory=dict)
    entities: Mapping[str, EntityType] = field(default_factory=dict)
    slots: Mapping[str, Slot] = field(default_factory=dict)
    responses: Mapping[str, tuple[ResponseVariation, ...]] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    actions: tuple[str, ...] = ()
    session: Session = field(default_factory=Session)
    places: Mapping[tuple[str, str], Place] = field(default_factory=dict)
    source: Mapping[str, Any] = field(default_factory=dict)

    def has_action(self, name: str) -> bool:
        """Returns whether an action of that name can run: a response, a form, a custom or a default action."""
        return (
            name in self.responses
            or name in self.forms
            or name in self.actions
            or name in DEFAULT_ACTIONS
            or self.is_retrieval(name)
        )

    def is_retrieval(self, action: str) -> bool:
        """Returns whether an action says what a retrieval intent retrieves: ``utter_faq``, with ``utter_faq/ask_hours`` defined."""
        return any(name.startswith(f"{action}/") for name in self.responses)

    def action_names(self) -> Iterator[str]:
        """Yields every name that may stand in ``- action:``."""
        yield from self.responses
        yield from {name.split("/")[0] for name in self.responses if "/" in name}
        yield from self.forms
        yield from self.actions
        yield from DEFAULT_ACTIONS

    def intent_names(self) -> set[str]:
        """Returns every intent name that may be used, default ones included."""
        return set(self.intents) | set(DEFAULT_INTENTS)

    def custom_actions(self) -> tuple[str, ...]:
        """Returns the actions that the project's own code runs, default ones that it lists and so replaces among them."""
        said = {*self.responses, *self.forms, *_NEVER_CUSTOM}
        return tuple(name for name in self.actions if name not in said and not self.is_retrieval(name))

    def visible_entities(self, intent: str, names: Iterable[str]) -> tuple[str, ...]:
        """Returns which of the entities policies see beside an intent, sorted."""
        options = self.intents.get(intent)
        shown = set()
        for name in names:
            kind = self.entities.get(name.split("#")[0])
            if kind is None or not kind.influences:
                continue
            if options and (
                name in options.ignore_entities or (options.use_entities is not None and name not in options.use_entities)
            ):
                continue
            shown.add(name)
        return tuple(sorted(shown))

    def as_json(self) -> dict[str, Any]:
        """Returns the domain in the shape that rasa-sdk is sent."""
        keys = ("config", "session_config", "intents", "entities", "slots", "responses", "actions", "forms", "e2e_actions")
        empty: dict[str, Any] = {
            key: {} if key in {"config", "session_config", "slots", "responses", "forms"} else [] for key in keys
        }
        return empty | {key: value for key, value in self.source.items() if key in keys and value}


def load_domain(project: Project) -> Domain:
    """Returns the domain of a project.

    Raises:
        SourceError: a file is not YAML, has an unknown key, or defines a name twice.
        UnknownName: a form, mapping or response condition names what is not defined.
    """
    reader = _Reader()
    for path in project.domain:
        reader.read(_content(path, project.shown(path)))
    for path in project.training:  # a training file may carry domain keys too
        content = _content(path, project.shown(path))
        if any(key in content for key in _TOP_KEYS - {"version"}):
            reader.read(content)
    return reader.finish()


def parse_domain(content: YamlMap) -> Domain:
    """Returns the domain that one mapping describes; see load_domain."""
    reader = _Reader()
    reader.read(content)
    return reader.finish()


def _content(path: Path, shown: str) -> YamlMap:
    return want_map(read_yaml(path, shown_as=shown), key="the file", where=Place(shown))


class _Reader:
    """Merges the files of a domain, refusing what is defined twice."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, str], Place] = {}
        self._source: dict[str, Any] = {}
        self._intents: dict[str, Intent] = {}
        self._entities: dict[str, EntityType] = {}
        self._slots: dict[str, Slot] = {}
        self._responses: dict[str, tuple[ResponseVariation, ...]] = {}
        self._forms: dict[str, Form] = {}
        self._actions: dict[str, None] = {}
        self._session = Session()
        self._references: list[references.Reference] = []

    def read(self, content: YamlMap) -> None:
        for key in content:
            if key not in _TOP_KEYS | _TRAINING_KEYS:
                raise UnknownKey(where=content.place(key), key=key, known=_TOP_KEYS)
        self._merge_source(content)
        self._each_named(content, "intents", "intent", self._read_intent)
        self._each_named(content, "entities", "entity", self._read_entity)
        self._each(content, "slots", "slot", self._read_slot)
        self._responses_of(content)
        self._each(content, "forms", "form", self._read_form)
        self._each_named(content, "actions", "action", lambda name, _: self._actions.update({name: None}))
        if "session_config" in content:
            self._session = _read_session(
                want_map(content["session_config"], key="session_config", where=content.place("session_config"))
            )

    def _merge_source(self, content: YamlMap) -> None:
        for key in _TOP_KEYS - {"version"}:
            value = content.get(key)
            if isinstance(value, dict):
                self._source.setdefault(key, {}).update(value)
            elif isinstance(value, list):
                self._source.setdefault(key, []).extend(value)

    def _define(self, kind: str, name: str, where: Place) -> None:
        if (kind, name) in self._places:
            raise DuplicateName(where=where, kind=kind, name=name)
        self._places[kind, name] = where

    def _each(self, content: YamlMap, key: str, kind: str, read: Callable[[str, YamlMap], object]) -> None:
        section = want_map(content.get(key), key=key, where=content.place(key))
        for name, value in section.items():
            where = section.place(name)
            self._define(kind, name, where)
            read(name, want_map(value, key=name, where=where))

    def _each_named(self, content: YamlMap, key: str, kind: str, read: Callable[[str, YamlMap], object]) -> None:
        """A list of names, each alone or with options: ``- greet`` or ``- greet: {use_entities: []}``."""
        section = want_list(content.get(key), key=key, where=content.place(key))
        for index, item in enumerate(section):
            where = section.place(index)
            if isinstance(item, YamlMap) and len(item) == 1:
                name, options = next(iter(item.items()))
                options = want_map(options, key=name, where=where)
            else:
                name, options = want_text(item, key=key, where=where), YamlMap(where)
            self._define(kind, name, where)
            read(name, options)

    def _responses_of(self, content: YamlMap) -> None:
        section = want_map(content.get("responses"), key="responses", where=content.place("responses"))
        for name, value in section.items():
            where = section.place(name)
            self._define("response", name, where)
            variations = want_list(value, key=name, where=where)
            self._responses[name] = read_response(variations)
            self._references += references.of_response(variations)

    def _read_intent(self, name: str, options: YamlMap) -> None:
        _only(options, {"use_entities", "ignore_entities"})
        used, ignored = options.get("use_entities", True), options.get("ignore_entities") or ()
        if used is False or used is None:
            used = ()
        self._intents[name] = Intent(name, None if used is True else frozenset(map(str, used)), frozenset(map(str, ignored)))

    def _read_entity(self, name: str, options: YamlMap) -> None:
        _only(options, {"roles", "groups", "influence_conversation"})
        roles, groups = (tuple(map(str, options.get(key) or ())) for key in ("roles", "groups"))
        self._entities[name] = EntityType(name, roles, groups, bool(options.get("influence_conversation", True)))

    def _read_slot(self, name: str, definition: YamlMap) -> None:
        self._slots[name] = read_slot(name, definition)
        self._references += references.of_slot(definition)

    def _read_form(self, name: str, options: YamlMap) -> None:
        _only(options, {"required_slots", "ignored_intents"})
        slots = options.get("required_slots") or ()
        if not isinstance(slots, YamlList | tuple):
            raise WrongType(where=options.place("required_slots"), key="required_slots", expected="a list of slots", got=slots)
        ignored = options.get("ignored_intents") or ()
        ignored = (ignored,) if isinstance(ignored, str) else ignored
        self._forms[name] = Form(name, tuple(map(str, slots)), tuple(map(str, ignored)))
        self._references += references.of_form(options)

    def finish(self) -> Domain:
        if self._forms:
            requested = requested_slot_of(slot for form in self._forms.values() for slot in form.required_slots)
            self._slots.setdefault(requested.name, requested)
        domain = Domain(
            intents=self._intents,
            entities=self._entities,
            slots=self._slots,
            responses=self._responses,
            forms=self._forms,
            actions=tuple(self._actions),
            session=self._session,
            places=self._places,
            source=self._source,
        )
        defined = {
            "slot": set(self._slots),
            "form": set(self._forms),
            "entity": set(self._entities),
            "intent": domain.intent_names(),
        }
        references.check(self._references, defined)
        return domain


def _only(options: YamlMap, known: set[str]) -> None:
    for key in options:
        if key not in known:
            raise UnknownKey(where=options.place(key), key=key, known=known)


def _read_session(content: YamlMap) -> Session:
    _only(content, {"session_expiration_time", "carry_over_slots_to_new_session"})
    return Session(float(content.get("session_expiration_time", 60)), bool(content.get("carry_over_slots_to_new_session", True)))
