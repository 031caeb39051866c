"""Reads weekends, seasons and holidays."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from assistant.nlu.values.calendar import Time, easter, floor, instant, interval, nth_weekday
from assistant.nlu.values.time_words import HOLIDAY_STARTS, HOLIDAYS, LONGEST_HOLIDAY, SEASONS, AfterEaster, OnWeekday

if TYPE_CHECKING:
    from assistant.nlu.values.time_context import Context, Read
    from assistant.nlu.values.time_words import Holiday

_FRIDAY, _WEEKEND_HOUR, _WEEKEND_HOURS = 4, 18, 54


def weekend(c: Context, n: int) -> Time:
    """Returns Friday evening to the end of Sunday of this week, or of another."""
    start = floor(c.now, "week") + timedelta(weeks=n, days=_FRIDAY, hours=_WEEKEND_HOUR)
    return interval(start, start + timedelta(hours=_WEEKEND_HOURS), "hour")


def season(c: Context, name: str, n: int) -> Time:
    """Returns the season that is now or comes next; with n the next or last one of its name."""
    starts = sorted(set(SEASONS.values()))
    month, day = SEASONS[name]
    following = starts[(starts.index((month, day)) + 1) % len(starts)]
    spans = []
    for year in range(c.now.year - 2, c.now.year + 3):
        start = datetime(year, month, day)  # noqa: DTZ001
        spans.append((start, datetime(year + (following < (month, day)), *following)))  # noqa: DTZ001
    current = next(index for index, (_, end) in enumerate(spans) if end > c.today)
    is_now = spans[current][0] <= c.today
    chosen = spans[current + (n if n < 0 or is_now else 0)]
    return interval(*chosen, "day")


def read_holiday(c: Context, i: int, n: int | None) -> Read | None:
    """Returns the holiday whose name starts at token i, as it comes next; with n below zero as it was last."""
    if c.word(i) not in HOLIDAY_STARTS:
        return None
    for length in range(LONGEST_HOLIDAY, 0, -1):
        rule = HOLIDAYS.get(tuple(c.word(i + k) for k in range(length)))
        if rule is None:
            continue
        year, behind = c.year(i + length)
        if year is not None:
            return instant(_holiday_of(year, rule), "day"), behind
        step = None if n or isinstance(rule, AfterEaster | OnWeekday) else ("year", 1)
        days = [_holiday_of(c.now.year + ahead, rule) for ahead in (-1, 0, 1)]
        if n is not None and n < 0:
            return instant(max(day for day in days if day < c.today), "day"), behind
        return instant(min(day for day in days if day >= c.today), "day", step), behind
    return None


def _holiday_of(year: int, rule: Holiday) -> datetime:
    match rule:
        case AfterEaster(days):
            sunday = easter(year)
            return datetime(sunday.year, sunday.month, sunday.day) + timedelta(days=days)  # noqa: DTZ001
        case OnWeekday(month, weekday, n, days):
            return (nth_weekday(year, month, weekday, n) or datetime(year, month, 1)) + timedelta(days=days)  # noqa: DTZ001
        case month, day:
            return datetime(year, month, day)  # noqa: DTZ001
