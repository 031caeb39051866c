"""Writes stories and conversation tests as Rasa's YAML: each step as a mapping that ruamel.yaml keeps in order."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from assistant.annotations import annotated
from assistant.dialogue.payloads import is_payload
from assistant.dialogue.stories import SOME_VALUE, ActionStep, BotStep, CheckpointStep, LoopStep, OrStep, SlotStep, Step, UserStep
from assistant.errors import BadAnnotation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ruamel.yaml.comments import CommentedMap

    from assistant.messages import Entity

VERSION = "3.1"


def step_as_yaml(step: Step) -> CommentedMap:
    """Returns a step as it is written below ``steps``; reading it back gives the same step."""
    from ruamel.yaml.comments import CommentedMap

    match step:
        case UserStep():
            return _user(step)
        case OrStep():
            return CommentedMap({"or": [step_as_yaml(option) for option in step.options]})
        case ActionStep():
            return CommentedMap(action=step.name)
        case BotStep():
            return CommentedMap(bot=_plain(step.text))
        case SlotStep():
            return CommentedMap(slot_was_set=_slots(step))
        case LoopStep():
            return CommentedMap(active_loop=step.name)
        case CheckpointStep():
            return CommentedMap(checkpoint=step.name, **({"slot_was_set": _slots(step.slots)} if step.slots else {}))


def story_as_yaml(name: str, steps: Iterable[CommentedMap], *, kind: str = "story") -> CommentedMap:
    """Returns a story as it is written below ``stories``.

    Args:
        name: of the story.
        steps: as ``step_as_yaml`` gives them.
        kind: ``story`` or ``rule``.
    """
    from ruamel.yaml.comments import CommentedMap

    return CommentedMap({kind: name, "steps": list(steps)})


def stories_file(stories: Iterable[CommentedMap]) -> str:
    """Returns the text of a file of stories."""
    from ruamel.yaml.comments import CommentedMap
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    return dumped(CommentedMap(version=DoubleQuotedScalarString(VERSION), stories=list(stories)))


def dumped(content: Any) -> str:
    """Returns content as YAML: lines are not broken, lists stand at the column of their key, as Rasa writes them."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 100_000
    stream = io.StringIO()
    yaml.dump(content, stream)
    return stream.getvalue()


def _user(step: UserStep) -> CommentedMap:
    from ruamel.yaml.comments import CommentedMap

    written = CommentedMap()
    is_marked = False
    if step.text:
        text, is_marked = _marked(step)
        written["user"] = _plain(text)
    if step.intent:
        written["intent"] = step.intent
    if step.entities and not is_marked:
        written["entities"] = [_entity(entity) for entity in step.entities]
    if step.sentiment:
        written["sentiment"] = step.sentiment.score
        written |= {"emotion": step.sentiment.emotion} if step.sentiment.emotion != "neutral" else {}
    if step.flags:
        written["flags"] = list(step.flags)
    return written


def _marked(step: UserStep) -> tuple[str, bool]:
    """The text with its entities marked in it, and whether all of them are."""
    text = step.text or ""
    if is_payload(text):
        return text, True
    if any(entity.end == 0 for entity in step.entities):
        return text, False
    try:
        return annotated(text, step.entities, step.where), True
    except BadAnnotation:
        return text, False


def _entity(entity: Entity) -> Any:
    if entity.value == SOME_VALUE and not (entity.role or entity.group):
        return entity.entity
    parts = {entity.entity: entity.value, "role": entity.role, "group": entity.group}
    return {key: _plain(value) for key, value in parts.items() if value is not None}


def _slots(step: SlotStep) -> list[Any]:
    return [name if value == SOME_VALUE else {name: _plain(value)} for name, value in step.values]


def _plain(value: Any) -> Any:
    """The value without what reading has added to it, such as the line on which it stood."""
    from ruamel.yaml.scalarstring import LiteralScalarString

    if isinstance(value, str):
        return LiteralScalarString(value) if "\n" in value else str(value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
