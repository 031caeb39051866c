from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from assistant.faq.vector_index import VectorIndex

if TYPE_CHECKING:
    from pathlib import Path


def clustered(n_vectors: int, dimension: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((40, dimension))
    made = centres[rng.integers(0, 40, n_vectors)] + rng.standard_normal((n_vectors, dimension)) + 1.0
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


@pytest.mark.parametrize("dimension", [384, 100])
def test_it_finds_what_exact_search_finds(dimension: int) -> None:
    vectors = clustered(70_000, dimension)
    index = VectorIndex.of(vectors)
    found = []
    for query in vectors[::3_500]:
        exact = set(np.argsort(-(vectors @ query))[:10].tolist())
        numbers, cosines = index.nearest(query, 10)
        assert np.abs(cosines - vectors[numbers] @ query).max() < 0.01
        assert (np.diff(cosines) <= 0).all()
        found.append(len(exact & set(numbers.tolist())) / 10)
    assert np.mean(found) >= (0.97 if dimension == 384 else 0.9)


def test_few_vectors_are_all_compared() -> None:
    vectors = clustered(50, 64)
    numbers, cosines = VectorIndex.of(vectors).nearest(vectors[7], 100)
    assert sorted(numbers.tolist()) == list(range(50))
    assert numbers[0] == 7
    assert cosines[0] == pytest.approx(1.0, abs=0.01)


def test_it_is_read_as_it_was_written_and_its_vectors_stay_on_disk(tmp_path: Path) -> None:
    vectors = clustered(3_000, 384)
    made = VectorIndex.of(vectors)
    made.save(tmp_path)
    read = VectorIndex.load(tmp_path)
    assert len(read) == 3_000
    assert isinstance(read.rows, np.memmap)
    assert made.nearest(vectors[5], 10)[0].tolist() == read.nearest(vectors[5], 10)[0].tolist()


def test_no_vectors_have_no_nearest() -> None:
    assert VectorIndex.of(np.empty((0, 64), np.float32)).nearest(np.ones(64, np.float32), 5)[0].tolist() == []


def test_vectors_that_are_not_to_be_halved_are_used_as_they_are() -> None:
    vectors = np.eye(70, dtype=np.float32)
    index = VectorIndex.of(vectors, halved=False)
    assert np.shares_memory(index.rows, vectors)
    assert index.nearest(vectors[7], 1)[0].tolist() == [7]
