"""The threshold for F1: what theory says of calibrated probabilities, and that chance does not move it far."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score

from assistant.albert.tasks.thresholds import CANDIDATES, HALF, f1_threshold


def drawn(n: int, seed: int, slope: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Returns what a model claims and what holds; a slope over one makes the model too sure of itself."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(0.5, 1.5, n)
    return 1 / (1 + np.exp(-slope * odds)), rng.random(n) < 1 / (1 + np.exp(-odds))


@pytest.mark.parametrize("slope", [0.5, 1.0, 3.0])
def test_it_is_half_the_best_f1_on_the_scale_of_chances(slope: float) -> None:
    claimed, is_true = drawn(20_000, 1, slope)
    found = f1_threshold(claimed, is_true)
    best = max(f1_score(is_true, claimed >= candidate) for candidate in CANDIDATES)
    chance = 1 / (1 + np.exp(-np.log(found / (1 - found)) / slope))
    assert chance == pytest.approx(best / 2, abs=0.04)
    assert f1_score(is_true, claimed >= found) == pytest.approx(best, abs=0.003)


def test_few_examples_mislead_it_less_than_counting_does() -> None:
    claimed, is_true = drawn(20_000, 2)
    found, counted = [], []
    for seed in range(30):
        few_claimed, few_true = drawn(300, 100 + seed)
        found.append(f1_threshold(few_claimed, few_true))
        counted.append(max(CANDIDATES, key=lambda candidate: f1_score(few_true, few_claimed >= candidate)))
    assert np.std(found) < 0.6 * np.std(counted)
    ours, theirs = (np.mean([f1_score(is_true, claimed >= threshold) for threshold in chosen]) for chosen in (found, counted))
    assert ours > theirs


@pytest.mark.parametrize("is_true", [np.ones(5, dtype=bool), np.zeros(5, dtype=bool)])
def test_examples_that_are_all_alike_choose_nothing(is_true: np.ndarray) -> None:
    assert f1_threshold(np.linspace(0.2, 0.9, 5), is_true) == HALF
