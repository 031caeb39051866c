"""Reads times relative to today: ``next week``, ``last friday``, ``this summer``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.nlu.values.calendar import add, floor, instant
from assistant.nlu.values.durations import UNIT_WORDS
from assistant.nlu.values.time_context import direction
from assistant.nlu.values.time_spans import read_holiday, season, weekend
from assistant.nlu.values.time_words import LAST, MONTHS, NEXT, SEASONS, THIS, WEEKDAYS

if TYPE_CHECKING:
    from assistant.nlu.values.time_context import Context, Read

_CALENDAR_UNITS = frozenset({"day", "week", "month", "quarter", "year"})


def read_relative(c: Context, i: int) -> Read | None:
    """Returns the time that ``this``, ``next`` or ``last`` at token i tells from others of its name."""
    at = i + 1 if c.word(i) == "the" else i
    word = c.word(at)
    if word == "this" and c.word(at + 1) in LAST | NEXT:  # this past monday, this coming week
        at += 1
        word = c.word(at)
    if word not in NEXT | LAST | THIS:
        return None
    return _week_part(c, at, direction(word)) or _calendar_part(c, at, direction(word))


def _week_part(c: Context, at: int, n: int) -> Read | None:
    what = c.word(at + 1)
    if what == "weekend":
        return weekend(c, n), at + 2
    if (what, c.word(at + 2), c.word(at + 3)) == ("week", "-", "end"):
        return weekend(c, n), at + 4
    if what in WEEKDAYS and not (n > 0 and c.word(at + 2) == "week"):
        return c.nearest_weekday(WEEKDAYS[what], n), at + 2
    return None


def _calendar_part(c: Context, at: int, n: int) -> Read | None:
    what = c.word(at + 1)
    grain = UNIT_WORDS.get(what, "")
    if grain in _CALENDAR_UNITS and not what.endswith("s") and (grain, n) != ("day", -1):  # last minute, last day to order
        return instant(add(floor(c.now, grain), grain, n), grain), at + 2
    if what in MONTHS:
        return c.month_from(MONTHS[what], n), at + 2
    if what in SEASONS:
        return season(c, what, n), at + 2
    return read_holiday(c, at + 1, n)
