"""Reads rules, stories and conversation tests: all are lists of steps, as Rasa 3.1 writes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from assistant.annotations import read_annotations
from assistant.dialogue.payloads import is_payload, parse_payload
from assistant.errors import BadPayload, BadStep, Place, UnsupportedVersion, meant
from assistant.messages import Entity, Sentiment
from assistant.yaml_source import YamlList, YamlMap, map_with, optional_text, read_yaml, require, want_list, want_map

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from assistant.messages import Parse
    from assistant.project import Project


@dataclass(frozen=True, slots=True)
class UserStep:
    """The user says something: an intent with entities, a text, or both (in tests).

    Attributes:
        sentiment, flags: of tests: how the message sounds, and the categories that moderation finds in it.
    """

    where: Place
    intent: str | None
    text: str | None = None
    entities: tuple[Entity, ...] = ()
    sentiment: Sentiment | None = None
    flags: tuple[str, ...] = ()

    @property
    def means(self) -> str | None:
        """The intent; the text itself where a story leaves it at that (Rasa calls this end-to-end training)."""
        return self.intent or self.text


@dataclass(frozen=True, slots=True)
class OrStep:
    """The user says any one of several things."""

    where: Place
    options: tuple[UserStep | SlotStep, ...]


@dataclass(frozen=True, slots=True)
class ActionStep:
    """The assistant runs an action."""

    where: Place
    name: str


@dataclass(frozen=True, slots=True)
class BotStep:
    """The assistant says this text, whatever action says it."""

    where: Place
    text: str


@dataclass(frozen=True, slots=True)
class SlotStep:
    """Slots get values; None: they are empty."""

    where: Place
    values: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class LoopStep:
    """A form becomes active, or with None none is."""

    where: Place
    name: str | None


@dataclass(frozen=True, slots=True)
class CheckpointStep:
    """Stories are joined here."""

    where: Place
    name: str
    slots: SlotStep | None = None


_STEP_KEYS = ("intent", "user", "or", "action", "bot", "active_loop", "checkpoint", "slot_was_set")

Step: TypeAlias = UserStep | OrStep | ActionStep | BotStep | SlotStep | LoopStep | CheckpointStep


@dataclass(frozen=True, slots=True)
class Story:
    """A story, rule or conversation test.

    Attributes:
        steps: in order.
        is_rule: rules hold at any point of a conversation.
        condition: of a rule: what must hold before its steps.
        at_start: of a rule: it holds at the start of a conversation only.
        waits: of a rule: the assistant listens after the last step.
    """

    name: str
    where: Place
    steps: tuple[Step, ...]
    is_rule: bool = False
    condition: tuple[SlotStep | LoopStep, ...] = ()
    at_start: bool = False
    waits: bool = True
    metadata: YamlMap | None = field(default=None, compare=False)


def load_stories(project: Project) -> tuple[Story, ...]:
    """Returns the rules and stories of a project's training files.

    Raises:
        SourceError: a file or step cannot be read; the place is named.
    """
    return tuple(story for path in project.training for story in read_stories(path, shown_as=project.shown(path)))


def load_tests(project: Project, paths: Iterable[Path] = ()) -> tuple[Story, ...]:
    """Returns the conversation tests of a project, or those of the files named."""
    return tuple(story for path in (tuple(paths) or project.tests) for story in read_stories(path, shown_as=project.shown(path)))


def read_stories(path: Path, *, shown_as: str | None = None) -> tuple[Story, ...]:
    """Returns the rules and stories of one file."""
    shown = shown_as or str(path)
    return parse_stories(map_with(read_yaml(path, shown_as=shown), ("stories", "rules"), Place(shown)))


def parse_stories(content: YamlMap) -> tuple[Story, ...]:
    """Returns the rules and stories of one mapping.

    Raises:
        UnsupportedVersion: the file is of a version after Rasa 3.
        BadStep, WrongType, MissingKey: a step is none of the known kinds.
    """
    check_version(content)
    stories = want_list(content.get("stories"), key="stories", where=content.place("stories"))
    rules = want_list(content.get("rules"), key="rules", where=content.place("rules"))
    found = [_read_story(stories, index) for index in range(len(stories))]
    return (*found, *(_read_rule(rules, index) for index in range(len(rules))))


def check_version(content: YamlMap) -> None:
    """Refuses a training file that declares a later format than 3.x.

    Raises:
        UnsupportedVersion: it does.
    """
    version = str(content.get("version") or "3.1")
    major = version.split(".", maxsplit=1)[0]
    if not major.isdigit() or int(major) > 3:  # noqa: PLR2004 (the format's major version)
        raise UnsupportedVersion(where=content.place("version"), version=version)


def _read_story(items: YamlList, index: int) -> Story:
    item = want_map(items[index], key="stories", where=items.place(index))
    name = str(require(item, "story"))
    return Story(name, item.here, _read_steps(item), metadata=item.get("metadata"))


def _read_rule(items: YamlList, index: int) -> Story:
    item = want_map(items[index], key="rules", where=items.place(index))
    condition = want_list(item.get("condition"), key="condition", where=item.place("condition"))
    checked = []
    for number, entry in enumerate(condition):
        step = _read_step(want_map(entry, key="condition", where=condition.place(number)))
        if not isinstance(step, SlotStep | LoopStep):
            raise BadStep(where=condition.place(number), why="a condition is active_loop or slot_was_set")
        checked.append(step)
    return Story(
        name=str(require(item, "rule")),
        where=item.here,
        steps=_read_steps(item),
        is_rule=True,
        condition=tuple(checked),
        at_start=bool(item.get("conversation_start", False)),
        waits=bool(item.get("wait_for_user_input", True)),
        metadata=item.get("metadata"),
    )


def _read_steps(item: YamlMap) -> tuple[Step, ...]:
    steps = want_list(require(item, "steps"), key="steps", where=item.place("steps"))
    return tuple(_read_step(want_map(step, key="steps", where=steps.place(index))) for index, step in enumerate(steps))


def _read_step(step: YamlMap) -> Step:
    where = step.here
    if "intent" in step or "user" in step:
        return _read_user(step)
    if "or" in step:
        options = want_list(step["or"], key="or", where=step.place("or"))
        read = [_read_step(want_map(option, key="or", where=options.place(index))) for index, option in enumerate(options)]
        if not all(isinstance(option, UserStep | SlotStep) for option in read):
            raise BadStep(where=where, why='"or" joins intents or slots only')
        return OrStep(where, tuple(option for option in read if isinstance(option, UserStep | SlotStep)))
    if "action" in step:
        return ActionStep(where, str(step["action"]))
    if "bot" in step:
        return BotStep(where, str(step["bot"]).strip())
    if "active_loop" in step:
        name = step["active_loop"]
        return LoopStep(where, None if name is None else str(name))
    if "checkpoint" in step:
        return CheckpointStep(where, str(step["checkpoint"]), _read_slots(step) if "slot_was_set" in step else None)
    if "slot_was_set" in step:
        return _read_slots(step)
    fixes = ((key, meant(key, _STEP_KEYS)) for key in step)
    key, fix = next(((key, fix) for key, fix in fixes if fix), ("", ""))
    raise BadStep(where=step.place(key), why=f"it has the keys {', '.join(step) or 'none'}", fix=fix)


def _read_slots(step: YamlMap) -> SlotStep:
    value = step["slot_was_set"]
    items = value if isinstance(value, list) else [value]
    pairs: list[tuple[str, Any]] = []
    for item in items:
        if isinstance(item, dict):
            pairs += list(item.items())
        elif item is not None:
            pairs.append((str(item), SOME_VALUE))
    return SlotStep(step.place("slot_was_set"), tuple(pairs))


SOME_VALUE = "filled"
"""What a slot is set to where a story does not say, ``slot_was_set: [name]``, as in Rasa."""


def _read_user(step: YamlMap) -> UserStep:
    intent = step.get("intent")
    intent = None if intent is None else str(intent).strip().removeprefix("/")
    text: str | None = None
    entities: tuple[Entity, ...] = ()
    if step.get("user") is not None:
        text, entities = read_annotations(str(step["user"]).strip(), step.place("user"))
        if is_payload(text):
            parse = _read_payload(text, step.place("user"))
            intent, entities = intent or parse.intent.name, entities or parse.entities
    listed = want_list(step.get("entities"), key="entities", where=step.place("entities"))
    entities = entities or tuple(_read_entity(item) for item in listed)
    flags = want_list(step.get("flags"), key="flags", where=step.place("flags"))
    return UserStep(step.here, intent, text, entities, _read_sentiment(step), tuple(map(str, flags)))


def _read_sentiment(step: YamlMap) -> Sentiment | None:
    """``sentiment: negative``, or a number from -1 to 1; with ``emotion: anger`` beside it where that matters."""
    value = step.get("sentiment")
    if value is None:
        return None
    emotion = str(step.get("emotion") or "neutral")
    if str(value) in _SCORES:
        return Sentiment(str(value), _SCORES[str(value)], emotion)
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1 <= value <= 1:
        raise BadStep(where=step.place("sentiment"), why=f'"sentiment" is {", ".join(_SCORES)} or a number from -1 to 1')
    label = next(name for name, score in _SCORES.items() if score == (value > 0) - (value < 0))
    return Sentiment(label, float(value), emotion)


_SCORES = {"negative": -1.0, "neutral": 0.0, "positive": 1.0}


def _read_payload(text: str, where: Place) -> Parse:
    try:
        return parse_payload(text)
    except BadPayload as error:
        raise BadPayload(payload=error.payload, why=error.why, where=where) from error


def _read_entity(item: Any) -> Entity:
    """``- city``, ``- city: Paris`` or ``- city: Paris, role: from``."""
    if not isinstance(item, YamlMap):
        return Entity(str(item), 0, 0, SOME_VALUE)
    name, value = next((pair for pair in item.items() if pair[0] not in {"role", "group"}), ("", None))
    return Entity(str(name), 0, 0, value, role=optional_text(item, "role"), group=optional_text(item, "group"))


def spoken_texts(stories: Iterable[Story]) -> tuple[str, ...]:
    """Returns what users say in stories that name no intent for it, each text once."""
    steps = (step for story in stories for step in story.steps)
    said = (option for step in steps for option in (step.options if isinstance(step, OrStep) else (step,)))
    return tuple(dict.fromkeys(step.text for step in said if isinstance(step, UserStep) and step.text and not step.intent))
