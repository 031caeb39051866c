"""No text makes understanding fail, and no text is understood otherwise in company."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.nlu.interpreter import Interpreter
from tests.unit.nlu.tiny import train_tiny

if TYPE_CHECKING:
    from pathlib import Path

# Letters of many kinds, lone surrogates, joiners, controls, space of several widths.
LETTERS = st.sampled_from("ab1 5#@.-'\"\\/{}[]é\u0301ß\u0130漢🙂\u200d\u202e\x00\x1b\ud800\udfff\u3000\n\t")
TEXTS = st.text(alphabet=LETTERS, max_size=60) | st.sampled_from(["where is order 12345", "refund", "navy blue"])


@pytest.fixture(scope="module")
def interpreter(tmp_path_factory: pytest.TempPathFactory) -> Interpreter:
    folder: Path = tmp_path_factory.mktemp("property")
    return Interpreter.load(train_tiny(folder).folder)


@settings(deadline=None)
@given(texts=st.lists(TEXTS, max_size=5))
def test_a_text_means_the_same_alone_and_in_company(interpreter: Interpreter, texts: list[str]) -> None:
    together = interpreter.parse_many(texts)
    assert together == [interpreter.parse(text) for text in texts]
    for text, parse in zip(texts, together, strict=True):
        assert parse.text == text
        assert all(0 <= entity.start < entity.end <= len(text) for entity in parse.entities)
        assert all(a.end <= b.start for a, b in zip(parse.entities, parse.entities[1:], strict=False))
        assert all(0 <= score.confidence <= 1 for score in parse.intent_ranking)
