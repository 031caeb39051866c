"""Arithmetic on times of a grain: second, minute, hour, day, week, month, quarter, year. All times are local and naive."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

_DELTAS = {
    name: timedelta(seconds=n) for name, n in (("second", 1), ("minute", 60), ("hour", 3600), ("day", 86400), ("week", 604800))
}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
MIN_YEAR, MAX_YEAR = 1, 9000


@dataclass(frozen=True, slots=True)
class Time:
    """What a phrase means.

    Attributes:
        start: the first moment; None: open to the past.
        end: the first moment that is no more of it; None: open to the future.
        grain: how exactly it was said.
        is_interval: it was said as an interval, not as one day or hour.
        step: (grain, n) after which it comes again, such as each Monday; None when it comes once.
    """

    start: datetime | None
    end: datetime | None
    grain: str
    is_interval: bool = False
    step: tuple[str, int] | None = None

    def moved(self, times: int) -> Time:
        """Returns the time when it comes again, so many steps later."""
        if self.step is None or not times:
            return self
        grain, n = self.step
        start = None if self.start is None else add(self.start, grain, n * times)
        end = None if self.end is None else add(self.end, grain, n * times)
        return replace(self, start=start, end=end)

    def before(self, now: datetime) -> Time:
        """Returns the time as it was last, where it comes again and is still to come."""
        is_ahead = self.step is not None and self.start is not None and self.start > now
        return self.moved(-1) if is_ahead else self


def instant(at: datetime, grain: str, step: tuple[str, int] | None = None) -> Time:
    """Returns the one second, day or year that starts at a moment."""
    return Time(at, add(at, grain, 1), grain, step=step)


def interval(start: datetime | None, end: datetime | None, grain: str, step: tuple[str, int] | None = None) -> Time:
    """Returns an interval."""
    return Time(start, end, grain, is_interval=True, step=step)


def floor(at: datetime, grain: str) -> datetime:
    """Returns the start of the grain that a moment lies in; weeks start on Monday."""
    at = at.replace(microsecond=0)
    if grain == "second":
        return at
    at = at.replace(second=0)
    if grain == "minute":
        return at
    at = at.replace(minute=0)
    if grain == "hour":
        return at
    at = at.replace(hour=0)
    match grain:
        case "week":
            return at - timedelta(days=at.weekday())
        case "month":
            return at.replace(day=1)
        case "quarter":
            return at.replace(month=3 * ((at.month - 1) // 3) + 1, day=1)
        case "year":
            return at.replace(month=1, day=1)
        case _:
            return at


def add(at: datetime, grain: str, n: int) -> datetime:
    """Returns the moment n grains later; a month after 31 January is the last of February.

    Raises:
        OverflowError: no calendar reaches so far.
    """
    if grain in _DELTAS:
        moved = at + _DELTAS[grain] * n
    else:
        months = at.year * 12 + at.month - 1 + n * _MONTHS[grain]
        year, month = divmod(months, 12)
        if not MIN_YEAR <= year <= MAX_YEAR:
            raise OverflowError(f"the year {year}")
        moved = at.replace(year=year, month=month + 1, day=min(at.day, calendar.monthrange(year, month + 1)[1]))
    if not MIN_YEAR <= moved.year <= MAX_YEAR:
        raise OverflowError(f"the year {moved.year}")
    return moved


def day_of(year: int, month: int, day: int) -> datetime | None:
    """Returns the start of a day; None when the calendar has no such day."""
    if not (MIN_YEAR <= year <= MAX_YEAR and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]):  # noqa: PLR2004
        return None
    return datetime(year, month, day)  # noqa: DTZ001 (local times are naive here)


def full_year(year: int) -> int:
    """Returns a year of two digits as the one between 1950 and 2049; others as they are."""
    return year if year > 99 else (year + 50) % 100 + 1950  # noqa: PLR2004


def easter(year: int) -> date:
    """Returns Easter Sunday. Source: Meeus 1991, chapter 8, for the Gregorian calendar."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


def nth_weekday(year: int, month: int, weekday: int, n: int) -> datetime | None:
    """Returns the n-th Monday (0) to Sunday (6) of a month, the last for n = -1; None when there are fewer."""
    first = datetime(year, month, 1)  # noqa: DTZ001
    days = [first + timedelta(days=d) for d in range(calendar.monthrange(year, month)[1])]
    matching = [day for day in days if day.weekday() == weekday]
    return matching[n - 1 if n > 0 else n] if -len(matching) <= n <= len(matching) and n else None
