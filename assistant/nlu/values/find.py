"""What the finders of values return."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Find:
    """A value in ``text[start:end)``.

    Attributes:
        dimension: Duckling's name of the kind of value, such as ``amount-of-money``; or ``order-number``, which is ours.
        start, end: in characters.
        info: the value as Duckling's JSON.
    """

    dimension: str
    start: int
    end: int
    info: Mapping[str, Any]

    @property
    def value(self) -> Any:
        """What Rasa makes the entity's value: the plain value, or ``from`` and ``to`` of an interval."""
        if self.info.get("type") != "interval":
            return self.info.get("value")
        return {side: (self.info.get(side) or {}).get("value") for side in ("to", "from")}

    def is_inside(self, other: Find) -> bool:
        """Says whether the other find covers this one and more."""
        return (other.start, other.end) != (self.start, self.end) and other.start <= self.start and self.end <= other.end


def outermost(finds: list[Find]) -> list[Find]:
    """Returns the finds that lie in no larger one, by position: in ``in 3 days`` the 3 is no number of its own."""
    chosen: list[Find] = []
    for find in sorted(finds, key=lambda find: (find.start, -find.end, find.dimension)):
        if find in chosen or any(find.is_inside(other) for other in reversed(chosen[-8:])):
            continue
        chosen.append(find)
    return chosen
