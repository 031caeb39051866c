"""Reads numbers: figures, words (``two hundred and five``), factors (``1.5k``), and ordinals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.nlu.values.find import Find
from assistant.nlu.values.tokens import NUMBER, WORD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.nlu.values.tokens import Token


def _in_order(words: str) -> list[str]:
    return words.split()


_ONES = {
    word: number
    for number, word in enumerate(
        _in_order(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
            " eighteen nineteen"
        )
    )
}
_TENS = {word: 10 * tens for tens, word in enumerate(_in_order("twenty thirty forty fifty sixty seventy eighty ninety"), 2)}
_FACTORS = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_GLUED_FACTORS = {"k": 1_000, "m": 1_000_000}
_GROUPS = {"dozen": 12, "couple": 2, "pair": 2}
_FEW = {"few": 3, "several": 3}
_ORDINALS = {
    word: number
    for number, word in enumerate(
        _in_order(
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth"
            " sixteenth seventeenth eighteenth nineteenth"
        ),
        1,
    )
} | {f"{word[:-1]}ieth": value for word, value in _TENS.items()}
_HUNDRED = 100
_LARGEST = 10**12
_ENDINGS = frozenset({"st", "nd", "rd", "th"})

NUMBER_WORDS = (
    frozenset(_ONES) | frozenset(_TENS) | frozenset(_FACTORS) | frozenset(_GROUPS) | frozenset(_ORDINALS) | frozenset(_FEW)
)


def word_at(tokens: Sequence[Token], i: int) -> str:
    """Returns the word or sign at a place, and nothing behind the end."""
    return tokens[i].text if 0 <= i < len(tokens) and tokens[i].kind != NUMBER else ""


def read_number(tokens: Sequence[Token], i: int) -> tuple[float, int] | None:
    """Returns the number that starts at token i, and the index behind it; None when none does. ``two dozen`` is one."""
    if word_at(tokens, i) == "half":
        behind = i + 2 if word_at(tokens, i + 1) == "a" else i + 1
        return (6.0, behind + 1) if word_at(tokens, behind) == "dozen" else None
    number = _counted(tokens, i)
    if number is not None and word_at(tokens, number[1]) in {"dozen", "dozens"} and not tokens[number[1]].is_glued:
        return 12 * number[0], number[1] + 1
    return number


def _counted(tokens: Sequence[Token], i: int) -> tuple[float, int] | None:
    if i >= len(tokens):
        return None
    first = tokens[i]
    if first.kind == NUMBER:
        return None if first.is_glued or first.value is None else _factored(tokens, i + 1, first.value)
    if first.kind != WORD or first.is_glued:
        return None
    if first.text in {"a", "an"} and word_at(tokens, i + 1) in _FACTORS.keys() | _GROUPS.keys():
        i += 1
    if word_at(tokens, i) in _GROUPS:
        behind = i + 2 if word_at(tokens, i + 1) == "of" else i + 1
        return float(_GROUPS[tokens[i].text]), behind
    return _spelt(tokens, i)


def read_count(tokens: Sequence[Token], i: int) -> tuple[float, int] | None:
    """Returns a number as it counts units: also ``a``, ``few`` and ``a couple``."""
    number = read_number(tokens, i)
    if number is not None:
        return number
    word = word_at(tokens, i)
    if word in {"a", "an", "the"} and word_at(tokens, i + 1) in _FEW:
        return float(_FEW[tokens[i + 1].text]), i + 2
    if word in _FEW:
        return float(_FEW[word]), i + 1
    return (1.0, i + 1) if word in {"a", "an"} else None


def read_ordinal(tokens: Sequence[Token], i: int) -> tuple[int, int] | None:
    """Returns the ordinal that starts at token i, and the index behind it: ``3rd``, ``third``, ``twenty-first``."""
    if i >= len(tokens):
        return None
    first = tokens[i]
    if first.kind == NUMBER:
        is_marked = word_at(tokens, i + 1) in _ENDINGS and tokens[i + 1].is_glued
        whole = first.value is not None and not first.is_glued and first.value.is_integer()
        return (int(first.value or 0), i + 2) if is_marked and whole else None
    if first.text in _ORDINALS:
        return _ORDINALS[first.text], i + 1
    if first.text in _TENS:
        behind = i + 2 if word_at(tokens, i + 1) == "-" else i + 1
        ones = _ORDINALS.get(word_at(tokens, behind), 10)
        return (_TENS[first.text] + ones, behind + 1) if ones < 10 else None  # noqa: PLR2004 (twenty-tenth is none)
    return None


def find_numbers(tokens: Sequence[Token]) -> list[Find]:
    """Returns all numbers."""
    finds: list[Find] = []
    i = 0
    while i < len(tokens):
        number = read_number(tokens, i)
        if number is None or _goes_on(tokens, number[1]):
            i += 1
            continue
        finds.append(Find("number", tokens[i].start, tokens[number[1] - 1].end, {"value": plain(number[0]), "type": "value"}))
        i = number[1]
    return finds


def find_ordinals(tokens: Sequence[Token]) -> list[Find]:
    """Returns all ordinals."""
    read = ((i, read_ordinal(tokens, i)) for i in range(len(tokens)))
    return [
        Find("ordinal", tokens[i].start, tokens[ordinal[1] - 1].end, {"value": ordinal[0], "type": "value"})
        for i, ordinal in read
        if ordinal is not None
    ]


def plain(value: float) -> int | float:
    """Returns a whole number without its point."""
    return int(value) if value.is_integer() else value


def _goes_on(tokens: Sequence[Token], i: int) -> bool:
    """Says whether a word follows without a space: ``12ab`` is no number, and ``3rd`` is an ordinal."""
    return i < len(tokens) and tokens[i].is_glued and tokens[i].kind in {WORD, NUMBER}


def _factored(tokens: Sequence[Token], i: int, value: float) -> tuple[float, int]:
    if i < len(tokens) and tokens[i].is_glued and tokens[i].text in _GLUED_FACTORS:
        return value * _GLUED_FACTORS[tokens[i].text], i + 1
    limit = 0
    while word_at(tokens, i) in _FACTORS and not tokens[i].is_glued and _FACTORS[tokens[i].text] > limit:  # 3 hundred thousand
        limit = _FACTORS[tokens[i].text]
        value *= limit
        i += 1
    return value, i


def _spelt(tokens: Sequence[Token], i: int) -> tuple[float, int] | None:
    """Reads ``two hundred and five thousand``: smaller parts are added, factors multiply what stands before them."""
    total = part = 0
    behind = i
    room = _LARGEST  # the next part must be smaller
    limit = _LARGEST  # the next factor must be smaller
    while True:
        at = behind
        joint = word_at(tokens, at) if behind > i else ""
        if (joint == "and" and room >= _HUNDRED) or (joint == "-" and room == 10):  # noqa: PLR2004
            at += 1
        word = word_at(tokens, at)
        factor = _FACTORS.get(word, 0)
        if word in _ONES and _ONES[word] < room and room > 1:
            part, room = part + _ONES[word], 1
        elif word in _TENS and room > 10:  # noqa: PLR2004
            part, room = part + _TENS[word], 10
        elif factor == _HUNDRED and part < _HUNDRED and (part or _is_article(tokens, i - 1)) and behind == at:
            part, room = max(part, 1) * _HUNDRED, _HUNDRED
        elif factor > _HUNDRED and factor < limit and (part or _is_article(tokens, i - 1)) and behind == at:
            total, part, room, limit = total + max(part, 1) * factor, 0, _HUNDRED * 10, factor
        else:
            break
        behind = at + 1
    return (float(total + part), behind) if behind > i else None


def _is_article(tokens: Sequence[Token], i: int) -> bool:
    return word_at(tokens, i) in {"a", "an"}
