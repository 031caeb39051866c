from __future__ import annotations

import numpy as np

from assistant.faq.clusters import clusters
from tests.unit.faq.hashing import hashing_vectors


def test_what_means_the_same_is_together_and_what_was_asked_most_comes_first() -> None:
    questions = [
        "do you sell gift cards",
        "where is your shop in cork",
        "do you sell a gift card",
        "is there a shop in cork",
        "gift cards, do you sell them",
        "can i pay with bitcoin",
    ]
    groups = clusters(hashing_vectors(questions), 0.1, counts=[1, 1, 7, 1, 1, 3])
    assert groups == [[2, 0, 4], [5], [1, 3]]


def test_unrelated_questions_stay_apart() -> None:
    assert clusters(np.eye(5, dtype=np.float32), 0.3) == [[0], [1], [2], [3], [4]]


def test_a_chain_of_likes_is_not_one_group() -> None:
    angles = np.radians(np.arange(0, 100, 20))
    chain = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    assert max(map(len, clusters(chain, 0.3))) < 5


def test_no_questions_are_no_groups() -> None:
    assert clusters(np.empty((0, 4), np.float32), 0.3) == []
