from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from assistant.faq.entry import FaqEntry
from assistant.faq.retriever import Retriever
from tests.unit.faq.hashing import hashing_vectors

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOES = FaqEntry(
    "shoes", "Can I return shoes that I wore once?", "Worn shoes stay yours.", ("shoes worn outside", "send back used shoes")
)
HOURS = FaqEntry("hours", "When is the shop open?", "Nine to five.", ("opening hours", "are you closed on sundays"))
GIFTS = FaqEntry("gifts", "Do you wrap presents?", "For two euros.", ("gift paper", "can it be wrapped"), threshold=0.9)
ENTRIES = (SHOES, HOURS, GIFTS)


@pytest.fixture
def retriever() -> Retriever:
    return Retriever(ENTRIES, hashing_vectors)


def noise(texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Vectors that say nothing: all alike, and apart by chance."""
    made = np.stack([np.random.default_rng(zlib.crc32(text.encode())).normal(3.0, 1.0, 64) for text in texts])
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


@pytest.mark.parametrize("question", ["Opening hours", "OPENING HOURS!!", " ópening   hours? "])
def test_an_exact_question_scores_one(retriever: Retriever, question: str) -> None:
    result = retriever.search(question)
    assert result.best is not None
    assert (result.best.entry_id, result.best.score, result.best.matched) == ("hours", 1.0, "opening hours")
    assert all(match.score < 1.0 for match in result.matches[1:])


@pytest.mark.parametrize("question", ["Opening hours", " ópening   hours? ", "worn shoes", "", "?"])
def test_asking_for_exact_matches_alone_gives_those_of_the_search(question: str) -> None:
    encoded: list[Sequence[str]] = []

    def encode(texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        encoded.append(texts)
        return hashing_vectors(texts)

    retriever = Retriever(ENTRIES, encode)
    encoded.clear()
    found = retriever.exact(question)
    assert encoded == []
    assert found.matches == tuple(match for match in retriever.search(question).matches if match.score == 1.0)


def test_a_question_in_other_words_finds_its_entry(retriever: Retriever) -> None:
    match = retriever.search("may i return the shoes i wore").matches[0]
    assert (match.entry_id, match.question, match.answer) == ("shoes", SHOES.question, SHOES.answer)
    assert match.matched in SHOES.questions
    assert 0.0 < match.score < 1.0


def test_a_misspelt_question_finds_its_entry(retriever: Retriever) -> None:
    assert retriever.search("presnets wraped?").matches[0].entry_id == "gifts"


def test_what_no_entry_answers_is_not_answered(retriever: Retriever) -> None:
    for question in ("what is the capital of mongolia", "zzz", "?!", "tell me about quantum physics"):
        assert retriever.search(question).best is None


@pytest.mark.parametrize("question", ["", "   ", "\n\t"])
def test_no_question_has_no_answer(retriever: Retriever, question: str) -> None:
    assert retriever.search(question).matches == ()


def test_no_entries_have_no_answer() -> None:
    assert Retriever((), hashing_vectors).search("anything").matches == ()


def test_one_entry_without_alternatives_is_enough() -> None:
    retriever = Retriever([FaqEntry("only", "Do you ship to Spain?", "Yes.")], hashing_vectors)
    assert retriever.search("do you ship to spain").matches[0].score == 1.0
    assert retriever.search("how do vaccines work").best is None


def test_matches_fall_in_score_and_are_as_many_as_asked_for(retriever: Retriever) -> None:
    matches = retriever.search("when can i return presents", limit=2).matches
    assert len(matches) == 2
    assert matches[0].score >= matches[1].score


def test_an_entry_may_have_its_own_threshold(retriever: Retriever) -> None:
    assert retriever.search("gift paper please").threshold == 0.9
    assert retriever.search("opening hours on monday").threshold <= retriever.threshold
    assert Retriever(ENTRIES, hashing_vectors, threshold=0.7).search("opening hours").threshold == 0.7


def test_of_two_exact_matches_the_question_comes_before_the_alternative() -> None:
    entries = [FaqEntry("a", "One?", "1.", ("Same?",)), FaqEntry("b", "Same?", "2.")]
    assert [match.entry_id for match in Retriever(entries, hashing_vectors).search("same").matches] == ["b", "a"]


def many() -> list[FaqEntry]:
    subjects = ("parcel", "voucher", "invoice", "refund", "password", "catalogue", "jacket", "warranty", "lamp", "courier")
    forms = ("where is my {}", "i lost the {}", "{} has not come yet", "tell me where the {} went")
    return [
        FaqEntry(s, f"How can I find my {s}?", f"Look for the {s} in your account.", tuple(f.format(s) for f in forms))
        for s in subjects
    ]


def test_vectors_that_say_nothing_get_no_weight() -> None:
    honest = Retriever(many(), noise).calibration
    assert sum(honest.weights[:3]) < 0.5 * honest.weights[3]
    assert sum(Retriever(many(), hashing_vectors).calibration.weights[:3]) > sum(honest.weights[:3])


def test_without_vectors_that_tell_anything_the_words_still_find_the_entry() -> None:
    retriever = Retriever(many(), noise)
    found = [retriever.search(f"my {entry.id} seems to be missing").matches[0].entry_id == entry.id for entry in many()]
    assert all(found)


def test_the_calibration_is_the_same_each_time() -> None:
    assert Retriever(many(), hashing_vectors).calibration == Retriever(many(), hashing_vectors).calibration


ORDERS = (
    FaqEntry(
        "track",
        "How do I track my order?",
        "Open your list of orders. The carrier's page shows where the parcel is.",
        ("follow my parcel",),
    ),
    FaqEntry("cancel", "How do I cancel my order?", "Write to us.", ("call my order off",), follow_ups=("refund", "gone", "track")),
    FaqEntry("refund", "When is my money back?", "After five days.", ("refund time",)),
)


def test_the_sentence_of_the_answer_that_is_nearest_is_named() -> None:
    match = Retriever(ORDERS, hashing_vectors).search("where does the carrier's page show my parcel").matches[0]
    assert (match.entry_id, match.passage) == ("track", "The carrier's page shows where the parcel is.")
    assert next(m for m in Retriever(ORDERS, hashing_vectors).search("cancel").matches if m.entry_id == "cancel").passage == ""


def test_curated_follow_ups_come_first_among_related_questions() -> None:
    result = Retriever(ORDERS, hashing_vectors).search("how do i cancel my order")
    assert result.related[:2] == ("When is my money back?", "How do I track my order?")
    assert Retriever(ORDERS, hashing_vectors).exact("how do i cancel my order").related == result.related


def test_what_is_nearly_as_likely_is_related_and_what_is_not_answered_has_none() -> None:
    alike = [FaqEntry(f"e{n}", f"How do I track my {thing}?", "So.") for n, thing in enumerate(("order", "orders", "parcel"))]
    result = Retriever(alike, hashing_vectors, threshold=0.05).search("how to track my order")
    assert result.best is not None
    assert 0 < len(result.related) <= 3
    assert result.best.question not in result.related
    assert Retriever(alike, hashing_vectors).search("how do vaccines work").related == ()
