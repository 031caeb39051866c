"""Finds personal data in what people write, and puts a name of its kind in its place: ``write to [e-mail]``.

Numbers are checked before they count as personal: a card number by its check digit, an account number by its checksum and its
country's length, so that order numbers stay. All patterns look at each character a bounded number of times.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.messages import Entity, Parse

_Shift: TypeAlias = "Callable[[int, bool], int]"
"""Where a position lies in the redacted text; whether it is an end decides about positions within what was replaced."""

MIN_PHONE_DIGITS, MAX_PHONE_DIGITS = 8, 15
MIN_CARD_DIGITS, MAX_CARD_DIGITS = 13, 19
_MOD_IBAN = 97
_MOD_LUHN = 10

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])")
_IBAN = re.compile(r"(?<![^\W_])[A-Za-z]{2}[ -]?\d{2}(?:[ -]?[A-Za-z0-9]){11,30}")
_DIGITS = re.compile(r"(?<![\w.,])\+?\(?\d(?:[ ./()-]{0,2}\d){6,20}(?!\w)")
_DATE = re.compile(r"(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2})(?![./-]?\d)")
_AMERICAN = re.compile(r"\(?\d{3}\)?[ .-]{1,2}\d{3}[ .-]\d{4}")
_SEPARATORS = re.compile(r"[^\dA-Za-z]")

_IBAN_LENGTHS = {
    **dict.fromkeys(("NO",), 15),
    **dict.fromkeys(("BE",), 16),
    **dict.fromkeys(("DK", "FI", "NL", "FO", "GL", "FK", "SD"), 18),
    **dict.fromkeys(("MK", "SI"), 19),
    **dict.fromkeys(("AT", "BA", "EE", "KZ", "LT", "LU", "XK", "MN"), 20),
    **dict.fromkeys(("CH", "HR", "LI", "LV"), 21),
    **dict.fromkeys(("BG", "BH", "CR", "DE", "GB", "GE", "IE", "ME", "RS", "VA"), 22),
    **dict.fromkeys(("AE", "GI", "IL", "IQ", "TL", "OM", "SO"), 23),
    **dict.fromkeys(("AD", "CZ", "ES", "MD", "PK", "RO", "SA", "SE", "SK", "TN", "VG"), 24),
    **dict.fromkeys(("LY", "PT", "ST"), 25),
    **dict.fromkeys(("IS", "TR"), 26),
    **dict.fromkeys(("BI", "DJ", "FR", "GR", "IT", "MC", "MR", "SM"), 27),
    **dict.fromkeys(("AL", "AZ", "BY", "CY", "DO", "GT", "HN", "HU", "LB", "NI", "PL", "SV"), 28),
    **dict.fromkeys(("BR", "EG", "PS", "QA", "UA"), 29),
    **dict.fromkeys(("JO", "KW", "MU", "YE"), 30),
    **dict.fromkeys(("MT", "SC"), 31),
    **dict.fromkeys(("LC",), 32),
    **dict.fromkeys(("RU",), 33),
}
"""Characters of an account number by country. Source: ISO 13616, the registry of SWIFT."""


@dataclass(frozen=True, slots=True)
class Found:
    """Personal data in a text: text[start:end), and the name of its kind."""

    start: int
    end: int
    kind: str


def personal_data(text: str) -> tuple[Found, ...]:
    """Returns the e-mail addresses, account, card and phone numbers of a text, by position; none overlaps another."""
    taken: list[Found] = []
    is_taken = bytearray(len(text))
    for find in (_emails, _ibans, _numbers):
        for found in find(text):
            if is_taken.find(1, found.start, found.end) < 0:
                taken.append(found)
                is_taken[found.start : found.end] = b"\1" * (found.end - found.start)
    return tuple(sorted(taken, key=lambda found: found.start))


def redacted(text: str) -> str:
    """Returns the text with the name of its kind in place of each piece of personal data."""
    return _replaced(text, personal_data(text)) if text else text


def redacted_parse(parse: Parse) -> Parse:
    """Returns a parse of the redacted text: entities and words lie where they lie now, and say nothing that the text does not."""
    found = personal_data(parse.text)
    shift = _shift(found)
    entities = tuple(_redacted_entity(entity, found, shift) for entity in parse.entities)
    tokens = dict.fromkeys((shift(start, False), shift(end, True)) for start, end in parse.text_tokens)
    return replace(parse, text=_replaced(parse.text, found), entities=entities, text_tokens=tuple(tokens))


def redacted_json(value: Any) -> Any:
    """Returns a value of JSON's kinds with every text in it redacted; the names of fields stay."""
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, dict):
        return {name: redacted_json(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [redacted_json(inner) for inner in value]
    return value


def _emails(text: str) -> Iterator[Found]:
    return (Found(match.start(), match.end(), "[e-mail]") for match in _EMAIL.finditer(text) if "@" in text)


def _ibans(text: str) -> Iterator[Found]:
    for match in _IBAN.finditer(text):
        length = _IBAN_LENGTHS.get(match[0][:2].upper(), 0)
        end = _end_after(text, match.start(), match.end(), length)
        if end and _is_iban(_SEPARATORS.sub("", text[match.start() : end])):
            yield Found(match.start(), end, "[account]")


def _numbers(text: str) -> Iterator[Found]:
    for match in _DIGITS.finditer(text):
        digits = "".join(filter(str.isdigit, match[0]))
        if MIN_CARD_DIGITS <= len(digits) <= MAX_CARD_DIGITS and _is_card(digits):
            yield Found(match.start(), match.end(), "[card]")
        elif _is_phone(match[0], digits):
            yield Found(match.start(), match.end(), "[phone]")


def _end_after(text: str, start: int, limit: int, n_characters: int) -> int:
    """Returns where so many letters and digits from the start end; 0 when there are fewer, or a word goes on there."""
    counted = 0
    for position in range(start, limit):
        counted += text[position].isalnum()
        if n_characters and counted == n_characters:
            goes_on = position + 1 < len(text) and text[position + 1].isalnum()
            return 0 if goes_on else position + 1
    return 0


def _is_iban(compact: str) -> bool:
    moved = compact[4:] + compact[:4]
    return int("".join(str(int(character, 36)) for character in moved)) % _MOD_IBAN == 1


def _is_card(digits: str) -> bool:
    """Whether the last digit is the check digit of the others. Source: ISO/IEC 7812-1, annex B."""
    doubled = [int(digit) * (2 if position % 2 else 1) for position, digit in enumerate(reversed(digits))]
    return len(set(digits)) > 1 and sum(value - 9 if value > 9 else value for value in doubled) % _MOD_LUHN == 0  # noqa: PLR2004


def _is_phone(written: str, digits: str) -> bool:
    """Whether a number is written as phone numbers are: with a country's prefix, with a leading nought, or the American way."""
    if not MIN_PHONE_DIGITS <= len(digits) <= MAX_PHONE_DIGITS or _DATE.match(written):
        return False
    has_nought = digits[0] == "0" and digits[1] != "0" and MIN_PHONE_DIGITS < len(digits) < MIN_CARD_DIGITS
    has_prefix = written.startswith("+") or (digits.startswith("00") and len(digits) > MIN_PHONE_DIGITS + 2)
    return has_prefix or has_nought or bool(_AMERICAN.fullmatch(written))


def _replaced(text: str, found: tuple[Found, ...]) -> str:
    pieces, end = [], 0
    for one in found:
        pieces += [text[end : one.start], one.kind]
        end = one.end
    return "".join([*pieces, text[end:]])


def _shift(found: tuple[Found, ...]) -> _Shift:
    """Returns a function that gives a position's place in the redacted text; within what was replaced, its start or its end."""

    def shift(position: int, is_end: bool) -> int:
        moved = 0
        for one in found:
            if position <= one.start:
                break
            if position < one.end:
                return one.start + moved + (len(one.kind) if is_end else 0)
            moved += len(one.kind) - (one.end - one.start)
        return position + moved

    return shift


def _redacted_entity(entity: Entity, found: tuple[Found, ...], shift: _Shift) -> Entity:
    """Returns an entity of the redacted text; one that is part of what was replaced has no value but the name of its kind."""
    within = next((one.kind for one in found if one.start <= entity.start and entity.end <= one.end), None)
    return replace(
        entity,
        start=shift(entity.start, False),
        end=shift(entity.end, True),
        value=within or redacted_json(entity.value),
        additional_info=None if within else redacted_json(entity.additional_info),
    )
