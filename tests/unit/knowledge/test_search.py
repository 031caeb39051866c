from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from assistant.knowledge.document import Document, Passage
from assistant.knowledge.search import PassageSearch, texts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

WORDS = ("parcel", "lamp", "refund", "batteri", "heavy")


def encode(texts: Sequence[str]) -> NDArray[np.float32]:
    counts = np.array([[0.1, *(float(word in text.lower()) for word in WORDS)] for text in texts], dtype=np.float32)
    scaled: NDArray[np.float32] = counts / np.linalg.norm(counts, axis=1, keepdims=True)
    return scaled


def document(name: str, *sections: tuple[str, str]) -> Document:
    text, passages = "", []
    for heading, said in sections:
        passages.append(Passage(len(text), len(text) + len(said), (heading,)))
        text += f"{said}\n\n"
    return Document(name, name.capitalize(), name, text, tuple(passages), "")


POLICY = document(
    "policy",
    ("Packing", "A parcel may weigh 20 kilograms. It must not be heavier."),
    ("Lamps", "Lamps with batteries are collected by a courier."),
    ("Money", "We pay the refund to your card."),
)
MANUAL = document("manual", ("Care", "Wipe the lamp with a dry cloth."))


def searching(*documents: Document) -> PassageSearch:
    return PassageSearch(documents, [encode(texts_of(one)) for one in documents])


def found(search: PassageSearch, question: str, limit: int = 3) -> list[str]:
    return [place.document.place(place.passage) for place in search.find(question, encode([question])[0], limit)]


def test_headings_and_sentences_have_vectors_in_order() -> None:
    assert texts_of(POLICY)[:3] == ("Packing", "A parcel may weigh 20 kilograms.", "It must not be heavier.")


def test_the_passage_that_fits_by_words_and_meaning_comes_first() -> None:
    search = searching(POLICY, MANUAL)
    assert found(search, "how heavy may a parcel be")[0] == "Policy > Packing"
    assert found(search, "who collects lamps with batteries")[0] == "Policy > Lamps"
    assert found(search, "how do i wipe a lamp")[0] == "Manual > Care"
    assert len(found(search, "anything", limit=10)) == len(search) == 4


def test_only_the_first_leads() -> None:
    first, second, *_ = searching(POLICY, MANUAL).find("how heavy may a parcel be", encode(["heavy parcel"])[0], 3)
    assert first.lead > 0 > second.lead
    assert first.lead == pytest.approx(-second.lead)
    (only,) = searching(MANUAL).find("lamp", encode(["lamp"])[0], 3)
    assert only.lead == 0


def test_words_of_a_heading_count() -> None:
    assert found(searching(POLICY), "what about money")[0] == "Policy > Money"


@pytest.mark.parametrize("question", ["", "?!", "the of and", "\x00\ud800", "x" * 5_000])
def test_any_question_is_taken(question: str) -> None:
    assert len(searching(POLICY).find(question, encode([question])[0], 2)) == 2
    assert searching().find(question, encode([question])[0], 2) == []
