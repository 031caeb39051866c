"""Reads times of day from tokens: ``3:15 pm``, ``15:30``, ``half past five``, ``noon``, ``in the evening``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.nlu.values.numerals import read_number, word_at
from assistant.nlu.values.time_words import NAMED_HOURS, PARTS_OF_DAY
from assistant.nlu.values.tokens import CLOCK, NUMBER, word_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.nlu.values.tokens import Token

_HALVES = {"am": 0, "a.m": 0, "pm": 12, "p.m": 12, "a": 0, "p": 12}
_TWELVE = 12


@dataclass(frozen=True, slots=True)
class ClockTime:
    """A time of day, or a part of the day.

    Attributes:
        hour, minute, second: where it starts.
        grain: hour, minute or second.
        is_half_open: it may be before noon or after: ``at 5``.
        hours: how long a part of the day is; 0 for a time.
    """

    hour: int
    minute: int = 0
    second: int = 0
    grain: str = "hour"
    is_half_open: bool = False
    hours: int = 0


def read_clock(tokens: Sequence[Token], i: int, *, is_led: bool = False) -> tuple[ClockTime, int] | None:
    """Returns the time of day that starts at token i, and the index behind it.

    Args:
        tokens: of the text.
        i: where to read.
        is_led: ``at`` or a date stands before it, so that a bare number is an hour.
    """
    if i < len(tokens) and word_at(tokens, i) in {"at", "@"}:
        return read_clock(tokens, i + 1, is_led=True)
    if word_at(tokens, i) in {"about", "around"} and is_led:
        i += 1
    read = _named(tokens, i) or _past_or_to(tokens, i) or _in_figures(tokens, i) or _number(tokens, i, is_led=is_led)
    return None if read is None else _with_half(tokens, *read)


def read_part_of_day(tokens: Sequence[Token], i: int, *, is_led: bool = False) -> tuple[ClockTime, int] | None:
    """Returns the part of the day that starts at token i: ``this morning``, ``in the evening``, or ``evening`` behind a date."""
    at = i
    if word_at(tokens, at) in {"in", "during", "for", "at"} and word_at(tokens, at + 1) in {"the", "lunch", "lunchtime", "night"}:
        at += 2 if word_at(tokens, at + 1) == "the" else 1
        is_led = True
    elif word_at(tokens, at) == "this":
        at, is_led = at + 1, True
    is_early = word_at(tokens, at) == "early" and is_led
    at += is_early
    word = word_at(tokens, at)
    if word not in PARTS_OF_DAY or not (is_led or word == "tonight"):
        return None
    hour, hours = PARTS_OF_DAY[word]
    return ClockTime(hour, hours=5 if is_early and word == "morning" else hours), at + 1


def _named(tokens: Sequence[Token], i: int) -> tuple[ClockTime, int] | None:
    hour = NAMED_HOURS.get(word_at(tokens, i))
    return None if hour is None else (ClockTime(hour), i + 1)


def _in_figures(tokens: Sequence[Token], i: int) -> tuple[ClockTime, int] | None:
    if i >= len(tokens) or tokens[i].kind != CLOCK or tokens[i].is_glued:
        return None
    hour, minute, *rest = (int(part) for part in tokens[i].text.split(":"))
    second = rest[0] if rest else 0
    if hour > 23 or minute > 59 or second > 59:  # noqa: PLR2004
        return None
    is_half_open = 1 <= hour <= _TWELVE and not tokens[i].text.startswith("0")
    return ClockTime(hour, minute, second, "second" if rest else "minute", is_half_open), i + 1


def _number(tokens: Sequence[Token], i: int, *, is_led: bool) -> tuple[ClockTime, int] | None:
    """Reads ``3 pm``, ``3.15pm``, ``3 o'clock``, and a bare ``3`` or ``3.15`` where something leads to it."""
    number = read_number(tokens, i)
    if number is None or (tokens[i].kind == NUMBER and tokens[i].is_glued):
        return None
    hour, minute = int(number[0]), round(100 * (number[0] % 1))
    if minute and "." not in tokens[i].text:
        return None
    behind, is_marked = number[1], False
    if word_at(tokens, behind) in {"o'clock", "oclock"}:
        behind, is_marked = behind + 1, True
    is_marked = is_marked or _half(tokens, behind) is not None or _evening_follows(tokens, behind)
    if not is_marked and (not is_led or not _may_end(tokens, behind)):
        return None
    if hour > 23 or minute > 59 or (minute and len(tokens[i].text.split(".")[1]) != 2):  # noqa: PLR2004
        return None
    return ClockTime(hour, minute, 0, "minute" if minute else "hour", 1 <= hour <= _TWELVE), behind


