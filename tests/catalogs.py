"""Brings the catalogs of languages up to date with the source: ``python -m tests.catalogs``, with a code for a new one.

What is new stands there untranslated, what is gone is taken out, and what was reworded keeps its translation, marked as fuzzy: it
is not shown before somebody has looked at it.
"""

from __future__ import annotations

import ast
import sys
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from assistant.languages import ENGLISH, NAMES, catalog_path
from assistant.ui.actions import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[1]
_CALLS: Final = {"tr": 1, "N_": 1, "trc": 2, "NC_": 2, "trn": 2}
"""What marks a text, and how many arguments it takes it from."""


_HEAD: Final = """\
# {name}
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural_forms}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
"""The head of a catalog: what a program needs to know of it."""


def template() -> Catalog:
    """Returns all texts of the source, with the files that they stand in."""
    found = Catalog(project="albert-assistant", charset="utf-8")
    for path in sorted((ROOT / "assistant").rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        for context, message in texts_in(path.read_text(encoding="utf-8")):
            found.add(message, locations=[(place, 0)], context=context or None)
    return found


def texts_in(source: str) -> Iterator[tuple[str, str | tuple[str, str]]]:
    """Yields context and text of each call that marks one, in its order; of a text that counts, for one and for many."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        name = node.func.id
        if name == "Action":  # an action of the registry: its label, and its help
            label, help_ = node.args[3:5]
            yield KEY, _text(label)
            yield "", _text(help_)
        elif name in _CALLS:
            texts = [_text(argument) for argument in node.args[: _CALLS[name]] if _is_text(argument)]
            if len(texts) != _CALLS[name]:  # a text that is marked elsewhere
                continue
            first, last = texts[0], texts[-1]
            yield (first, last) if name in {"trc", "NC_"} else ("", (first, last) if name == "trn" else first)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _text(node: ast.expr) -> str:
    assert isinstance(node, ast.Constant)
    return str(node.value)


def update(language: str) -> int:
    """Brings one catalog up to date; returns how many of its texts are not translated."""
    path = catalog_path(language)
    kept = Catalog(locale=language, charset="utf-8")
    if path.is_file():
        with path.open("rb") as file:
            kept = read_po(file, locale=language)
    kept.update(template(), update_header_comment=False)
    kept.obsolete.clear()
    kept.fuzzy = False
    for message in kept:
        message.flags.discard("python-format")  # what looks like it are the forms of dates, which differ
    written = BytesIO()
    write_po(written, kept, width=128, sort_output=True, include_lineno=False, omit_header=True)
    head = _HEAD.format(name=NAMES.get(language, language), language=language, plural_forms=kept.plural_forms)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(head + written.getvalue().decode("utf-8"), encoding="utf-8")
    return sum(1 for message in kept if message.id and (message.fuzzy or not all(_forms(message.string))))


def _forms(string: object) -> tuple[str, ...]:
    return tuple(map(str, string)) if isinstance(string, tuple | list) else (str(string or ""),)


if __name__ == "__main__":
    for code in sys.argv[1:] or [code for code in NAMES if code != ENGLISH.language]:
        print(f"{catalog_path(code).relative_to(ROOT)}: {update(code)} to translate")  # noqa: T201 (what was asked for)
