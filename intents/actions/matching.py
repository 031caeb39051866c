"""Matches the words of customers with the names of goods: "the boots" with hiking boots, "shoes" with trainers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_FILLERS = {"the", "a", "an", "my", "of", "one", "pair", "two", "both", "please", "and", "it", "s", "is", "this", "that", "these"}
_SIZES = {"small": "S", "medium": "M", "large": "L", "extra large": "XL", "extra small": "XS"}


def matching_products(said: str, categories: Mapping[str, str], *, loosely: bool = False) -> list[str]:
    """Returns the products that a text may mean by the surest way that finds any; several when it is not clear which.

    The ways: the exact name, a name within the text, a part of a name, the category.

    Args:
        said: what the customer wrote.
        categories: the category of each product by its name.
        loosely: "denim jacket" means a rain jacket too: where there are few to choose from, as in an order.
    """
    words = _words(said)
    if not words:
        return []
    ways = (
        [name for name in categories if _words(name) == words],
        [name for name in categories if _words(name) <= words],
        [name for name in categories if words <= _words(name) or (loosely and _words(name.split()[-1]) & words)],
        [name for name, category in categories.items() if _words(category) & words],
    )
    return next((found for found in ways if found), [])


def same_size(said: str, size: str) -> bool:
    """Returns whether two sizes are one: "medium" is M."""
    return _SIZES.get(said.lower(), said).upper() == size.upper()


def _words(text: str) -> frozenset[str]:
    return frozenset(word.removesuffix("s") for word in re.findall(r"[a-z]+", text.lower()) if word not in _FILLERS)
