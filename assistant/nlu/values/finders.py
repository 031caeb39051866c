"""The finder of each kind of value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.nlu.values import contacts, durations, measures, money, numerals, time_phrases
from assistant.nlu.values.time_words import VOCABULARY
from assistant.nlu.values.tokens import tokenise

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from datetime import datetime

    from assistant.nlu.values.find import Find
    from assistant.nlu.values.time_context import DateOrder
    from assistant.nlu.values.tokens import Token

_IN_TEXT = {
    "email": contacts.find_emails,
    "url": contacts.find_urls,
    "phone-number": contacts.find_phones,
    "credit-card-number": contacts.find_cards,
    "order-number": contacts.find_order_numbers,
}
_IN_TOKENS = {
    "amount-of-money": money.find_money,
    "duration": durations.find_durations,
    "number": numerals.find_numbers,
    "ordinal": numerals.find_ordinals,
}

_FIGURE = re.compile(r"\d")
_LONG_NUMBER = re.compile(r"[1-9][0-9]{4,}")
_NAMED = frozenset({time_phrases.DIMENSION, money.DIMENSION, durations.DIMENSION})
"""Values that a number of five figures or more is none of, unless a word or a sign says so: mostly it is an order's."""
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_SPEAKING = VOCABULARY | money.UNITS.keys() | {f"{word}'s" for word in VOCABULARY}


def find_values(
    dimensions: Sequence[str], text: str, clock: Callable[[], datetime], order: DateOrder, *, has_inner: bool, looks_back: bool
) -> Iterator[Find]:
    """Yields the values of some dimensions, one dimension after another, those inside others too.

    Args:
        dimensions: which.
        text: to look in.
        clock: tells now; asked only where times are wanted.
        order: of day and month in figures.
        has_inner: whether ``friday`` is wanted beside ``by friday``.
        looks_back: whether times are past ones where the words around them say so.
    """
    tokens: list[Token] | None = None
    is_named = None
    for dimension in dimensions:
        if dimension in _IN_TEXT:
            yield from _IN_TEXT[dimension](text)
            continue
        if dimension in _NAMED:
            is_named = _speaks(_LONG_NUMBER.sub(" ", text), signs=money.SIGNS) if is_named is None else is_named
            if not is_named:
                continue
        if tokens is None:
            tokens = tokenise(text) if _speaks(text) else []
        if dimension == time_phrases.DIMENSION:
            if time_phrases.may_name_a_time(tokens):
                yield from time_phrases.find_times(tokens, clock(), order, has_inner=has_inner, looks_back=looks_back)
        elif dimension in measures.DIMENSIONS:
            yield from measures.find_measures(tokens, dimension)
        else:
            yield from _IN_TOKENS[dimension](tokens)


def _speaks(text: str, signs: Collection[str] = ()) -> bool:
    """Says whether a figure, a word or one of some signs of a value is in a text: most end here, and are not cut into tokens."""
    if _FIGURE.search(text) or any(sign in text for sign in signs):
        return True
    return not _SPEAKING.isdisjoint(_WORD.findall(text.lower().replace("\u2019", "'")))
