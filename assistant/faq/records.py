"""Between an FAQ entry and the plain fields that a file holds of it, whatever the file's format."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Any

from assistant.errors import MissingKey, UnknownKey, WrongType
from assistant.faq.entry import FaqEntry, checked
from assistant.yaml_source import want_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from assistant.errors import Place
    from assistant.yaml_source import YamlMap

FIELDS = (
    *("id", "question", "alternatives", "answer", "tags", "category", "language", "status", "threshold"),
    *("intent", "follow_ups", "valid_from", "valid_until"),
)
"""What files hold of an entry, in the order in which it is written. Versions and authors are the database's."""

LISTS = ("alternatives", "tags", "follow_ups")
"""The fields that hold several texts."""

_DATES = ("valid_from", "valid_until")
_DEFAULTS = {field.name: field.default for field in fields(FaqEntry)} | {"status": "published"}


def entry_from(record: Mapping[str, Any], place: Callable[[str], Place], shared: Mapping[str, str]) -> FaqEntry:
    """Returns the entry that a file's fields describe. Without a status it is published: who writes it down wants it answered.

    Args:
        record: fields by name; those that are missing or None have their usual values.
        place: returns where a field stands.
        shared: values that hold for the whole file, such as its category.

    Raises:
        SourceError: a field is missing, unknown, of the wrong type, or does not hold.
    """
    for name in record:
        if name not in FIELDS:
            raise UnknownKey(where=place(name), key=name, known=FIELDS)
    for name in ("question", "answer"):
        if record.get(name) is None:
            raise MissingKey(where=place(name), key=name)
    given = {name: _value(name, value, place(name)) for name, value in record.items() if value is not None}
    values: dict[str, Any] = {"id": "", "status": "published"} | dict(shared) | given
    return checked(FaqEntry(**values), place("question"))


def at(where: Place, notes: YamlMap | None = None) -> Callable[[str], Place]:
    """Returns a function that tells where a field stands: where the notes have it, or else at the one place given."""
    return lambda name: notes.place(name) if notes and name in notes else where


def fields_of(entry: FaqEntry, shared: Mapping[str, str]) -> dict[str, Any]:
    """Returns the fields that a file must hold of the entry: those without their usual value, lists as lists."""
    values = {name: getattr(entry, name) for name in FIELDS}
    usual = _DEFAULTS | dict(shared)
    return {name: plain_value(value) for name, value in values.items() if value != usual.get(name)}


def plain_value(value: Any) -> Any:
    """Returns a field's value as JSON has it: tuples as lists, days as ``2027-01-31``."""
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, date) else value


def _value(name: str, value: object, where: Place) -> object:
    if name in LISTS:
        return _texts(name, value, where)
    if name == "threshold":
        return _number(value, where)
    if name in _DATES:
        return _day(name, value, where)
    return str(want_text(value, key=name, where=where))


def _texts(name: str, value: object, where: Place) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise WrongType(where=where, key=name, expected="a list of texts", got=value)
    return tuple(str(want_text(item, key=name, where=where)) for item in value)


def _number(value: object, where: Place) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise WrongType(where=where, key="threshold", expected="a number between 0 and 1", got=value) from error


def _day(name: str, value: object, where: Place) -> date:
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError as error:
        raise WrongType(where=where, key=name, expected="a day such as 2027-01-31", got=value) from error
