"""The language that the screens speak: English stands in the source, catalogs of other languages stand beside this file.

A text is written as ``tr("Saved.")``, with what varies in braces: ``tr("Written to {path}", path=path)``. ``trn`` chooses the
plural, ``trc`` names what a text is for where one English word needs two in another language. ``N_`` marks a constant of a module,
which ``tr`` translates when it is shown: the language may change while the program runs.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from assistant.languages.catalog import ENGLISH, Catalog, read_catalog

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "AUTO",
    "ENGLISH",
    "NAMES",
    "N_",
    "Catalog",
    "in_use",
    "language_of",
    "preferred",
    "tr",
    "trc",
    "trn",
    "use",
    "use_catalog",
]

AUTO: Final = "auto"
"""The setting that leaves the choice to the environment."""

NAMES: Final[Mapping[str, str]] = {"en": "English", "de": "Deutsch", "es": "Español", "fr": "Français"}
"""The languages that there are, each as it calls itself."""

_FOLDER = Path(__file__).parent
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")

_current = ENGLISH


def tr(message: str, /, **values: object) -> str:
    """Returns a text in the language in use, with its values filled in; a text that is not translated stays English."""
    return _filled(_current.text(message), message, values)


def trc(context: str, message: str, /, **values: object) -> str:
    """Returns a text as ``tr`` does, for one use among several of the same English words.

    Args:
        context: what it is for, such as ``key``.
        message: in English.
        values: of the names in braces.
    """
    return _filled(_current.text(message, context), message, values)


def trn(one: str, many: str, n: int, /, **values: object) -> str:
    """Returns the form of a text that fits a number; ``{n}`` is the number.

    Args:
        one: in English, for one.
        many: for any other number.
        n: the number.
        values: of the other names in braces.
    """
    english = one if n == 1 else many
    return _filled(_current.plural_text(one, many, n), english, {"n": n, **values})


def N_(message: str) -> str:  # noqa: N802 (the name that gettext's users know)
    """Returns a text as it is: it is translated when it is shown."""
    return message


def NC_(context: str, message: str) -> str:  # noqa: ARG001, N802 (the context is for translators; the name as above)
    """Returns a text as it is: it is translated by ``trc`` when it is shown."""
    return message


def use(language: str) -> None:
    """Speaks a language from now on; English where there is no such one.

    Args:
        language: one of ``NAMES``.
    """
    use_catalog(read_catalog(catalog_path(language), language) if language in NAMES and language != ENGLISH.language else ENGLISH)


def use_catalog(catalog: Catalog) -> None:
    """Speaks by a catalog from now on."""
    global _current  # noqa: PLW0603 (one person sits at a terminal, and all threads speak their language)
    _current = catalog


def in_use() -> str:
    """Returns the language in use, such as ``de``."""
    return _current.language


def catalog_path(language: str) -> Path:
    """Returns where the catalog of a language lies."""
    return _FOLDER / language / "LC_MESSAGES" / "assistant.po"


def language_of(setting: str, environment: Mapping[str, str] = os.environ) -> str:
    """Returns the language that a setting stands for: itself, or with ``auto`` the one that the environment asks for."""
    return setting if setting in NAMES else preferred(environment)


def preferred(environment: Mapping[str, str] = os.environ) -> str:
    """Returns the language that the environment asks for as other programs are asked, where there is a catalog; else English."""
    wanted = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    code = wanted.split(".")[0].split("@")[0].replace("-", "_").split("_")[0].lower()
    return code if code in NAMES else ENGLISH.language


def _filled(text: str, english: str, values: Mapping[str, object]) -> str:
    if not values:
        return text
    try:
        return text.format(**values)
    except (KeyError, IndexError, ValueError):  # a catalog that somebody has changed: a wrong brace is no reason to fail
        return english.format(**values)
