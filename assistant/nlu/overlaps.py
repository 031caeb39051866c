"""Decides which finds stay where several lie on the same text.

The rule, in this order:

1. Finds of the same type on the same text are one entity. It carries the name of the extractor that stands first in rule 5, the
   role and group that were seen, and the meaning that was resolved.
2. What stands in for Duckling (`DucklingEntityExtractor` in config.yml) contends only with finds of its own type: other programs'
   actions read it beside the entity that the model found, as they did in Rasa.
3. A find of less than `SURE` confidence yields to every other.
4. The longer find wins.
5. A regex wins over a lookup list, a lookup list over a resolved value, a resolved value over the model.
6. The more confident find wins, then the earlier, then the type that comes first in the alphabet.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.messages import Entity

REGEX_EXTRACTOR = "RegexEntityExtractor"
LOOKUP_EXTRACTOR = "LookupEntityExtractor"
VALUE_EXTRACTOR = "ValueExtractor"
DUCKLING_EXTRACTOR = "DucklingEntityExtractor"
MODEL_EXTRACTOR = "AlbertEntityExtractor"
SURE = 0.5

_RANK = {
    name: rank
    for rank, name in enumerate((REGEX_EXTRACTOR, LOOKUP_EXTRACTOR, VALUE_EXTRACTOR, DUCKLING_EXTRACTOR, MODEL_EXTRACTOR))
}


def settle(finds: Iterable[Entity]) -> list[Entity]:
    """Returns the finds that stay, by position."""
    found = list(finds)
    if len(found) < 2:  # noqa: PLR2004 (nothing to decide)
        return found
    chosen: list[Entity] = []
    for find in sorted(_merged(found), key=_precedence):
        if not any(_contend(find, other) for other in chosen):
            chosen.append(find)
    return sorted(chosen, key=lambda entity: (entity.start, entity.end, entity.entity))


def _contend(one: Entity, other: Entity) -> bool:
    if one.end <= other.start or other.end <= one.start:
        return False
    return one.entity == other.entity or DUCKLING_EXTRACTOR not in {one.extractor, other.extractor}


def _merged(finds: Iterable[Entity]) -> list[Entity]:
    merged: dict[tuple[int, int, str], Entity] = {}
    for find in sorted(finds, key=_precedence):
        key = (find.start, find.end, find.entity)
        first = merged.setdefault(key, find)
        if first is not find:
            merged[key] = _united(first, find)
    return list(merged.values())


def _united(first: Entity, second: Entity) -> Entity:
    if first.additional_info is None and second.additional_info is not None:
        first = replace(first, value=second.value, additional_info=second.additional_info)
    return replace(first, role=first.role or second.role, group=first.group or second.group)


def _precedence(find: Entity) -> tuple[bool, int, int, float, int, str]:
    length, rank = find.end - find.start, _RANK.get(find.extractor, len(_RANK))
    return (find.confidence < SURE, -length, rank, -find.confidence, find.start, find.entity)
