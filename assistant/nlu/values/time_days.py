"""Reads dates from tokens: ``tomorrow``, ``monday, 3 march``, ``in two weeks``, ``end of the month``."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from assistant.nlu.values.calendar import Time, add, floor, instant, interval
from assistant.nlu.values.durations import read_duration
from assistant.nlu.values.numerals import read_ordinal
from assistant.nlu.values.time_context import direction
from assistant.nlu.values.time_figures import in_figures
from assistant.nlu.values.time_months import read_month
from assistant.nlu.values.time_ordinals import day_of_month, read_ordinal_date
from assistant.nlu.values.time_relative import read_relative
from assistant.nlu.values.time_spans import read_holiday, season, weekend
from assistant.nlu.values.time_words import DOUBTFUL, LAST, LEADS, NEXT, SEASONS, THIS, WEEKDAYS
from assistant.nlu.values.tokens import NUMBER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.nlu.values.time_context import Context, Read

# "in 3 days" is as exact as an hour, "in 2 weeks" as a day.
_EXACTNESS = {
    "second": "second",
    "minute": "second",
    "hour": "minute",
    "day": "hour",
    "week": "day",
    "month": "day",
    "quarter": "month",
    "year": "month",
}


def read_day(c: Context, i: int) -> Read | None:
    """Returns the longest date that starts at token i."""
    return max(_all(c, i), key=lambda read: read[1], default=None)


def _all(c: Context, i: int) -> Iterator[Read]:
    token = c.tokens[i]
    if token.kind != NUMBER and token.is_glued:
        return
    forms = (
        in_figures,
        read_ordinal_date,
        _counted,
        read_relative,
        _weekday,
        read_month,
        _named,
        _edge,
    )
    yield from (read for form in forms if (read := form(c, i)) is not None)


def _counted(c: Context, i: int) -> Read | None:
    word = c.word(i)
    if word in {"in", "within", "after"} and i + 1 < len(c.tokens):
        duration = read_duration(c.tokens, i + 2 if c.word(i + 1) in {"about", "around"} else i + 1)
        if duration is None:
            return None
        then = _shifted(c, duration[0], duration[1])
        if word == "in":
            return then, duration[2]
        if word == "after":
            return interval(then.start, None, then.grain), duration[2]
        end = floor(then.start or c.now, "day" if duration[1] in {"day", "week", "month"} else "second")
        return interval(floor(c.now, "second"), end, "second"), duration[2]
    duration = read_duration(c.tokens, i)
    if duration is not None:
        return _ago(c, duration)
    at = i + 1 if word == "the" else i
    if c.word(at) in NEXT | LAST and (duration := read_duration(c.tokens, at + 1)) is not None:
        n, unit, behind = duration
        first = floor(c.now, unit)
        if c.word(at) in LAST:
            return interval(add(first, unit, -n), first, unit), behind
        return interval(add(first, unit, 1), add(first, unit, n + 1), unit), behind
    return None


def _ago(c: Context, duration: tuple[int, str, int]) -> Read | None:
    n, unit, behind = duration
    word = c.word(behind)
    if word == "ago":
        return _shifted(c, -n, unit), behind + 1
    if word in {"hence", "later"}:
        return _shifted(c, n, unit), behind + 1
    if word in {"from", "before", "after"}:
        base = read_day(c, behind + 1) if behind + 1 < len(c.tokens) else None
        if base is None or base[0].start is None or base[0].is_interval:
            return None
        if base[0].grain == "second":
            return _shifted(c, n, unit), base[1]
        sign = -1 if word == "before" else 1
        return instant(add(base[0].start, unit, sign * n), base[0].grain), base[1]
    return None


def _shifted(c: Context, n: int, unit: str) -> Time:
    grain = _EXACTNESS[unit]
    return instant(floor(add(c.now, unit, n), grain), grain)


def _weekday(c: Context, i: int) -> Read | None:
    word = c.word(i)
    if word not in WEEKDAYS:
        return None
    weekday = WEEKDAYS[word]
    behind = i + 2 if c.word(i + 1) in {".", ","} else i + 1
    if (date := _date_behind(c, behind)) is not None:
        return _on_weekday(date[0], weekday), date[1]
    of = i + 2 if c.word(i + 1) in {"of", "in"} else i + 1
    if c.word(of) in NEXT | LAST | THIS and c.word(of + 1) == "week":
        start = floor(c.now, "week") + timedelta(weeks=direction(c.word(of)), days=weekday)
        return instant(start, "day"), of + 2
    if c.word(i + 1) == "after" and c.word(i + 2) == "next":
        return instant(c.today + timedelta(days=(weekday - c.now.weekday() - 1) % 7 + 8), "day"), i + 3
    if word in DOUBTFUL and c.word(i - 1) not in LEADS and c.word(i + 1) != "." and not _is_one_of_two(c, i):
        return None
    return c.nearest_weekday(weekday, 0), i + 1


def _is_one_of_two(c: Context, i: int) -> bool:
    """Says whether another weekday stands beside the one at token i: ``mon-fri``, ``sat to sun``."""
    beside = ((c.word(i + 1), c.word(i + 2)), (c.word(i - 1), c.word(i - 2)))
    return any(joint in {"-", "\u2013", "to"} and day in WEEKDAYS for joint, day in beside)


def _date_behind(c: Context, i: int) -> Read | None:
    """Reads the date that says which monday is meant."""
    if i >= len(c.tokens):
        return None
    for form in (in_figures, read_ordinal_date):
        read = form(c, i)
        if read is not None and read[0].grain == "day":
            return read
    read = read_month(c, i, is_led=True)
    if read is not None and read[0].grain == "day":
        return read
    ordinal = read_ordinal(c.tokens, i)
    return day_of_month(c, *ordinal) if ordinal else None


def _named(c: Context, i: int) -> Read | None:
    word = c.word(i).removesuffix("'s")
    if word in {"today", "tomorrow", "yesterday"}:
        return c.day(("yesterday", "today", "tomorrow").index(word) - 1), i + 1
    at = i + 1 if word == "the" else i
    if c.word(at) == "day" and (c.word(at + 1), c.word(at + 2)) == ("after", "tomorrow"):
        return c.day(2), at + 3
    if c.word(at) == "day" and (c.word(at + 1), c.word(at + 2)) == ("before", "yesterday"):
        return c.day(-2), at + 3
    if word in {"weekend", "weekends"} or (word == "the" and c.word(at) == "weekend"):
        return replace(weekend(c, 0), step=("week", 1)), at + 1
    if word in {"right", "just"} and c.word(i + 1) == "now":
        return instant(floor(c.now, "second"), "second"), i + 2
    if word == "now":
        return instant(floor(c.now, "second"), "second"), i + 1
    if word in SEASONS and (c.word(i - 1) in {"in", "during", "for", "by", "until", "since"}):
        return season(c, word, 0), i + 1
    return read_holiday(c, i, None)


def _edge(c: Context, i: int) -> Read | None:
    """Reads ``end of the month``, ``beginning of next week``, ``eod``."""
    short = {"eod": "day", "eom": "month", "eoy": "year"}.get(c.word(i))
    if short:
        return _last_part(c, instant(floor(c.now, short), short)), i + 1
    at = i + 1 if c.word(i) == "the" else i
    if c.word(at) not in {"end", "beginning", "start"} or c.word(at + 1) != "of":
        return None
    base = at + 3 if c.word(at + 2) == "the" else at + 2
    if c.word(base) in {"day", "week", "month", "quarter", "year"}:
        grain = c.word(base)
        whole: Read | None = (instant(floor(c.now, grain), grain), base + 1)
    else:
        whole = read_relative(c, at + 2) or read_month(c, at + 2, is_led=True) or _named(c, at + 2)
    if whole is None or whole[0].start is None or whole[0].is_interval:
        return None
    return (_last_part if c.word(at) == "end" else _first_part)(c, whole[0]), whole[1]


def _last_part(c: Context, whole: Time) -> Time:
    """Returns the evening of a day, the last two days of a week, the last ten of a longer time."""
    end = whole.end or c.now
    if whole.grain == "day":
        return interval(end - timedelta(hours=6), end, "hour")
    return interval(end - timedelta(days=2 if whole.grain == "week" else 10), end, "day")


def _first_part(c: Context, whole: Time) -> Time:
    start = whole.start or c.now
    if whole.grain == "day":
        return interval(start, start + timedelta(hours=12), "hour")
    return interval(start, start + timedelta(days=2 if whole.grain == "week" else 10), "day")


def _on_weekday(time: Time, weekday: int) -> Time:
    """Returns the date as it next falls on the weekday that was named with it, if it does within a few times."""
    again = (time.moved(times) for times in range(12))
    return next((found for found in again if found.start is not None and found.start.weekday() == weekday), time)
