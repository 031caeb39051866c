"""Finds the values of a text that a project asks for, each as an entity with its meaning."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from assistant.messages import Entity
from assistant.nlu.overlaps import VALUE_EXTRACTOR
from assistant.nlu.values.find import outermost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from assistant.nlu.values.find import Find

    Clock = Callable[[], datetime]

SHAPED = frozenset({"amount-of-money", "credit-card-number", "email", "order-number", "phone-number", "url"})
"""Kinds of values that figures and signs tell, not words."""

DIMENSIONS = tuple(sorted({*SHAPED, "distance", "duration", "number", "ordinal", "quantity", "temperature", "time", "volume"}))
"""What can be found."""


def system_clock() -> datetime:
    """Returns the time of the machine, in its zone."""
    return datetime.now(_system_zone())


@cache
def _system_zone() -> tzinfo | None:
    """Returns the machine's zone with its summer time, or the offset of now where the machine does not say its zone's name."""
    link = Path("/etc/localtime")
    name = os.environ.get("TZ", "") or (str(link.resolve()).partition("zoneinfo/")[2] if link.is_symlink() else "")
    try:
        return ZoneInfo(name.removeprefix(":"))
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return datetime.now().astimezone().tzinfo


@dataclass(frozen=True)
class ValueExtractor:
    """Finds values.

    Attributes:
        dimensions: the dimension of each type of entity that is to be found.
        extractor: the name that finds carry.
        date_order: whether ``3/4`` is the third of April or the fourth of March.
        timezone: of the times, such as ``Europe/Dublin``; empty: the clock's own.
        clock: tells now, with its zone; tests set it.
    """

    dimensions: Mapping[str, str] = field(default_factory=dict)
    extractor: str = VALUE_EXTRACTOR
    date_order: Literal["dmy", "mdy"] = "dmy"
    timezone: str = ""
    clock: Clock = system_clock

    def extract(self, text: str) -> list[Entity]:
        """Returns the values of a text as entities, by position; a value inside a larger one is left out."""
        return self._entities(outermost(list(self._finds(text))))

    def extract_with_candidates(self, text: str) -> tuple[list[Entity], list[Entity]]:
        """Returns what `extract` does, and all values, those inside others too, and ``friday`` beside ``by friday``."""
        finds = list(self._finds(text, has_inner=True))
        if not finds:  # as in most texts
            return [], []
        return self._entities(outermost(finds)), self._entities(finds)

    def _entities(self, finds: list[Find]) -> list[Entity]:
        return [self._entity(name, find) for find in finds for name in self._names[find.dimension]]

    def resolve(self, entity: str, text: str) -> Entity | None:
        """Returns the value of a text that is known to be an entity; None where the text says none, or more than one."""
        found = [find for find in self.extract(text) if find.entity == entity]
        return found[0] if len(found) == 1 else None

    def has_shape(self, entity: str) -> bool:
        """Says whether values of an entity are told by their shape, in figures and signs, not by words."""
        return self.dimensions.get(entity) in SHAPED

    def _finds(self, text: str, *, has_inner: bool = False) -> Iterator[Find]:
        from assistant.nlu.values.finders import find_values  # tables and patterns that the first message pays for, not the start

        looks_back = self.extractor == VALUE_EXTRACTOR
        yield from find_values(tuple(self._names), text, self._now, self.date_order, has_inner=has_inner, looks_back=looks_back)

    def _now(self) -> datetime:
        now = self.clock()
        return now.astimezone(ZoneInfo(self.timezone)) if self.timezone else now

    def _entity(self, name: str, find: Find) -> Entity:
        info = dict(find.info)
        return Entity(name, find.start, find.end, find.value, extractor=self.extractor, additional_info=info)

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        """The types of entity that each dimension makes."""
        names: dict[str, list[str]] = {}
        for name, dimension in self.dimensions.items():
            names.setdefault(dimension, []).append(name)
        return names
