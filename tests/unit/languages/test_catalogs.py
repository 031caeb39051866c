"""The catalogs of languages: whole, in step with the source, and read as gettext's own tools read them."""

from __future__ import annotations

import gettext
import string
from functools import lru_cache
from typing import TYPE_CHECKING, Any, get_args

import pytest
from babel.messages.pofile import read_po

from assistant.config import Settings
from assistant.languages import AUTO, ENGLISH, NAMES, catalog_path
from assistant.languages.catalog import read_catalog
from assistant.ui.actions import ACTIONS, KEY
from tests.catalogs import template, texts_in

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

LANGUAGES = [code for code in NAMES if code != ENGLISH.language]
WIDEST_LABEL = 20


@lru_cache
def wanted() -> Catalog:
    return template()


@lru_cache
def translated(language: str) -> Catalog:
    with catalog_path(language).open("rb") as file:
        return read_po(file, locale=language)


def key(message: Message) -> tuple[str, str]:
    one = message.id if isinstance(message.id, str) else message.id[0]
    return str(message.context or ""), str(one)


def forms(string_: Any) -> tuple[str, ...]:
    return (string_,) if isinstance(string_, str) else tuple(string_)


def fields(text: str) -> set[tuple[str, str]]:
    return {(name, spec or "") for _, name, spec, _ in string.Formatter().parse(text) if name is not None}


def has_values(message: Message) -> bool:
    """Whether a text is filled in: one that only shows braces, such as a command, is not."""
    try:
        names = {name for text in forms(message.id) for name, _ in fields(text)}
    except ValueError:
        return False
    return all(name.isidentifier() for name in names)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalog_has_every_text_of_the_source_and_no_other(language: str) -> None:
    there = {key(message) for message in translated(language) if message.id}
    needed = {key(message) for message in wanted() if message.id}
    assert sorted(needed - there) == [], "python -m tests.catalogs adds them"
    assert sorted(there - needed) == [], "python -m tests.catalogs takes them out"
    assert not translated(language).obsolete


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_in_all_its_forms(language: str) -> None:
    catalog = translated(language)
    bad = [
        key(message)
        for message in catalog
        if message.id
        and (
            message.fuzzy
            or not all(form.strip() for form in forms(message.string))
            or (not isinstance(message.id, str) and len(forms(message.string)) != catalog.num_plurals)
        )
    ]
    assert bad == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_varies_is_the_same_in_every_form(language: str) -> None:
    for message in translated(language):
        if not message.id or not has_values(message):
            continue
        needed = set.union(*(fields(text) for text in forms(message.id)))
        for form in forms(message.string):
            found = fields(form)
            assert found <= needed, (key(message), form)
            # "once" needs no number, and neither does one entry: but a text for any number says which.
            assert needed - found <= ({("n", "")} if form is forms(message.string)[0] else set()) | _named_once(message), (
                key(message),
                form,
            )


def _named_once(message: Message) -> set[tuple[str, str]]:
    """What only one of the English forms says, such as the question of a single entry."""
    one, *more = (fields(text) for text in forms(message.id))
    return one.symmetric_difference(*more) if more else set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_spaces_and_lines_stand_where_the_source_has_them(language: str) -> None:
    for message in translated(language):
        for text, form in zip(forms(message.id), forms(message.string), strict=False) if message.id else ():
            assert form.count("\n") == text.count("\n"), form
            assert form == form.strip(), form
            assert " " not in text or not text.endswith(".") or form.endswith("."), (text, form)


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_of_keys_are_short_enough_for_the_footer(language: str) -> None:
    catalog = read_catalog(catalog_path(language), language)
    long = {label: shown for action in ACTIONS if len(shown := catalog.text(label := action.label, KEY)) > WIDEST_LABEL}
    assert long == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalog_is_read_as_babel_reads_it(language: str) -> None:
    catalog, other = read_catalog(catalog_path(language), language), translated(language)
    form = gettext.c2py(other.plural_expr)
    for message in other:
        if isinstance(message.id, str):
            if message.id:
                assert catalog.text(message.id, message.context or "") == message.string
        else:
            one, many = message.id
            for n in (0, 1, 2, 5, 21):
                assert catalog.plural_text(one, many, n) == forms(message.string)[form(n)]


def test_the_setting_knows_the_languages_that_there_are() -> None:
    annotation = Settings.model_fields["language"].annotation
    assert set(get_args(annotation)) == {AUTO, *NAMES}
    assert all(catalog_path(language).is_file() for language in LANGUAGES)


def test_texts_are_gathered_from_all_that_marks_them() -> None:
    source = """
tr("one {n}", n=1); N_("two"); trc("key", "three"); trn("four", "fours", 4); tr(name); other.tr("not this"); NC_("short", "five")
Action("chat", "x", "y", "Six", "Seven" " parts.", is_shown=True)
tr(
    "eight "
    "parts"
)
"""
    assert set(texts_in(source)) == {
        ("", "one {n}"),
        ("", "two"),
        ("key", "three"),
        ("", ("four", "fours")),
        ("short", "five"),
        ("key", "Six"),
        ("", "Seven parts."),
        ("", "eight parts"),
    }
