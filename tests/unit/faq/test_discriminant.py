from __future__ import annotations

from typing import Any

import numpy as np

from assistant.faq.discriminant import discriminant


def normalised(vectors: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), dtype=np.float32)


def examples() -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.float32]], np.ndarray[tuple[int, ...], np.dtype[np.intp]]]:
    """Two entries that differ in one dimension alone, all others being noise that is far larger."""
    vectors = np.random.default_rng(0).normal(0, 1, (16, 32)).astype(np.float32)
    vectors[:, 0] = np.repeat([2.0, -2.0], 8)
    return normalised(vectors), np.repeat(np.arange(2), 8)


def test_it_learns_what_tells_entries_apart() -> None:
    vectors, owners = examples()
    asked = np.random.default_rng(1).normal(0, 1, (40, 32)).astype(np.float32)
    asked[:, 0] = np.tile([2.0, -2.0], 20)
    asked = normalised(asked)
    found = [int(discriminant(query, vectors, owners, 2).argmax()) for query in asked]
    nearest = [int(owners[(vectors @ query).argmax()]) for query in asked]
    truth = [0, 1] * 20
    assert float(np.mean(np.equal(found, truth))) > max(0.95, float(np.mean(np.equal(nearest, truth))))


def test_the_first_has_at_most_one_and_the_certain_one_has_one() -> None:
    vectors = np.eye(3, dtype=np.float32)[[0, 0, 1, 1, 2, 2]]
    scores = discriminant(vectors[0], vectors, np.array([0, 0, 1, 1, 2, 2]), 3)
    assert scores.max() <= 1.0
    assert scores.argmax() == 0
    assert scores[1] < scores[0]


def test_an_entry_with_many_questions_is_not_preferred_for_that() -> None:
    vectors = normalised(np.array([[1, 0.2, 0], [1, -0.2, 0], [1, 0.1, 0], [1, -0.1, 0], [0, 1, 0]], dtype=np.float32))
    between = normalised(np.array([[0.7, 0.7, 0]], dtype=np.float32))[0]
    scores = discriminant(between, vectors, np.array([0, 0, 0, 0, 1]), 2)
    assert abs(scores[0] - scores[1]) < 0.15


def test_alike_examples_of_one_candidate_say_nothing_and_do_no_harm() -> None:
    vectors = np.full((3, 4), 0.5, dtype=np.float32)
    scores = discriminant(vectors[0], vectors, np.zeros(3, dtype=np.intp), 2)
    assert np.isfinite(scores).all()
