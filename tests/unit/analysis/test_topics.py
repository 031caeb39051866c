from __future__ import annotations

import numpy as np

from assistant.analysis.topics import distinctive_words, find_topics


def about(n: int) -> tuple[list[str], list[float], np.ndarray[tuple[int, int], np.dtype[np.float32]]]:
    """Messages about parcels, refunds and the app, and vectors that lie apart accordingly."""
    kinds = ("the parcel came late on {}", "my refund of {} is missing", "the app crashes on {} again")
    texts = [kinds[number % 3].format(f"day{number}") for number in range(n)]
    vectors = np.random.default_rng(0).normal(0, 0.05, (n, 8)).astype(np.float32)
    for number in range(n):
        vectors[number, number % 3] += 1
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return texts, [(-0.9, 0.0, 0.5)[number % 3] for number in range(n)], vectors


def test_topics_are_what_messages_have_in_common() -> None:
    topics = find_topics(*about(90))
    assert [topic.n for topic in topics] == [30, 30, 30]
    told = [set(" ".join(topic.words).split()) for topic in topics]
    assert sorted(min(words & {"parcel", "came", "late", "refund", "missing", "app", "crashes"}) for words in told) == [
        "app",
        "came",
        "missing",
    ]
    by_mood = sorted(round(topic.sentiment, 1) for topic in topics)
    assert by_mood == [-0.9, 0.0, 0.5]
    assert all(len(topic.examples) == 3 for topic in topics)


def test_as_many_topics_as_are_wanted() -> None:
    assert len(find_topics(*about(60), 5)) == 5
    assert len(find_topics(["a", "a", "b"], [0.0] * 3, np.eye(3, dtype=np.float32)[[0, 0, 1]].astype(np.float32), 9)) == 2


def test_a_handful_of_messages_has_no_topics() -> None:
    assert find_topics(*about(9)) == []


def test_messages_that_are_all_alike_have_no_topics() -> None:
    assert find_topics(["same words"] * 40, [0.0] * 40, np.full((40, 4), 0.5, dtype=np.float32)) == []


def test_texts_without_words_of_their_own_have_none() -> None:
    assert distinctive_words(["the", "and"], np.array([0, 1]), 2) == [(), ()]
