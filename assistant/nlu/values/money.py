"""Finds amounts of money: ``€19.90``, ``20 dollars``, ``between 10 and 20 euros``, ``under £5``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from assistant.nlu.values.find import Find
from assistant.nlu.values.numerals import plain, read_number, word_at
from assistant.nlu.values.tokens import word_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.nlu.values.tokens import Token

DIMENSION = "amount-of-money"

_SIGNS = {"$": "$", "€": "EUR", "£": "£", "¥": "JPY", "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY", "₫": "VND", "₪": "ILS"}
_CODES = word_list(
    "aed aud bgn brl cad chf cny czk dkk egp eur gbp hkd huf idr ils inr jpy krw kwd mad mxn myr nok nzd pln qar ron rub sar"
    " sek sgd thb try usd vnd zar"
)
_NAMES = {
    "dollar": "$",
    "buck": "$",
    "euro": "EUR",
    "pound": "£",
    "quid": "£",
    "cent": "cent",
    "penny": "cent",
    "yen": "JPY",
    "rupee": "INR",
    "rouble": "RUB",
    "ruble": "RUB",
    "yuan": "CNY",
    "franc": "CHF",
    "dirham": "dirham",
    "dinar": "dinar",
    "riyal": "riyal",
}
SIGNS = frozenset(_SIGNS)
UNITS = (
    {code: code.upper() for code in sorted(_CODES)}
    | _NAMES
    | {f"{name}s": unit for name, unit in _NAMES.items()}
    | {"pence": "cent", "pennies": "cent"}
)
# "under $5" means up to it; "over $5" from it.
_UNDER = (("under",), ("below",), ("less", "than"), ("at", "most"), ("up", "to"), ("no", "more", "than"), ("not", "more", "than"))
_OVER = (("over",), ("above",), ("more", "than"), ("at", "least"), ("no", "less", "than"))
_BOUNDS = {first: (("to", _UNDER), ("from", _OVER)) for first, *_ in _UNDER + _OVER}
"""Sides and phrases, by the words that phrases start with."""


class _Amount(NamedTuple):
    value: float
    unit: str
    behind: int


def find_money(tokens: Sequence[Token]) -> list[Find]:
    """Returns all amounts and intervals of amounts."""
    if not any(token.text in _SIGNS or token.text in UNITS for token in tokens):
        return []
    finds: list[Find] = []
    i = 0
    while i < len(tokens):
        read = _interval(tokens, i) or _simple(tokens, i)
        if read is None:
            i += 1
            continue
        info, behind = read
        finds.append(Find(DIMENSION, tokens[i].start, tokens[behind - 1].end, info))
        i = behind
    return finds


def _simple(tokens: Sequence[Token], i: int) -> tuple[dict[str, Any], int] | None:
    amount = _amount(tokens, i)
    return None if amount is None else ({"value": plain(amount.value), "type": "value", "unit": amount.unit}, amount.behind)


def _interval(tokens: Sequence[Token], i: int) -> tuple[dict[str, Any], int] | None:
    for side, phrases in _BOUNDS.get(word_at(tokens, i), ()):
        for phrase in phrases:
            if tuple(word_at(tokens, i + n) for n in range(len(phrase))) == phrase:
                amount = _amount(tokens, i + len(phrase))
                return None if amount is None else ({side: _single(amount), "type": "interval"}, amount.behind)
    word = word_at(tokens, i)
    joints = {"between": {"and"}, "from": {"to", "-", "\u2013"}}.get(word, {"-", "\u2013", "to"})
    return _closed(tokens, i + 1 if word in {"between", "from"} else i, joints)


def _closed(tokens: Sequence[Token], i: int, joints: set[str]) -> tuple[dict[str, Any], int] | None:
    low = _amount(tokens, i) or _bare(tokens, i)
    if low is None or word_at(tokens, low.behind) not in joints:
        return None
    high = _amount(tokens, low.behind + 1) or (_bare(tokens, low.behind + 1) if low.unit else None)
    if high is None or low.value >= high.value:
        return None
    unit = high.unit or low.unit
    if low.unit not in {"", unit}:
        return None
    low, high = low._replace(unit=unit), high._replace(unit=unit)
    return {"from": _single(low), "to": _single(high), "type": "interval"}, high.behind


def _amount(tokens: Sequence[Token], i: int) -> _Amount | None:
    """Reads a number with its currency before or behind it."""
    unit = _SIGNS.get(word_at(tokens, i)) or (UNITS.get(word_at(tokens, i)) if word_at(tokens, i) in _CODES else None)
    if unit is not None:
        number = read_number(tokens, i + 1)
        return None if number is None else _Amount(number[0], unit, number[1])
    number = read_number(tokens, i)
    if number is None and word_at(tokens, i) in {"a", "an"} and word_at(tokens, i + 1) in _NAMES:
        number = (1.0, i + 1)
    if number is None:
        return None
    behind = word_at(tokens, number[1])
    unit = _SIGNS.get(behind) or UNITS.get(behind)
    return None if unit is None else _Amount(number[0], unit, number[1] + 1)


def _bare(tokens: Sequence[Token], i: int) -> _Amount | None:
    number = read_number(tokens, i)
    return None if number is None else _Amount(number[0], "", number[1])


def _single(amount: _Amount) -> dict[str, Any]:
    return {"value": plain(amount.value), "unit": amount.unit}
