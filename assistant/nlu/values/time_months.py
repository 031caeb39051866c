"""Reads months and days of them: ``march``, ``march 3rd 2015``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from assistant.nlu.values.calendar import instant
from assistant.nlu.values.numerals import read_ordinal
from assistant.nlu.values.time_context import DAYS_OF_MONTH
from assistant.nlu.values.time_words import DOUBTFUL, LEADS, MONTHS
from assistant.nlu.values.tokens import NUMBER

if TYPE_CHECKING:
    from assistant.nlu.values.time_context import Context, Read


def read_month(c: Context, i: int, *, is_led: bool = False) -> Read | None:
    """Returns the month, or the day of one, that starts at token i.

    Args:
        c: the text and its moment.
        i: where to read.
        is_led: a date is sure to stand here, so that ``may`` is the month.
    """
    word = c.word(i)
    if word not in MONTHS:
        return None
    month, behind = MONTHS[word], i + 1
    if c.word(behind) == "." and len(word) <= 4:  # noqa: PLR2004 (jan. to sept.)
        behind += 1
    day_at = behind + 1 if c.word(behind) == "the" else behind
    day = read_ordinal(c.tokens, day_at) or _small_number(c, day_at)
    if day is not None and day[0] in DAYS_OF_MONTH:
        year, end = c.year(day[1])
        found = c.date(year, month, day[0])
        return (found, end) if found else None
    year, end = c.year(behind)
    if year is not None:
        return instant(datetime(year, month, 1), "month"), end  # noqa: DTZ001
    if word in DOUBTFUL and not is_led and c.word(i - 1) not in LEADS:
        return None
    return c.month_from(month, 0), i + 1


def _small_number(c: Context, i: int) -> tuple[int, int] | None:
    if i >= len(c.tokens) or c.tokens[i].kind != NUMBER or len(c.tokens[i].text) > 2:  # noqa: PLR2004
        return None
    if c.word(i + 1) in {":", "am", "pm", "o'clock"}:
        return None
    return int(c.tokens[i].text), i + 1
