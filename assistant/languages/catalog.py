"""Catalogs of translations, read from the ``.po`` files that translators edit.

They are read as they are, with nothing to compile: a checkout and an installed package speak by the same file, and it takes a few
milliseconds, once, for the one language in use. What is read is what gettext's tools and Babel write.
"""

from __future__ import annotations

import gettext
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

_LINE = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr)?(?:\[(\d+)\])?\s*"(.*)"$')
_BEGINS = re.compile(r"#|msgctxt|msgid\b")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}
_PLURAL = re.compile(r"plural\s*=\s*(.+?)\s*;?\s*$", re.MULTILINE)
_BETWEEN = "\x04"
"""What gettext puts between a context and its text."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """The texts of a language.

    Attributes:
        language: its ISO 639-1 code.
        texts: the translation of each text, by its English; one with a context has it in front.
        plurals: the forms of texts that count, by the English for one.
        form: the number of the form that fits a number.
    """

    language: str
    texts: Mapping[str, str] = field(default_factory=dict)
    plurals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    form: Callable[[int], int] = field(default=lambda n: int(n != 1), repr=False)

    def text(self, message: str, context: str = "") -> str:
        """Returns a translation; the English where there is none."""
        return self.texts.get(f"{context}{_BETWEEN}{message}" if context else message, message)

    def plural_text(self, one: str, many: str, n: int) -> str:
        """Returns the form that fits a number; the English one where there is none."""
        forms = self.plurals.get(one)
        if forms is None:
            return one if n == 1 else many
        return forms[min(self.form(n), len(forms) - 1)]


ENGLISH: Final = Catalog("en")
"""The texts as they stand in the source."""


def read_catalog(path: Path, language: str) -> Catalog:
    """Returns the catalog in a file; what is fuzzy, empty or cannot be read is left in English.

    Args:
        path: a ``.po`` file in UTF-8.
        language: its code.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return Catalog(language)
    texts: dict[str, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    for entry in _entries(lines):
        message, context = entry.get("msgid", ""), entry.get("msgctxt", "")
        if "msgid_plural" in entry:
            forms = [text for name, text in sorted(entry.items()) if name.startswith("msgstr")]
            if forms and all(forms):
                plurals[message] = tuple(forms)
        elif entry.get("msgstr"):
            texts[f"{context}{_BETWEEN}{message}" if context else message] = entry["msgstr"]
    return Catalog(language, texts, plurals, _form(texts.pop("", "")))


def _entries(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """Yields the parts of each entry by their keyword; it ends with an empty line, or where the next one begins."""
    entry: dict[str, str] = {}
    part, is_fuzzy = "", False
    for line in [*lines, ""]:
        if not line.strip() or (_BEGINS.match(line) and any(name.startswith("msgstr") for name in entry)):
            if entry and not is_fuzzy:
                yield entry
            entry, part, is_fuzzy = {}, "", False
        if line.startswith("#"):
            is_fuzzy = is_fuzzy or (line.startswith("#,") and "fuzzy" in line)
        elif (found := _LINE.match(line)) is not None:
            keyword, number, text = found.groups()
            if keyword:
                part = f"{keyword}{number or ''}"
                entry[part] = ""
            if part:
                entry[part] += _ESCAPE.sub(_unescaped, text) if "\\" in text else text


def _unescaped(found: re.Match[str]) -> str:
    return _ESCAPED.get(found[1], found[1])


def _form(header: str) -> Callable[[int], int]:
    found = _PLURAL.search(header)
    try:
        return gettext.c2py(found[1]) if found is not None else ENGLISH.form
    except ValueError:
        return ENGLISH.form
