from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assistant.nlu.novelty import MAX_PER_INTENT, Novelty

if TYPE_CHECKING:
    from numpy.typing import NDArray


def unit(vectors: NDArray[np.floating]) -> NDArray[np.float32]:
    scaled: NDArray[np.float32] = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return scaled


def test_distance_grows_from_what_was_seen() -> None:
    generator = np.random.default_rng(0)
    seen = unit(generator.normal(size=(20, 16)))
    novelty = Novelty.of(seen, ["a"] * 10 + ["b"] * 10)
    near, far = seen[:1] + 0.05 * generator.normal(size=(1, 16)).astype(np.float32), -seen[:1]
    itself, close, opposite = novelty.strangeness(np.concatenate([seen[:1], unit(near), far]))
    assert 0 <= itself < 1e-6
    assert itself < close < opposite <= 2


def test_many_examples_are_condensed_and_stay_near() -> None:
    generator = np.random.default_rng(0)
    seen = unit(generator.normal(size=(300, 8)))
    novelty = Novelty.of(seen, ["a"] * 295 + ["b"] * 5)
    assert novelty.familiar.shape == (MAX_PER_INTENT + 5, 8)
    assert np.allclose(np.linalg.norm(novelty.familiar, axis=1), 1, atol=1e-5)
    assert novelty.strangeness(seen).mean() < 0.2
