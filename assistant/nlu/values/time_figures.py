"""Reads dates written in figures: ``2015-03-03``, ``24.12.2026``, ``3/4``, ``in 2015``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from assistant.nlu.values.calendar import Time, day_of, full_year, instant
from assistant.nlu.values.time_context import YEARS
from assistant.nlu.values.time_words import LEADS
from assistant.nlu.values.tokens import FULL_DATE, ISO_TIME, MONTH_OF_YEAR, NUMBER, SHORT_DATE

if TYPE_CHECKING:
    from assistant.nlu.values.time_context import Context, Read


def in_figures(c: Context, i: int) -> Read | None:
    """Returns the date in figures that token i is."""
    token = c.tokens[i]
    found: Time | None = None
    if token.kind == ISO_TIME:
        found = _iso(c, token.text)
    elif token.kind == FULL_DATE:
        cut = next(letter for letter in token.text if not letter.isdigit())
        first, second, year = (int(part) for part in token.text.split(cut))
        found = _day_and_month(c, first, second, full_year(year))
    elif token.kind == MONTH_OF_YEAR:
        month, year = (int(part) for part in token.text.split("/"))
        at = day_of(year, month, 1)
        found = instant(at, "month") if at else None
    elif token.kind == SHORT_DATE and (c.word(i - 1) in LEADS | {"the"} or len(c.tokens) == 1):
        first, second = (int(part) for part in token.text.split("/"))
        found = _day_and_month(c, first, second, None)
    elif token.kind == NUMBER and len(token.text) == 4 and c.word(i - 1) in {"in", "since", "of"} and token.value in YEARS:  # noqa: PLR2004
        found = instant(datetime(int(token.value or 0), 1, 1), "year")  # noqa: DTZ001
    return None if found is None else (found, i + 1)


def _iso(c: Context, written: str) -> Time | None:
    if "t" not in written:
        year, month, day = (int(part) for part in written.split("-"))
        at = day_of(year, month, day)
        return instant(at, "day") if at else None
    try:
        moment = datetime.fromisoformat(written.upper())
    except ValueError:
        return None
    if moment.tzinfo is not None:
        moment = moment.astimezone(c.zone).replace(tzinfo=None)
    return instant(moment.replace(microsecond=0), "second" if written.count(":") > 1 else "minute")


def _day_and_month(c: Context, first: int, second: int, year: int | None) -> Time | None:
    pairs = ((first, second), (second, first))
    for day, month in pairs if c.order == "dmy" else pairs[::-1]:
        found = c.date(year, month, day)
        if found is not None:
            return found
    return None
