from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from assistant.faq import features
from assistant.faq.entry import FaqEntry
from assistant.faq.features import FEATURES, Features, Hidden
from assistant.faq.grouped import Grouped
from assistant.faq.retriever import Retriever, encoded
from assistant.faq.wording import wording
from tests.unit.faq.hashing import hashing_vectors

if TYPE_CHECKING:
    from collections.abc import Sequence

THINGS = ("parcel", "voucher", "invoice", "refund", "password", "catalogue", "jacket", "warranty", "lamp", "courier")
FORMS = ("where is my {}", "i lost the {}", "{} has not come yet", "tell me where the {} went")
ENTRIES = [
    FaqEntry(thing, f"How can I find my {thing}?", f"Look for the {thing} in your account.", tuple(f.format(thing) for f in FORMS))
    for thing in THINGS
]


def made(entries: Sequence[FaqEntry]) -> Features:
    return Features([wording(entry) for entry in entries], encoded(entries, hashing_vectors))


def test_a_hidden_question_counts_as_not_there() -> None:
    known = made(ENTRIES)
    hidden = Hidden(3, 2)
    text = ENTRIES[3].questions[2]
    without = [
        *ENTRIES[:3],
        FaqEntry("x", ENTRIES[3].question, ENTRIES[3].answer, (FORMS[0].format("refund"), *ENTRIES[3].alternatives[2:])),
    ]
    query = known.query(text, known.question_vector(hidden))
    row = dict(zip(FEATURES, known.table(query, [3], hidden)[0], strict=True))
    other = made([*without, *ENTRIES[4:]])
    expected = dict(zip(FEATURES, other.table(other.query(text, query.vector), [3])[0], strict=True))
    for name in ("nearest", "centre", "passage"):
        assert row[name] == pytest.approx(expected[name], abs=1e-5)
    seen = dict(zip(FEATURES, known.table(query, [3])[0], strict=True))
    assert seen["nearest"] == pytest.approx(1.0, abs=1e-5)
    assert row["words"] < seen["words"]
    assert row["pieces"] < seen["pieces"]


def test_a_large_faq_is_searched_by_signs_with_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    small = Retriever(ENTRIES, hashing_vectors)
    monkeypatch.setattr(features, "LARGE", 5)
    large = Retriever(ENTRIES, hashing_vectors, calibration=small.calibration)
    for question in ("my refund seems to be missing", "where did the lamp go", "warranty?", "zzz", "😀"):
        assert [m.entry_id for m in large.search(question).matches] == [m.entry_id for m in small.search(question).matches]


def test_entries_with_many_questions_and_with_none_but_one_are_told_apart() -> None:
    many = FaqEntry("many", "opening hours", "Nine.", tuple(f"are you open on day {number}" for number in range(100)))
    known = made([many, FaqEntry("one", "gift cards", "Yes.")])
    query = known.query("do you have gift cards", hashing_vectors(["do you have gift cards"])[0])
    table = known.table(query, [0, 1])
    assert np.isfinite(table).all()
    assert table[:, -1].argmax() == 1
    assert known.table(query, []).shape == (0, len(FEATURES))


def test_what_an_answer_says_first_tells_entries_apart_and_an_empty_one_does_not() -> None:
    entries = [FaqEntry("a", "first matter", "The umbrella stays dry."), FaqEntry("b", "second matter", "The ladder stays dry.")]
    known = made(entries)
    query = known.query("umbrella", hashing_vectors(["umbrella"])[0])
    first, second = known.table(query, [0, 1])[:, -1]
    assert first > second + 0.1
    silent = made([FaqEntry(entry.id, entry.question, "**") for entry in entries])  # nothing is left of such an answer
    first, second = silent.table(silent.query("umbrella", query.vector), [0, 1])[:, -1]
    assert first == pytest.approx(second, abs=0.1)


def test_the_nearest_vector_of_some_entries_is_that_of_all() -> None:
    grouped = Grouped([hashing_vectors(entry.questions) for entry in ENTRIES])
    query = hashing_vectors(["the courier went"])[0]
    every = grouped.nearest(query, np.arange(len(ENTRIES)))
    chosen = np.array([7, 2, 9])
    assert np.allclose(grouped.nearest(query, chosen), every[chosen])
    assert np.allclose(grouped.nearest(query, np.arange(len(ENTRIES))[::-1]), every[::-1])
    assert grouped.owners[grouped.rows(chosen)].tolist() == np.repeat(chosen, 5).tolist()
