"""Finds measured quantities: distances, volumes, temperatures, weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.nlu.values.find import Find
from assistant.nlu.values.numerals import plain, read_number, word_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.nlu.values.tokens import Token

_NAMES = {
    "distance": {
        "millimetre": "mm millimetre millimetres millimeter millimeters",
        "centimetre": "cm centimetre centimetres centimeter centimeters",
        "metre": "m metre metres meter meters",
        "kilometre": "km kms kilometre kilometres kilometer kilometers",
        "inch": "inch inches",
        "foot": "ft foot feet",
        "yard": "yd yard yards",
        "mile": "mile miles",
    },
    "volume": {
        "millilitre": "ml millilitre millilitres milliliter milliliters",
        "litre": "l litre litres liter liters",
        "gallon": "gallon gallons gal",
        "hectolitre": "hectolitre hectolitres hectoliter hectoliters",
    },
    "temperature": {
        "celsius": "celsius",
        "fahrenheit": "fahrenheit",
        "degree": "degree degrees °",
    },
    "quantity": {
        "milligram": "mg milligram milligrams",
        "gram": "g gr gram grams gramme grammes",
        "kilogram": "kg kgs kilo kilos kilogram kilograms",
        "ounce": "oz ounce ounces",
        "pound": "lb lbs",
        "cup": "cup cups",
        "teaspoon": "teaspoon teaspoons tsp",
        "tablespoon": "tablespoon tablespoons tbsp",
    },
}
_UNITS = {dimension: {word: unit for unit, words in units.items() for word in words.split()} for dimension, units in _NAMES.items()}
DIMENSIONS = tuple(_NAMES)
_SCALES = {"c": "celsius", "f": "fahrenheit", "celsius": "celsius", "fahrenheit": "fahrenheit"}


def find_measures(tokens: Sequence[Token], dimension: str) -> list[Find]:
    """Returns all quantities of one dimension, such as ``distance``."""
    finds: list[Find] = []
    for i in range(len(tokens)):
        number = read_number(tokens, i)
        unit = _UNITS[dimension].get(word_at(tokens, number[1])) if number else None
        if number is None or unit is None:
            continue
        behind = number[1] + 1
        if unit == "degree" and word_at(tokens, behind) in _SCALES:
            unit, behind = _SCALES[tokens[behind].text], behind + 1
        info = {"value": plain(number[0]), "type": "value", "unit": unit}
        finds.append(Find(dimension, tokens[i].start, tokens[behind - 1].end, info))
    return finds
