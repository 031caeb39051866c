from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from assistant.knowledge.summaries import centrality, most_telling, summarise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

WORDS = ("parcel", "broken", "refund", "weather", "shoes", "music")


def encode(texts: Sequence[str]) -> NDArray[np.float32]:
    """Returns which of some words each text has, as vectors of length one."""
    counts = np.array([[0.05, *(float(word in text.lower()) for word in WORDS)] for text in texts], dtype=np.float32)
    scaled: NDArray[np.float32] = counts / np.linalg.norm(counts, axis=1, keepdims=True)
    return scaled


STORY = (
    "My parcel came last week. The parcel was broken when it came. I would like a refund for the broken parcel. "
    "The weather is nice here today. I listen to music when I wait."
)


def test_the_sentences_that_others_are_like_are_chosen_in_their_own_order() -> None:
    chosen = summarise([STORY], encode, 2)
    assert len(chosen) == 2
    assert [one.span for one in chosen] == sorted(one.span for one in chosen)
    assert all("parcel" in one.text for one in chosen)
    assert all(STORY[slice(*one.span)] == one.text for one in chosen)


def test_nothing_is_said_twice() -> None:
    twice = "The parcel was broken today. The parcel was broken today. I would like a refund now."
    assert [one.text for one in summarise([twice], encode, 3)] == ["The parcel was broken today.", "I would like a refund now."]


def test_texts_without_an_order_of_their_own_are_put_into_the_likeliest() -> None:
    texts = ["Then we sent the refund back.", "First the parcel came broken."]

    def first_before_then(pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        return np.array([0.9 if first.startswith("First") else 0.1 for first, _ in pairs], dtype=np.float32)

    assert [one.source for one in summarise(texts, encode, 2)] == [0, 1]
    assert [one.source for one in summarise(texts, encode, 2, first_before_then)] == [1, 0]


def test_what_says_nothing_gives_nothing() -> None:
    assert summarise([], encode) == []
    assert summarise(["", " \n"], encode) == []
    assert most_telling(["help"], encode) == "help"


def test_the_most_telling_message_is_what_the_others_are_about() -> None:
    said = [
        "what nice weather we have today",
        "my parcel is broken, can I have a refund",
        "when does the refund for the parcel come",
    ]
    assert "parcel" in most_telling(said, encode)


def test_shares_add_up_to_one_and_equals_share_alike() -> None:
    ranks = centrality(encode(["parcel a", "parcel b", "parcel c", "music"]))
    assert ranks.sum() == pytest.approx(1.0)
    assert ranks[0] == pytest.approx(ranks[1])
    assert ranks[3] < ranks[0]
