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


def outermost(finds: list[Find]) -> list[Find]:
    """Returns the finds that lie in no larger one, by position: in ``in 3 days`` the 3 is no number of its own."""
    unique = {(find.start, -find.end, find.dimension): find for find in reversed(finds)}
    chosen: list[Find] = []
    furthest, last = 0, (-1, -1)  # where the finds so far end at the latest, those on the place of the last one left aside
    reach = 0
    for _, find in sorted(unique.items(), key=lambda item: item[0]):
        if (find.start, find.end) != last:
            furthest, last = max(furthest, reach), (find.start, find.end)
        if find.end > furthest:
            chosen.append(find)
        reach = max(reach, find.end)
    return chosen
