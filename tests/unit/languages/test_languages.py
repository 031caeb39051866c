"""Looking texts up: what is found, what stays English, and which language is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant import languages
from assistant.languages import ENGLISH, Catalog, tr, trc, trn
from assistant.languages.catalog import read_catalog
from assistant.ui.preferences import Preferences

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PO = r"""# A language of two plurals, and more.
msgid ""
msgstr ""
"Language: pl\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\n"

#: a.py b.py
msgid "Saved."
msgstr "Zapisano."

msgctxt "key"
msgid "Save"
msgstr "Zapis \"x\"\\"

msgid "Save"
msgstr ""

#, fuzzy, python-format
msgid "Old"
msgstr "Stary"

msgid ""
"Two\n"
"lines"
msgstr ""
"Dwie\n"
"linie"
msgid "Next"
msgstr "Dalej"

msgid "{n} file"
msgid_plural "{n} files"
msgstr[0] "{n} plik"
msgstr[1] "{n} pliki"
msgstr[2] "{n} plików"

#~ msgid "Gone"
#~ msgstr "Nie ma"
what is this
"""


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    languages.use("en")


def test_a_file_is_read_with_contexts_escapes_lines_and_plurals(tmp_path: Path) -> None:
    (tmp_path / "x.po").write_text(PO, encoding="utf-8")
    catalog = read_catalog(tmp_path / "x.po", "pl")
    assert catalog.text("Saved.") == "Zapisano."
    assert catalog.text("Save", "key") == 'Zapis "x"\\'
    assert catalog.text("Two\nlines") == "Dwie\nlinie"
    assert [catalog.plural_text("{n} file", "{n} files", n) for n in (1, 3, 5, 22)] == [
        "{n} plik",
        "{n} pliki",
        "{n} plików",
        "{n} pliki",
    ]


def test_what_is_empty_fuzzy_obsolete_or_not_there_stays_english(tmp_path: Path) -> None:
    (tmp_path / "x.po").write_text(PO, encoding="utf-8")
    catalog = read_catalog(tmp_path / "x.po", "pl")
    assert [catalog.text(text) for text in ("Save", "Old", "Gone", "Never")] == ["Save", "Old", "Gone", "Never"]
    assert catalog.plural_text("a day", "days", 2) == "days"


@pytest.mark.parametrize("content", [b"\xff\xfe", b"", b'msgid "x', b'msgid ""\nmsgstr "Plural-Forms: plural=__import__(1);\\n"\n'])
def test_a_damaged_file_is_no_reason_to_fail(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.po").write_bytes(content)
    for path in (tmp_path / "x.po", tmp_path / "none.po", tmp_path):
        catalog = read_catalog(path, "xx")
        assert catalog.text("Saved.") == "Saved."
        assert catalog.plural_text("{n} file", "{n} files", 2) == "{n} files"


def test_a_wrong_brace_in_a_catalog_gives_the_english_text() -> None:
    languages.use_catalog(Catalog("xx", {"to {path}": "nach {pfad}", "{n:,}": "{n:q}", "a {b}": "{"}))
    assert tr("to {path}", path="a") == "to a"
    assert tr("{n:,}", n=1000) == "1,000"
    assert tr("a {b}", b=1) == "a 1"


def test_values_are_filled_in_and_never_read_as_texts() -> None:
    languages.use("de")
    assert tr("Written to {path}", path="{x} %s {0}") == "Geschrieben nach {x} %s {0}"
    assert trn("{n} day", "{n} days", 1) == "1 Tag"
    assert trn("{n} day", "{n} days", 2) == "2 Tage"
    assert trc("key", "Back") == "Zurück"
    assert tr("Nobody has written this.") == "Nobody has written this."


def test_braces_stay_where_nothing_is_to_be_filled_in() -> None:
    assert tr('/intent{"entity": "value"}') == '/intent{"entity": "value"}'


def test_an_unknown_language_is_english() -> None:
    languages.use("tlh")
    assert languages.in_use() == ENGLISH.language
    assert tr("Saved.") == "Saved."


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "de_AT.UTF-8"}, "de"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "fr_FR@euro"}, "fr"),
        ({"LANG": "de_DE", "LC_MESSAGES": "fr_FR", "LC_ALL": "es-MX"}, "es"),
        ({"LANG": "de_DE", "LC_ALL": ""}, "de"),
        ({"LANG": "de_DE", "LC_ALL": "C"}, "en"),
        ({"LANG": "pt_BR.UTF-8"}, "en"),
        ({"LANG": "POSIX"}, "en"),
    ],
)
def test_auto_asks_the_environment(environment: dict[str, str], language: str) -> None:
    assert languages.language_of("auto", environment) == language
    assert languages.language_of("fr", environment) == "fr"


@pytest.mark.parametrize(
    ("chosen", "setting", "environment", "language"),
    [
        ("", "auto", {"LANG": "es_ES"}, "es"),
        ("", "de", {"LANG": "es_ES"}, "de"),
        ("fr", "de", {"LANG": "es_ES"}, "fr"),
        ("auto", "de", {"LANG": "es_ES"}, "es"),
        ("fr", "de", {"LANG": "es_ES", "ASSISTANT_LANGUAGE": "de"}, "de"),
        ("nonsense", "auto", {}, "en"),
    ],
)
def test_a_variable_goes_before_the_choice_and_the_choice_before_the_setting(
    chosen: str, setting: str, environment: dict[str, str], language: str
) -> None:
    assert Preferences(language=chosen).language_in_force(setting, environment) == language
