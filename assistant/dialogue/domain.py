"""The domain of a Rasa project: what a bot knows, merged from its files, with every place remembered for errors."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from assistant.dialogue import rasa2, references
from assistant.dialogue.responses import ResponseVariation, read_response, unread_in_response
from assistant.dialogue.slots import Slot, read_slot, requested_slot_of, unread_in_slot
from assistant.errors import DuplicateName, OldFormat, Place, SourceError, WrongType
from assistant.yaml_source import YamlList, YamlMap, map_with, read_yaml, unread_keys, want_list, want_map, want_text

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
    "action_cancel_form",
    "action_show_whole_answer",
)
"""Actions that every bot has; the last four are this project's own."""

_NEVER_CUSTOM = {"action_listen", "action_answer_faq", "action_handoff", "action_show_whole_answer"}

_TOP_KEYS = {"version", "intents", "entities", "slots", "responses", "forms", "actions", "session_config", "config", "e2e_actions"}
_TRAINING_KEYS = {"nlu", "stories", "rules", "e2e_tests"}


@dataclass(frozen=True, slots=True)
class Intent:
    """An intent and which entities policies see beside it; use_entities None: all."""

    name: str
    use_entities: frozenset[str] | None = None
    ignore_entities: frozenset[str] = frozenset()

    def shows(self, entity: str) -> bool:
        """Returns whether policies see an entity, written ``city`` or ``city#role``; the first stands for all roles, too."""
        names = {entity, entity.split("#", maxsplit=1)[0]}
        return not names & self.ignore_entities and (self.use_entities is None or bool(names & self.use_entities))


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
    """All that the files of a domain say; the mappings are by name and in the order of the files.

    Attributes:
        stores_entities: entities fill slots by their mappings where a story or test does not say so.
        e2e_actions: texts that stories let the assistant say in place of an action.
        places: where each (kind, name) is defined.
        source: the files' content, merged.
        problems: what is wrong, though a bot runs with it; notes: what is worth a look.
    """

    intents: Mapping[str, Intent] = field(default_factory=dict)
    entities: Mapping[str, EntityType] = field(default_factory=dict)
    slots: Mapping[str, Slot] = field(default_factory=dict)
    responses: Mapping[str, tuple[ResponseVariation, ...]] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    actions: tuple[str, ...] = ()
    session: Session = field(default_factory=Session)
    stores_entities: bool = True
    e2e_actions: tuple[str, ...] = ()
    places: Mapping[tuple[str, str], Place] = field(default_factory=dict)
    source: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[SourceError, ...] = field(default=(), compare=False)
    notes: tuple[SourceError, ...] = field(default=(), compare=False)

    def has_action(self, name: str) -> bool:
        """Returns whether an action of that name can run: a response, a form, a custom or a default action."""
        return (
            name in self.responses
            or name in self.forms
            or name in self.actions
            or name in DEFAULT_ACTIONS
            or name in self.e2e_actions
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
        yield from self.e2e_actions

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
            if "#" in name and name.split("#")[1] not in {*kind.roles, *kind.groups}:
                continue
            if options and not options.shows(name):
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
        SourceError: a file is not YAML, has a misspelt key, or defines a name that another defines differently.
        UnknownName: a form asks for a slot that is not defined. Other unknown names are among the domain's problems.
    """
    reader = _Reader()
    for path in project.domain:
        reader.read(_content(path, project.shown(path)))
    for path in project.training:  # a training file may carry domain keys too
        shown = project.shown(path)
        content = read_yaml(path, shown_as=shown)
        reader.read(map_with(content, _TOP_KEYS - {"version"}, Place(shown)))
        reader.read_said(map_with(content, ("stories",), Place(shown)))
    return reader.finish()


def parse_domain(content: YamlMap) -> Domain:
    """Returns the domain that one mapping describes; see load_domain."""
    reader = _Reader()
    reader.read(content)
    return reader.finish()


def _content(path: Path, shown: str) -> YamlMap:
    return want_map(read_yaml(path, shown_as=shown), key="the file", where=Place(shown))


class _Reader:
    """Merges the files of a domain, refusing what is defined in two ways."""

    def __init__(self) -> None:
        self._defined: dict[tuple[str, str], tuple[Place, Any]] = {}
        self._source: dict[str, Any] = {}
        self._intents: dict[str, Intent] = {}
        self._entities: dict[str, EntityType] = {}
        self._slots: dict[str, YamlMap] = {}
        self._responses: dict[str, tuple[ResponseVariation, ...]] = {}
        self._forms: dict[str, YamlMap] = {}
        self._actions: dict[str, None] = {}
        self._e2e_actions: dict[str, None] = {}
        self._session = Session()
        self._stores_entities = True
        self._is_rasa2 = False
        self._references: list[references.Reference] = []
        self._problems: list[SourceError] = []
        self._notes: list[SourceError] = []

    def read(self, content: YamlMap) -> None:
        unread_keys(content, _TOP_KEYS | _TRAINING_KEYS)  # raises for what is misspelt; other keys are somebody else's
        content, notes = rasa2.renamed(content)
        self._notes += notes
        self._is_rasa2 = self._is_rasa2 or rasa2.says_rasa2(content)
        self._each_named(content, "intents", "intent", self._read_intent)
        self._each_named(content, "entities", "entity", self._read_entity)
        self._each(content, "slots", "slot", self._slots.__setitem__)
        self._responses_of(content)
        self._each(content, "forms", "form", self._forms.__setitem__)
        self._each_named(content, "actions", "action", lambda name, _: self._actions.update({name: None}))
        self._each_text(content, "e2e_actions", self._e2e_actions)
        if "session_config" in content:
            self._read_session(want_map(content["session_config"], key="session_config", where=content.place("session_config")))
        config = want_map(content.get("config"), key="config", where=content.place("config"))
        self._stores_entities = self._stores_entities and config.get("store_entities_as_slots", True) is not False
        self._merge_source(content)  # last: by now each section is known to be of its own shape

    def _merge_source(self, content: YamlMap) -> None:
        for key in _TOP_KEYS - {"version"}:
            value = content.get(key)
            if isinstance(value, dict):
                self._source.setdefault(key, {}).update(value)
            elif isinstance(value, list):
                known = self._source.setdefault(key, [])
                known.extend(item for item in value if item not in known)

    def _is_new(self, kind: str, name: str, where: Place, definition: Any) -> bool:
        """Remembers a definition; False where another file has the same one already.

        Raises:
            DuplicateName: another definition of the name is there, or the same file has it twice.
        """
        known = self._defined.setdefault((kind, name), (where, definition))
        if known[1] is definition:
            return True
        error = DuplicateName(where=where, kind=kind, name=name)
        if known[0].path == where.path or known[1] != definition:
            raise error
        self._problems.append(error)
        return False

    def _each(self, content: YamlMap, key: str, kind: str, read: Callable[[str, YamlMap], object]) -> None:
        section = want_map(content.get(key), key=key, where=content.place(key))
        for name, value in section.items():
            where = section.place(name)
            definition = want_map(value, key=name, where=where)
            if self._is_new(kind, name, where, definition):
                read(name, definition)

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
            if self._is_new(kind, name, where, options):
                read(name, options)

    def _each_text(self, content: YamlMap, key: str, into: dict[str, None]) -> None:
        section = want_list(content.get(key), key=key, where=content.place(key))
        into.update({want_text(item, key=key, where=section.place(index)): None for index, item in enumerate(section)})

    def read_said(self, content: YamlMap) -> None:
        """Reads what stories let the assistant say in place of an action: each text is an action of its own."""
        stories = content.get("stories")
        for story in stories if isinstance(stories, YamlList) else ():
            steps = story.get("steps") if isinstance(story, YamlMap) else None
            for step in steps if isinstance(steps, YamlList) else ():
                if isinstance(step, YamlMap) and step.get("bot") is not None:
                    self._e2e_actions[str(step["bot"]).strip()] = None

    def _responses_of(self, content: YamlMap) -> None:
        section = want_map(content.get("responses"), key="responses", where=content.place("responses"))
        for name, value in section.items():
            where = section.place(name)
            variations = want_list(value, key=name, where=where)
            if self._is_new("response", name, where, variations):
                self._responses[name] = read_response(variations)
                self._notes += unread_in_response(variations)
                self._references += references.of_response(variations)

    def _read_intent(self, name: str, options: YamlMap) -> None:
        if "triggers" in options:
            fix = f"write a rule: intent {name}, then action {options['triggers']}"
            raise OldFormat(where=options.place("triggers"), what="triggers are of Rasa 1", change=fix)
        self._notes += unread_keys(options, {"use_entities", "ignore_entities"})
        used, ignored = options.get("use_entities", True), options.get("ignore_entities")
        self._intents[name] = Intent(name, None if used is True else frozenset(_names(used)), frozenset(_names(ignored)))

    def _read_entity(self, name: str, options: YamlMap) -> None:
        self._notes += unread_keys(options, {"roles", "groups", "influence_conversation"})
        roles, groups = (_names(options.get(key)) for key in ("roles", "groups"))
        self._entities[name] = EntityType(name, roles, groups, bool(options.get("influence_conversation", True)))

    def _read_session(self, content: YamlMap) -> None:
        self._notes += unread_keys(content, {"session_expiration_time", "carry_over_slots_to_new_session"})
        minutes, carries = content.get("session_expiration_time"), content.get("carry_over_slots_to_new_session")
        if minutes is not None and (isinstance(minutes, bool) or not isinstance(minutes, int | float)):
            where = content.place("session_expiration_time")
            raise WrongType(where=where, key="session_expiration_time", expected="a number of minutes", got=minutes)
        self._session = Session(60.0 if minutes is None else float(minutes), True if carries is None else bool(carries))

    def finish(self) -> Domain:
        """Returns the domain of all files read."""
        if self._is_rasa2:
            self._forms, self._slots, notes = rasa2.migrated(self._forms, self._slots, self._entities)
            self._notes += notes
        forms = {name: self._form(name, options) for name, options in self._forms.items()}
        slots = {name: self._slot(name, definition) for name, definition in self._slots.items()}
        if forms:
            requested = requested_slot_of(slot for form in forms.values() for slot in form.required_slots)
            slots.setdefault(requested.name, requested)
        domain = Domain(
            intents=self._intents,
            entities=self._entities,
            slots=slots,
            responses=self._responses,
            forms=forms,
            actions=tuple(self._actions),
            session=self._session,
            stores_entities=self._stores_entities,
            e2e_actions=tuple(self._e2e_actions),
            places={name: where for name, (where, _) in self._defined.items()},
            source=self._source | {"forms": dict(self._forms), "slots": dict(self._slots)},
        )
        return self._checked(domain)

    def _checked(self, domain: Domain) -> Domain:
        defined = {
            "slot": set(domain.slots),
            "form": set(domain.forms),
            "entity": set(domain.entities),
            "intent": domain.intent_names(),
        }
        problems = [*self._problems, *references.unknown(self._references, defined)]
        return replace(domain, problems=tuple(problems), notes=tuple(self._notes))

    def _slot(self, name: str, definition: YamlMap) -> Slot:
        self._notes += unread_in_slot(definition)
        self._references += references.of_slot(definition)
        return read_slot(name, definition)

    def _form(self, name: str, options: YamlMap) -> Form:
        self._notes += unread_keys(options, {"required_slots", "ignored_intents"})
        slots = options.get("required_slots")
        if slots is not None and not isinstance(slots, YamlList):
            raise WrongType(where=options.place("required_slots"), key="required_slots", expected="a list of slots", got=slots)
        self._references += references.of_form(options)
        return Form(name, _names(slots), _names(options.get("ignored_intents")))


def _names(value: Any) -> tuple[str, ...]:
    """One name or a list of names; nothing for null and false."""
    if value is None or value is False:
        return ()
    return tuple(map(str, value)) if isinstance(value, YamlList) else (str(value),)
