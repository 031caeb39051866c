"""The value extractors that a project's settings ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.nlu.values.extractor import Clock, ValueExtractor


def configured_values(settings: Settings, clock: Clock | None = None) -> tuple[ValueExtractor, ...]:
    """Returns the extractors, the project's own first, then what stands in for Duckling; none are loaded where none are asked for.

    Args:
        settings: in force.
        clock: tells now; None: the machine's.
    """
    if not settings.values and not settings.duckling:
        return ()
    from assistant.nlu.overlaps import DUCKLING_EXTRACTOR, VALUE_EXTRACTOR
    from assistant.nlu.values.extractor import ValueExtractor, system_clock

    own: dict[str, str] = dict(settings.values)
    duckling: dict[str, str] = {name: name for name in settings.duckling}
    return tuple(
        ValueExtractor(dimensions, name, settings.date_order, settings.timezone, clock or system_clock)
        for name, dimensions in ((VALUE_EXTRACTOR, own), (DUCKLING_EXTRACTOR, duckling))
        if dimensions
    )
