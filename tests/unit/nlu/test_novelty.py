from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from assistant.nlu.novelty import KEPT_IN_SCOPE, SHRINKAGE, Novelty

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

WIDTH = 6
CENTRES = np.array([[4.0, 0, 0, 0, 0, 0], [0, 4.0, 0, 0, 0, 0], [0, 0, 4.0, 0, 0, 0]])
SPREAD = np.array([0.1, 0.1, 0.1, 0.1, 0.1, 2.0])
"""Examples of an intent differ most along the last direction."""


def drawn(n: int, seed: int = 0) -> tuple[NDArray[np.float32], list[str]]:
    generator = np.random.default_rng(seed)
    owners = np.arange(n) % len(CENTRES)
    vectors = CENTRES[owners] + generator.normal(size=(n, WIDTH)) * SPREAD
    return vectors.astype(np.float32), [f"intent {owner}" for owner in owners]


def test_far_is_measured_by_how_examples_differ_among_themselves() -> None:
    novelty = Novelty.of(*drawn(90))
    along, across = CENTRES[:1].astype(np.float32).copy(), CENTRES[:1].astype(np.float32).copy()
    along[0, 5] += 1.5
    across[0, 4] += 1.5
    centre, usual, unusual = novelty.strangeness(np.concatenate([CENTRES[:1].astype(np.float32), along, across]))
    assert centre < usual < unusual


def test_all_but_one_of_twenty_texts_in_scope_lie_below_one() -> None:
    novelty = Novelty.of(*drawn(300))
    unseen, _ = drawn(3000, seed=1)
    assert (novelty.strangeness(unseen) < 1).mean() == pytest.approx(KEPT_IN_SCOPE, abs=0.03)


def test_the_distance_that_counts_as_one_is_that_of_examples_left_out_one_by_one() -> None:
    vectors, intents = drawn(24)
    left_out = []
    for row in range(len(vectors)):
        others = np.arange(len(vectors)) != row
        kept = [intent for intent, flag in zip(intents, others, strict=True) if flag]
        left_out.append(distance(vectors[others].astype(float), kept, vectors[row].astype(float), full=vectors, all_=intents))
    assert Novelty.of(vectors, intents).scale == pytest.approx(float(np.quantile(left_out, KEPT_IN_SCOPE)), rel=1e-4)


def distance(vectors: Floats, intents: list[str], text: Floats, full: NDArray[np.float32], all_: list[str]) -> float:
    """Computes Mahalanobis' distance as the book has it, with the size of covariance and shrinkage that all examples give."""

    def residuals(rows: Floats, labels: list[str]) -> Floats:
        names = np.array(labels)
        return np.concatenate([rows[names == name] - rows[names == name].mean(axis=0) for name in sorted(set(labels))])

    share = (1 - SHRINKAGE) / (len(full) - len(set(all_)))
    every, ours = residuals(full.astype(float), all_), residuals(vectors, intents)
    ridge = SHRINKAGE * np.trace(every.T @ every) / (len(full) - len(set(all_))) / WIDTH
    inverse = np.linalg.inv(share * ours.T @ ours + ridge * np.eye(WIDTH))
    names = np.array(intents)
    apart = [text - vectors[names == name].mean(axis=0) for name in sorted(set(intents))]
    return float(np.sqrt(min(one @ inverse @ one for one in apart)))


def test_what_is_like_an_example_out_of_scope_is_not_in_scope() -> None:
    vectors, intents = drawn(60)
    strange = np.zeros((5, WIDTH), dtype=np.float32)
    strange[:, 3] = -4.0
    with_them = Novelty.of(np.concatenate([vectors, strange]), [*intents, *["out_of_scope"] * 5])
    assert with_them.centres.shape == (3, WIDTH)
    assert with_them.strangeness(strange[:1])[0] > 2


def test_only_what_the_encoder_was_not_trained_on_says_how_far_texts_lie() -> None:
    vectors, intents = drawn(60)
    unseen = [row % 4 == 0 for row in range(60)]
    vectors[unseen] += (np.random.default_rng(2).normal(size=(15, WIDTH)) * 3).astype(np.float32)
    assert Novelty.of(vectors, intents, unseen).scale > Novelty.of(vectors, intents).scale


@pytest.mark.parametrize("intents", [["a", "b", "c"], ["a", "a", "a"], ["oos", "oos", "out_of_scope"]])
def test_single_examples_and_examples_that_are_all_alike_give_figures(intents: list[str]) -> None:
    apart = np.eye(3, WIDTH, dtype=np.float32)
    for vectors in (apart, np.ones_like(apart)):
        found = Novelty.of(vectors, intents).strangeness(np.concatenate([vectors, -vectors]))
        assert np.isfinite(found).all()
        assert found[:3].max() < found[3:].max()


def test_results_do_not_depend_on_neighbours() -> None:
    novelty = Novelty.of(*drawn(60))
    texts, _ = drawn(9, seed=3)
    together = novelty.strangeness(texts)
    assert [float(novelty.strangeness(text[None])[0]) for text in texts] == together.tolist()
