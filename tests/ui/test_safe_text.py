from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.ui.markdown_blocks import markdown_blocks
from assistant.ui.prose import flow
from assistant.ui.safe_text import MAX_SHOWN, safe, safe_line, safe_value
from tests.ui.hostile import HOSTILE, forbidden_in


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_loses_its_teeth_and_keeps_its_words(name: str) -> None:
    text, visible = HOSTILE[name]
    for shown in (safe(text), safe_line(text), flow(markdown_blocks(text), 60).plain):
        assert visible in shown
        assert not forbidden_in(shown)


@given(st.text())
def test_no_text_at_all_brings_a_control_character_through(text: str) -> None:
    assert not forbidden_in(safe(text))
    assert not forbidden_in(flow(markdown_blocks(text), 40).plain)
    assert "\n" not in safe_line(text)


@given(st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert safe(text) == text


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert safe(safe(text)) == safe(text)


def test_a_cut_says_how_much_is_missing() -> None:
    assert safe("x" * (MAX_SHOWN + 1_234)).endswith("… and 1,234 more characters")
    assert safe_line("y" * 500, limit=10) == "yyyyyyyyy…"


def test_values_are_shown_as_texts_or_as_python_writes_them() -> None:
    assert safe_value("12345") == "12345"
    assert safe_value(["a", 1, None]) == "['a', 1, None]"


@pytest.mark.parametrize("piece", ["\x1b]", "\x1b[", "\x9d", "\x1bP", "\x1b\\", "\x1b", "\x90\x1b]"])
def test_cleaning_takes_linear_time(piece: str) -> None:
    started = time.process_time()
    safe(piece * 200_000, limit=400_000)
    assert time.process_time() - started < 3
