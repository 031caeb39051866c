"""Sees where two answers to one question contradict one another: amounts, dates and times that differ, a yes against a no.

What is seen is what a person should look at, not a judgement. Amounts are held against amounts of their kind: 30 days against two
weeks, not against 5 euro.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from assistant.faq.folding import fold, words
from assistant.faq.passages import plain
from assistant.languages import tr

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Amounts: TypeAlias = "Mapping[str, Mapping[str, str]]"
"""By kind, each amount in a form that can be compared, with how it is written."""

_NO = frozenset(
    (
        "no",
        "not",
        "never",
        "cannot",
        "cant",
        "dont",
        "doesnt",
        "wont",
        "isnt",
        "arent",
        "unable",
        "impossible",
        "neither",
        "unfortunately",
        "nobody",
        "none",
        "nothing",
    )
)
_UP_TO_TWENTY = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
)
_SPELT = {name: number for number, name in enumerate(_UP_TO_TWENTY)} | {
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "ninety": 90,
    "hundred": 100,
}
_MONTHS = {
    name: number
    for number, name in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1)
}
_DAYS_IN = {"day": 1, "week": 7, "fortnight": 14}
_HOURS_IN = {"minute": 1 / 60, "hour": 1, "day": 24, "month": 730, "year": 8766}
_IN_BETWEEN = frozenset({"working", "business", "calendar", "full", "whole", "more"})
_CURRENCIES = {"€": "euro", "$": "dollar", "£": "pound", "eur": "euro", "usd": "dollar", "gbp": "pound"}

_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_DATES = re.compile(
    rf"\b(?P<iso>\d{{4}}-\d\d-\d\d)\b|\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+{_MONTH}\b"
    rf"|\b{_MONTH.replace('month', 'month_first')}\s+(?P<day_after>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)",
    re.IGNORECASE,
)
_TIMES = re.compile(r"\b(\d{1,2})(?:[:.](\d\d)\s*(am|pm)?|\s*(am|pm))\b", re.IGNORECASE)
_AMOUNTS = re.compile(
    rf"(?P<before>[€$£])?\s*\b(?P<number>\d+(?:[.,]\d+)*|{'|'.join(_SPELT)})\b\s*(?P<unit>[%€$£]|[^\W\d_]+)?(?:\s+(?P<next>[^\W\d_]+))?",
    re.IGNORECASE,
)


def contradiction(answer: str, other: str) -> str:
    """Returns what two answers to one question contradict one another in; empty where nothing is seen."""
    first, second = plain(answer), plain(other)
    if fold(first) == fold(second):
        return ""
    here, there = amounts_in(first), amounts_in(second)
    if not here.keys() & there.keys() & _HOURS_IN.keys():
        here, there = _with_durations(here), _with_durations(there)
    for kind in sorted(here.keys() & there.keys()):
        if not here[kind].keys() & there[kind].keys():
            return tr("{these} against {those}", these=", ".join(here[kind].values()), those=", ".join(there[kind].values()))
    return "" if _says_no(first) == _says_no(second) else tr("one says yes, the other no")


def amounts_in(text: str) -> Amounts:
    """Returns the dates, times and amounts of a text, by kind; weeks are counted in days, and numbers may be spelt."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    rest = text
    for pattern, read in ((_DATES, _date), (_TIMES, _time)):
        for match in pattern.finditer(rest):
            kind, value = read(match)
            found[kind].setdefault(value, _tidy(match[0]))
        rest = pattern.sub(" ", rest)
    for kind, value, shown in _amounts(rest):
        found[kind].setdefault(value, shown)
    return found


def _with_durations(amounts: Amounts) -> Amounts:
    """Returns the amounts with those of time in one kind, too: half an hour and a day differ, though counted in different units."""
    durations = {
        f"{float(value) * _HOURS_IN[kind]:g}": shown
        for kind, of_kind in amounts.items()
        if kind in _HOURS_IN
        for value, shown in of_kind.items()
    }
    return {**amounts, "duration": durations} if durations else amounts


def _date(match: re.Match[str]) -> tuple[str, str]:
    if match["iso"]:
        return "date", match["iso"][5:]
    month, day = match["month"] or match["month_first"], match["day"] or match["day_after"]
    return "date", f"{_MONTHS[month[:3].lower()]:02d}-{int(day):02d}"


def _time(match: re.Match[str]) -> tuple[str, str]:
    half = (match[3] or match[4] or "").lower()
    hour = int(match[1]) % 12 + (12 if half == "pm" else 0) if half else int(match[1])
    return "time", f"{hour}:{match[2] or '00'}"


def _amounts(text: str) -> Iterator[tuple[str, str, str]]:
    for match in _AMOUNTS.finditer(text):
        unit, shown = (match["unit"] or "").lower(), match[0]
        if unit in _IN_BETWEEN and match["next"]:
            unit = match["next"].lower()
        elif match["next"]:
            shown = shown[: -len(match["next"])]
        unit = _CURRENCIES.get(match["before"] or unit, unit)
        unit = unit.removesuffix("s")
        spelt = match["number"].lower()
        if spelt in _SPELT and not _is_measured(unit):
            continue  # "one of them" counts nothing
        value = float(_SPELT[spelt]) if spelt in _SPELT else _number(spelt)
        if unit in _DAYS_IN:
            yield "day", f"{value * _DAYS_IN[unit]:g}", _tidy(shown)
        elif _is_measured(unit):
            yield unit, f"{value:g}", _tidy(shown)
        else:
            yield "number", f"{value:g}", match["number"]


def _number(written: str) -> float:
    """Reads 1,000 and 1.000 as a thousand, 4,95 and 4.95 as less than five."""
    whole, mark, decimals = written.rpartition(".") if written.rfind(".") > written.rfind(",") else written.rpartition(",")
    if mark and len(decimals) != 3:  # noqa: PLR2004 (digits of a group of thousands)
        return float(re.sub(r"[.,]", "", whole) + "." + decimals)
    return float(re.sub(r"[.,]", "", written))


_MEASURES = frozenset(
    (
        "day",
        "week",
        "fortnight",
        "month",
        "year",
        "hour",
        "minute",
        "%",
        "percent",
        "euro",
        "dollar",
        "pound",
        "cent",
        "kg",
        "gram",
        "g",
        "km",
        "metre",
        "meter",
        "cm",
        "item",
        "piece",
        "point",
        "time",
        "attempt",
        "order",
        "size",
    )
)


def _is_measured(unit: str) -> bool:
    return unit in _MEASURES


def _says_no(text: str) -> bool:
    """Whether the first clause of an answer denies; what is denied further on is a condition more often than not."""
    first = re.split(r"(?<=[.!?;:])\s", text.strip(), maxsplit=1)[0]
    told = words(first)
    return bool(told) and told[0] != "yes" and bool(_NO & set(told))


def _tidy(shown: str) -> str:
    return " ".join(shown.split())
