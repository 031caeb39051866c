"""Tells the language of a message, among those that a bot speaks."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

MIN_LETTERS = 10
"""Of less, such as "ok" or "hallo", nothing can be told: it is taken for the language spoken so far."""

MIN_PROBABILITY = 0.8


def detected(text: str, languages: Sequence[str]) -> str:
    """Returns the language of a text among some; empty where it cannot be told, or py3langid is not installed."""
    if len(languages) < 2 or sum(letter.isalpha() for letter in text) < MIN_LETTERS:  # noqa: PLR2004 (nothing to choose from)
        return ""
    identifier = _identifier(tuple(sorted(languages)))
    if identifier is None:
        return ""
    language, probability = identifier.classify(text)
    return str(language) if probability >= MIN_PROBABILITY else ""


@cache
def _identifier(languages: tuple[str, ...]) -> Any:
    """Returns what tells these languages apart; None where it is not installed, or knows fewer than two of them."""
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier
    except ImportError:
        return None
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = [language for language in languages if language in identifier.labels]
    if len(known) < 2:  # noqa: PLR2004 (nothing to choose from)
        return None
    identifier.set_languages(known)
    return identifier
