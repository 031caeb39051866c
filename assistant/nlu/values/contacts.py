"""Finds what has a shape of its own: e-mail addresses, phone numbers, web addresses, card numbers, order numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from assistant.nlu.values.find import Find
from assistant.nlu.values.tokens import word_list

if TYPE_CHECKING:
    from collections.abc import Iterator

# Look-behinds keep a match from starting in the middle of a longer word: each place is tried once, and repetitions are bounded.
_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}@(?:[^\W_](?:[\w-]{0,62}[^\W_])?\.){1,8}[^\W\d_]{2,24}(?![\w-])")
_URL = re.compile(
    r"(?<![\w@.-])(?:(?P<scheme>https?|ftp)://)?(?P<host>(?:[^\W_](?:[\w-]{0,62}[^\W_])?\.){1,8}(?P<top>[^\W\d_]{2,24}))(?::\d{1,5})?"
    r"(?P<path>[/?#][^\s<>\"']{0,2000})?(?![\w@-])",
    re.IGNORECASE,
)
_TOPS = word_list(
    "com org net edu gov io co uk ie de fr es it nl be at ch pl se no dk fi eu us ca au nz in jp cn br mx ru za pt cz gr info biz"
    " dev app shop store online me tv ai"
)
_PHONE = re.compile(
    r"(?<![\w+./:#-])(?:\(?\+(?P<country>\d{1,3})\)?[\s.-]?)?(?P<number>\(?\d(?:[\s().-]{0,2}\d){5,13})"
    r"(?:\s{0,2}e?xt\.?\s{0,2}(?P<extension>\d{1,6}))?(?![\w/:-]|\.\d)",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?:0?[1-9]|[12]\d|3[01])(?P<cut>[.-])(?:0?[1-9]|[12]\d|3[01])(?P=cut)(?:19|20)\d\d|(?:19|20)\d\d-\d{1,2}-\d{1,2}"
)
_CARD = re.compile(r"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])")
_ISSUERS = (
    ("visa", re.compile(r"4(?:\d{12}|\d{15}|\d{18})")),
    ("amex", re.compile(r"3[47]\d{13}")),
    ("mastercard", re.compile(r"(?:5[1-5]|2[2-7])\d{14}")),
    ("discover", re.compile(r"6(?:011|5\d\d)\d{12}")),
    ("dinerclub", re.compile(r"3(?:0[0-5]|[68]\d)\d{11}")),
    ("other", re.compile(r"\d+")),
)
_ORDER = re.compile(
    r"(?:(?<![\w#])\#\s?|(?<![\w-])(?:order|invoice|booking|reference|ref|ticket|case|parcel|tracking)"
    r"(?:\s{1,3}(?:number|no|nr|id|code))?(?:\s{1,3}is)?[\s.:#]{1,4})"
    r"(?P<code>(?=[\w-]{0,31}\d)[^\W_](?:[\w-]{0,30}[^\W_])?)(?![\w-])",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?<![\w#-])(?:[A-Z]{1,5}-?\d{3,14}|[A-Z]{1,5}(?:-[A-Z\d]{2,8}){1,3}-\d{2,10})(?![\w-])")
_MIN_CODE = 3


def find_emails(text: str) -> Iterator[Find]:
    """Yields e-mail addresses."""
    if "@" in text:
        for match in _EMAIL.finditer(text):
            start = match.start() + len(match[0]) - len(match[0].lstrip("."))
            yield Find("email", start, match.end(), {"value": text[start : match.end()]})


def find_urls(text: str) -> Iterator[Find]:
    """Yields web addresses; without a scheme, a path or ``www.`` only those under a domain that is well known."""
    if "." not in text:
        return
    for match in _URL.finditer(text):
        host = match["host"].lower()
        if match["scheme"] or match["path"] or host.startswith("www.") or match["top"].lower() in _TOPS:
            whole = match[0].rstrip(".,;:!?)") if match["path"] else match[0]
            yield Find("url", match.start(), match.start() + len(whole), {"value": whole, "domain": host.removeprefix("www.")})


def find_phones(text: str) -> Iterator[Find]:
    """Yields phone numbers as Duckling writes them: ``(+353) 15550123 ext 7``; a date in figures, ``3.4.2026``, is none."""
    for match in _PHONE.finditer(text):
        if _DATE.fullmatch(match[0]):
            continue
        digits = re.sub(r"\D", "", match["number"])
        value = f"(+{match['country']}) {digits}" if match["country"] else digits
        value += f" ext {match['extension']}" if match["extension"] else ""
        yield Find("phone-number", match.start(), match.end(), {"value": value})


def find_cards(text: str) -> Iterator[Find]:
    """Yields card numbers whose check digit is right."""
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if _has_right_check_digit(digits):
            issuer = next(name for name, pattern in _ISSUERS if pattern.fullmatch(digits))
            yield Find("credit-card-number", match.start(), match.end(), {"value": digits, "issuer": issuer})


def find_order_numbers(text: str) -> Iterator[Find]:
    """Yields what is marked as an order number (``#12345``, ``order no. 12345``) or looks like one (``AB-2024-00123``).

    The value has no sign before it and is in upper case.
    """
    ends: set[int] = set()
    for match in (*_ORDER.finditer(text), *_CODE.finditer(text)):
        code = match["code"] if match.re is _ORDER else match[0]
        if match.end() in ends or len(code) < _MIN_CODE:
            continue
        ends.add(match.end())
        start = match.end() - len(code)
        start -= text[start - 1 : start] == "#"
        info: dict[str, Any] = {"value": code.upper(), "type": "value"}
        yield Find("order-number", start, match.end(), info)


def _has_right_check_digit(digits: str) -> bool:
    """Says whether the sum of the digits, every second from the right doubled, ends in zero (Luhn)."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0  # noqa: PLR2004