def _evening_follows(tokens: Sequence[Token], i: int) -> bool:
    """Says whether ``tonight`` or ``this evening`` makes an hour of a bare number."""
    return word_at(tokens, i) in {"tonight", "this"} and read_part_of_day(tokens, i) is not None


def _may_end(tokens: Sequence[Token], i: int) -> bool:
    """Says whether an hour may end here: ``at 5 tomorrow``, but not ``at 5 euros`` or ``at 5%``."""
    word = word_at(tokens, i)
    if i >= len(tokens) or not word.isalpha():
        return word not in {"%", "$", "€", "£", "#", "/", ":"} and (i >= len(tokens) or tokens[i].kind != NUMBER)
    return not tokens[i].is_glued and word in _AFTER_AN_HOUR


_AFTER_AN_HOUR = word_list(
    "on in at today tomorrow tonight this next and or to until till please for but if is when because i we so then sharp also"
)


def _past_or_to(tokens: Sequence[Token], i: int) -> tuple[ClockTime, int] | None:
    """Reads ``half past five``, ``a quarter to noon``, ``ten past 4``."""
    at = i + 1 if word_at(tokens, i) == "a" and word_at(tokens, i + 1) == "quarter" else i
    minutes = {"half": 30, "quarter": 15}.get(word_at(tokens, at))
    behind = at + 1
    if minutes is None:
        number = read_number(tokens, at)
        if number is None or not 0 < number[0] < 60 or not number[0].is_integer():  # noqa: PLR2004
            return None
        minutes, behind = int(number[0]), number[1]
        if word_at(tokens, behind) in {"minutes", "mins"}:
            behind += 1
    side = word_at(tokens, behind)
    if side not in {"past", "to"}:
        return None
    hour = _hour(tokens, behind + 1)
    if hour is None or (side == "to" and minutes not in {5, 10, 15, 20, 25}):
        return None
    total = (hour[0] * 60 + (minutes if side == "past" else -minutes)) % (24 * 60)
    is_half_open = word_at(tokens, behind + 1) not in NAMED_HOURS
    return ClockTime(total // 60, total % 60, 0, "minute", is_half_open), hour[1]


def _hour(tokens: Sequence[Token], i: int) -> tuple[int, int] | None:
    if word_at(tokens, i) in NAMED_HOURS:
        return NAMED_HOURS[word_at(tokens, i)], i + 1
    number = read_number(tokens, i)
    if number is None or not number[0].is_integer() or not 1 <= number[0] <= _TWELVE:
        return None
    return int(number[0]) % _TWELVE if number[0] < _TWELVE else _TWELVE, number[1]


def _half(tokens: Sequence[Token], i: int) -> tuple[int, int] | None:
    """Returns 0 for ``am`` and 12 for ``pm``, and the index behind it."""
    word = word_at(tokens, i)
    if word in {"a", "p"} and word_at(tokens, i + 1) == "." and word_at(tokens, i + 2) == "m":
        behind = i + 4 if word_at(tokens, i + 3) == "." and i + 3 < len(tokens) else i + 3
        return _HALVES[word], behind
    if word in {"am", "pm"}:
        return _HALVES[word], i + 1
    if word in {"a", "p"} and tokens[i].is_glued:
        return _HALVES[word], i + 1
    return None


def _with_half(tokens: Sequence[Token], time: ClockTime, behind: int) -> tuple[ClockTime, int]:
    """Applies ``am``, ``pm``, ``in the morning`` or ``tonight`` behind a time."""
    half = _half(tokens, behind)
    if half is None and time.is_half_open:
        part = read_part_of_day(tokens, behind)
        if part is not None and word_at(tokens, behind) != "at":
            half = (0 if part[0].hour < _TWELVE else _TWELVE, part[1] if word_at(tokens, behind) == "in" else behind)
    if half is None or not (time.is_half_open or (time.hour < _TWELVE and not time.hours and half[0])):
        return time, half[1] if half is not None else behind
    return ClockTime(time.hour % _TWELVE + half[0], time.minute, time.second, time.grain), half[1]
