"""Reads dates that start with an ordinal: ``3rd of march``, ``the 15th``, ``first monday of march``."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from assistant.nlu.values.calendar import add, day_of, floor, instant, nth_weekday
from assistant.nlu.values.numerals import read_ordinal
from assistant.nlu.values.time_context import DAYS_OF_MONTH, direction
from assistant.nlu.values.time_months import read_month
from assistant.nlu.values.time_relative import read_relative
from assistant.nlu.values.time_words import LAST, LEADS, MONTHS, NEXT, THIS, WEEKDAYS
from assistant.nlu.values.tokens import NUMBER, word_list

if TYPE_CHECKING:
    from assistant.nlu.values.time_context import Context, Read

_NO_NOUNS = word_list(
    "at and or please of is was will would but i it we you he she they my our his her their that this if when because so as not"
    " then has have had do does did can could should to there already still too also just a an the with without about"
)
_EVERY_MONTH = range(1, 29)


def read_ordinal_date(c: Context, i: int) -> Read | None:
    """Returns the date that starts with a day's number or an ordinal at token i."""
    has_article = c.word(i) == "the"
    at = i + 1 if has_article else i
    if at >= len(c.tokens):
        return None
    if c.word(at) == "last" and (read := _nth_of(c, -1, at + 1)) is not None:
        return read
    ordinal = read_ordinal(c.tokens, at)
    if ordinal is None:
        number = c.tokens[at]
        if number.kind != NUMBER or number.value is None or not number.value.is_integer() or number.is_glued:
            return None
        ordinal, is_bare = (int(number.value), at + 1), True
    else:
        is_bare = False
    day, behind = ordinal
    if not is_bare and (read := _nth_of(c, day, behind)) is not None:
        return read
    of = behind + 1 if c.word(behind) in {"of", "day"} else behind
    month = MONTHS.get(c.word(of))
    if month is not None and day in DAYS_OF_MONTH:
        year, end = c.year(of + 1)
        found = c.date(year, month, day)
        return (found, end) if found else None
    if not is_bare and has_article and not _is_noun(c, behind):
        return day_of_month(c, day, behind)
    return None


def _is_noun(c: Context, i: int) -> bool:
    """Says whether a word goes on that the ordinal belongs to: ``the 2nd parcel``."""
    word = c.word(i)
    return word.isalpha() and word not in LEADS and word not in _NO_NOUNS


def day_of_month(c: Context, day: int, behind: int) -> Read | None:
    """Returns the day of this month or of the one that is named behind it; without a name as it comes next."""
    if c.word(behind) == "of" and c.word(behind + 1) in NEXT | LAST | THIS and c.word(behind + 2) == "month":
        month = add(floor(c.now, "month"), "month", direction(c.word(behind + 1)))
        at = day_of(month.year, month.month, day)
        return (instant(at, "day"), behind + 3) if at else None
    for ahead in range(3):
        month = add(floor(c.now, "month"), "month", ahead)
        at = day_of(month.year, month.month, day)
        if at is not None and at >= c.today:
            return instant(at, "day", ("month", 1) if day in _EVERY_MONTH else None), behind
    return None


def _this(c: Context, i: int) -> Read | None:
    """Reads ``the month`` behind ``last day of``: this one."""
    grain = c.word(i + 1)
    return (instant(floor(c.now, grain), grain), i + 2) if c.word(i) == "the" and grain in {"month", "year"} else None


def _nth_of(c: Context, n: int, i: int) -> Read | None:
    """Reads ``monday of march``, ``week of next month``, ``day of october 2015``, ``quarter``, behind an ordinal."""
    word = c.word(i)
    if word in {"quarter", "qtr"} and 1 <= n <= 4:  # noqa: PLR2004
        behind = i + 2 if c.word(i + 1) == "of" else i + 1
        year, after = c.year(behind)
        return instant(datetime(year or c.now.year, 3 * n - 2, 1), "quarter"), after if year else i + 1  # noqa: DTZ001
    if (word not in WEEKDAYS and word not in {"day", "week"}) or c.word(i + 1) not in {"of", "in"}:
        return None
    whole = read_month(c, i + 2, is_led=True) or read_relative(c, i + 2) or _this(c, i + 2)
    if whole is None or whole[0].grain not in {"month", "year"} or whole[0].start is None or whole[0].end is None:
        return None
    start, end = whole[0].start, whole[0].end
    if word in WEEKDAYS:
        found = nth_weekday(start.year, start.month, WEEKDAYS[word], n) if whole[0].grain == "month" else None
        return (instant(found, "day"), whole[1]) if found else None
    grain = word
    first = start if grain == "day" else floor(start + timedelta(days=6), "week")
    nth = add(first, grain, n - 1) if n > 0 else floor(end - timedelta(days=1), grain)
    return (instant(nth, grain), whole[1]) if start <= nth < end else None
