"""Export then import gives the same entries, whatever people type."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import BadEntry
from assistant.faq.entry import STATUSES, FaqEntry, checked, slug
from assistant.faq.files import SUFFIXES, entries_in, read_entries, survey, write_entries

# Letters of all of Unicode, and the pieces that mean something to one format or another.
MARKS = st.sampled_from(list("#-:|>'\"\\`*&!%@{}[],?\n\r\t ")) | st.sampled_from(["\u2028", "\x85", "\ufeff", "\x00"])
TEXT = st.text(st.characters() | MARKS, min_size=1, max_size=40)


@st.composite
def entry_lists(draw: st.DrawFn) -> list[FaqEntry]:
    entries = []
    for number in range(draw(st.integers(1, 3))):
        typed = FaqEntry(
            id=f"e{number}",
            question="q" + draw(TEXT),
            answer="\n".join(["a" + draw(TEXT), *draw(st.lists(TEXT, max_size=3))]),
            alternatives=tuple(draw(st.lists(TEXT, max_size=3))),
            tags=tuple(draw(st.lists(TEXT, max_size=2))),
            category=draw(st.sampled_from(["", "returns"]) | TEXT),
            language=draw(st.sampled_from(["en", "de"])),
            status=draw(st.sampled_from(STATUSES)),
            threshold=draw(st.none() | st.floats(0, 1)),
            intent=draw(st.sampled_from(["", "ask_faq", "faq/hours"])),
            follow_ups=tuple(draw(st.lists(st.sampled_from(["a", "b", "null"]), max_size=2))),
            valid_from=draw(st.none() | st.dates(max_value=date(2020, 1, 1))),
            valid_until=draw(st.none() | st.dates(min_value=date(2020, 1, 1))),
        )
        entries.append(checked(typed))
    return entries


@settings(max_examples=60, deadline=None)
@given(entry_lists(), st.sampled_from([suffix for suffix in SUFFIXES if suffix not in {".yaml", ".htm"}]))
def test_export_then_import_is_the_identity(entries: list[FaqEntry], suffix: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"faq{suffix}"
        write_entries(path, entries)
        assert read_entries(path) == entries
        assert list(entries_in(survey([path]))) == entries


@settings(max_examples=60, deadline=None)
@given(entry_lists())
def test_the_same_through_a_response_selector(entries: list[FaqEntry]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "nlu.yml"
        write_entries(path, entries, as_rasa=True)
        assert read_entries(path) == entries


@settings(max_examples=200, deadline=None)
@given(st.text(), st.text())
def test_what_is_tidied_once_is_tidy(question: str, answer: str) -> None:
    try:
        tidied = checked(FaqEntry("", question, answer))
    except BadEntry:
        return
    assert checked(tidied) == tidied
    assert checked(FaqEntry(slug(question), tidied.question, tidied.answer)).id == slug(question)
