"""Finds durations: ``3 days``, ``half an hour``, ``an hour and a half``, ``two and a half hours``, ``2.5 hours``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.nlu.values.find import Find
from assistant.nlu.values.numerals import plain, read_count, word_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.nlu.values.tokens import Token

DIMENSION = "duration"
SECONDS = {
    "second": 1,
    "minute": 60,
    "hour": 3_600,
    "day": 86_400,
    "week": 604_800,
    "month": 2_592_000,
    "quarter": 7_776_000,
    "year": 31_536_000,
}
_SHORT = {
    "second": "sec secs s",
    "minute": "min mins",
    "hour": "hr hrs h",
    "week": "wk wks",
    "month": "mo",
    "quarter": "qtr",
    "year": "yr yrs",
}
UNIT_WORDS = {word: unit for unit in SECONDS for word in (unit, f"{unit}s", *_SHORT.get(unit, "").split())}
_FINER = {"minute": "second", "hour": "minute", "day": "hour", "week": "day", "month": "day", "quarter": "month", "year": "month"}
_PER_UNIT = {"minute": 60, "hour": 60, "day": 24, "week": 7, "month": 30, "quarter": 3, "year": 12}


def read_duration(tokens: Sequence[Token], i: int) -> tuple[int, str, int] | None:
    """Returns how many of which unit start at token i, and the index behind them: ``1.5 hours`` are 90 minutes."""
    if word_at(tokens, i) == "half" and word_at(tokens, i + 1) in {"a", "an"}:
        unit = UNIT_WORDS.get(word_at(tokens, i + 2))
        return _whole(0.5, unit, i + 3) if unit else None
    if word_at(tokens, i) in {"a", "an"} and word_at(tokens, i + 1) == "fortnight":
        return 2, "week", i + 2
    count = read_count(tokens, i)
    if count is None:
        return None
    value, behind = count
    if _and_a_half(tokens, behind):
        value, behind = value + 0.5, behind + 3
    if word_at(tokens, behind) in {"more", "full", "whole", "working", "business"}:
        behind += 1
    unit = UNIT_WORDS.get(word_at(tokens, behind))
    if unit is None:
        return None
    behind += 1
    if _and_a_half(tokens, behind):
        value, behind = value + 0.5, behind + 3
    return _whole(value, unit, behind)


def _and_a_half(tokens: Sequence[Token], i: int) -> bool:
    return tuple(word_at(tokens, i + n) for n in range(3)) == ("and", "a", "half")


def find_durations(tokens: Sequence[Token]) -> list[Find]:
    """Returns all durations; neighbours of falling size are one: ``1 hour and 30 minutes``."""
    finds: list[Find] = []
    i = 0
    while i < len(tokens):
        read = read_duration(tokens, i)
        if read is None:
            i += 1
            continue
        value, unit, behind = read
        while (more := _addition(tokens, behind, unit)) is not None:
            value = value * SECONDS[unit] // SECONDS[more[1]] + more[0]
            unit, behind = more[1], more[2]
        finds.append(Find(DIMENSION, tokens[i].start, tokens[behind - 1].end, duration_info(value, unit)))
        i = behind
    return finds


def duration_info(value: int, unit: str) -> dict[str, Any]:
    """Returns a duration as Duckling's JSON; ``normalized`` is in seconds, a month as 30 days, a year as 365."""
    normalized = {"value": value * SECONDS[unit], "unit": "second"}
    return {"value": value, "type": "value", "unit": unit, unit: value, "normalized": normalized}


def _addition(tokens: Sequence[Token], i: int, unit: str) -> tuple[int, str, int] | None:
    read = read_duration(tokens, i + 1 if word_at(tokens, i) in {"and", ","} else i)
    return read if read is not None and SECONDS[read[1]] < SECONDS[unit] else None


def _whole(value: float, unit: str, behind: int) -> tuple[int, str, int] | None:
    """Returns a duration in the unit in which it is whole, or the nearest that the finest unit has."""
    if not 0 <= value <= 1_000_000:  # noqa: PLR2004 (nobody means more)
        return None
    while not value.is_integer() and unit in _FINER:
        value, unit = value * _PER_UNIT[unit], _FINER[unit]
    return int(plain(round(value) * 1.0)), unit, behind
