"""Responses: variations with conditions and channels, and their interpolation with slots."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from assistant.errors import WrongType
from assistant.messages import BotMessage, Button
from assistant.yaml_source import YamlList, YamlMap, require, unread_keys, want_list, want_map

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence

    from assistant.errors import UnknownKey

_KEYS = {
    "text",
    "image",
    "attachment",
    "buttons",
    "elements",
    "quick_replies",
    "button_type",
    "custom",
    "channel",
    "condition",
    "id",
    "metadata",
}
_PARTS = ("text", "image", "attachment", "custom", "buttons", "elements", "quick_replies")
_BRACES = re.compile(r"{{|}}|{([^{}\n]+)}")


@dataclass(frozen=True, slots=True)
class ResponseCondition:
    """A slot that must have a value, compared with its type, for a variation to be said."""

    slot: str
    value: Any


@dataclass(frozen=True, slots=True)
class ResponseVariation:
    """One way of saying a response. channel None: any channel; conditions empty: always."""

    message: BotMessage
    channel: str | None = None
    conditions: tuple[ResponseCondition, ...] = ()
    id: str | None = None


def read_response(items: YamlList) -> tuple[ResponseVariation, ...]:
    """Returns the variations that a domain file lists under one response.

    Raises:
        WrongType, UnknownKey, MissingKey: a variation does not hold together.
    """
    return tuple(_read_variation(item, items, index) for index, item in enumerate(items))


def unread_in_response(items: YamlList) -> list[UnknownKey]:
    """Returns what to say about keys of the variations that nothing reads.

    Raises:
        UnknownKey: one is misspelt.
    """
    return [note for item in items if isinstance(item, YamlMap) for note in unread_keys(item, _KEYS)]


def _read_variation(item: Any, items: YamlList, index: int) -> ResponseVariation:
    if isinstance(item, str):
        return ResponseVariation(BotMessage(text=str(item)))
    where = items.place(index)
    content = want_map(item, key="response", where=where)
    unread_keys(content, _KEYS)
    if not any(content.get(key) is not None for key in _PARTS):
        raise WrongType(where=where, key="response", expected="a text, image, attachment, buttons or custom content", got=None)
    buttons = want_list(content.get("buttons") or content.get("quick_replies"), key="buttons", where=where)
    custom, metadata = content.get("custom"), content.get("metadata")
    message = BotMessage(
        text=None if content.get("text") is None else str(content["text"]),
        buttons=tuple(_read_button(button, buttons, number) for number, button in enumerate(buttons)),
        image=content.get("image"),
        attachment=content.get("attachment"),
        custom=dict(custom) if isinstance(custom, dict) else None,
        metadata=dict(metadata) if isinstance(metadata, dict) else {},
    )
    conditions = want_list(content.get("condition"), key="condition", where=content.place("condition"))
    return ResponseVariation(
        message=message,
        channel=content.get("channel"),
        conditions=tuple(_read_condition(condition, conditions, number) for number, condition in enumerate(conditions)),
        id=content.get("id"),
    )


def _read_button(item: Any, items: YamlList, index: int) -> Button:
    button = want_map(item, key="buttons", where=items.place(index))
    title = str(require(button, "title"))
    return Button(title, str(button.get("payload") or title))


def _read_condition(item: Any, items: YamlList, index: int) -> ResponseCondition:
    condition: YamlMap = want_map(item, key="condition", where=items.place(index))
    return ResponseCondition(str(require(condition, "name")), condition.get("value"))


def choose_variation(
    variations: Sequence[ResponseVariation], slots: Mapping[str, Any], channel: str, rng: random.Random
) -> ResponseVariation | None:
    """Returns a variation by Rasa's four tiers, at random within one; None when none may be said.

    The tiers: conditions hold and the channel is named; channel named; conditions hold; neither.
    """
    usable = [v for v in variations if v.channel in {None, channel} and all(_holds(c, slots) for c in v.conditions)]
    for wants_channel, wants_condition in ((True, True), (True, False), (False, True), (False, False)):
        tier = [v for v in usable if (v.channel is not None) == wants_channel and bool(v.conditions) == wants_condition]
        if tier:
            return rng.choice(tier)
    return None


def _holds(condition: ResponseCondition, slots: Mapping[str, Any]) -> bool:
    value = slots.get(condition.slot)
    return value == condition.value and isinstance(value, bool) == isinstance(condition.value, bool)


def fill(message: BotMessage, variables: Mapping[str, Any]) -> BotMessage:
    """Returns the message with ``{name}`` replaced by the variables; an empty slot reads "None", an unknown name stays."""
    custom = _fill_deep(message.custom, variables) if message.custom else None
    return replace(
        message,
        text=None if message.text is None else fill_text(message.text, variables),
        image=None if message.image is None else fill_text(message.image, variables),
        attachment=_fill_deep(message.attachment, variables),
        buttons=tuple(Button(fill_text(b.title, variables), fill_text(b.payload, variables)) for b in message.buttons),
        custom=custom,
    )


def fill_text(text: str, variables: Mapping[str, Any]) -> str:
    """Returns the text with ``{name}`` replaced, and doubled braces made single."""
    if "{" not in text and "}" not in text:
        return text
    # One pass: what a variable brings along is never read again.
    return _BRACES.sub(lambda match: _filled(match, variables), text)


def _filled(match: re.Match[str], variables: Mapping[str, Any]) -> str:
    name = match[1]
    if name is None:
        return match[0][0]
    return str(variables[name]) if name in variables else match[0]


def _fill_deep(value: Any, variables: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        return fill_text(value, variables)
    if isinstance(value, dict):
        return {key: _fill_deep(item, variables) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill_deep(item, variables) for item in value]
    return value
