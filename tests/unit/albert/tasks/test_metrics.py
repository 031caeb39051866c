from __future__ import annotations

import math

import pytest

from assistant.albert.tasks import metrics


def test_matthews_is_the_correlation_of_two_binary_variables() -> None:
    true, found = ["1"] * 6 + ["0"] * 4, ["1"] * 5 + ["0"] + ["1"] + ["0"] * 3
    tp, fn, fp, tn = 5, 1, 1, 3
    expected = (tp * tn - fp * fn) / math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    assert metrics.matthews(true, found) == {"matthews": pytest.approx(expected), "accuracy": 0.8}
    assert metrics.matthews(["1", "0"], ["1", "1"])["matthews"] == 0.0


def test_f1_is_of_the_positive_label() -> None:
    assert metrics.f1_of("1")(["1", "1", "0", "0"], ["1", "0", "1", "0"]) == {"f1": 0.5, "accuracy": 0.5}
    assert metrics.f1_of("1")(["0", "1"], ["0", "0"])["f1"] == 0.0


def test_spearman_looks_at_order_and_pearson_at_size() -> None:
    figures = metrics.correlations([0.0, 1.0, 2.0, 5.0], [0.0, 0.1, 0.2, 9.0])
    assert figures["spearman"] == pytest.approx(1.0)
    assert 0.9 < figures["pearson"] < 0.96
    assert metrics.correlations([1.0, 2.0], [3.0, 3.0]) == {"spearman": 0.0, "pearson": 0.0}


def test_figures_of_several_labels_count_decisions_and_whole_sets() -> None:
    figures = metrics.f1_of_sets([("a", "b"), ("b",), ()], [("a",), ("b",), ()])
    assert figures == {
        "micro_f1": pytest.approx(0.8),
        "macro_f1": pytest.approx((1 + 2 / 3) / 2),
        "exact_match": pytest.approx(2 / 3),
    }
    assert metrics.f1_of_sets([()], [()]) == {"micro_f1": 1.0, "macro_f1": 1.0, "exact_match": 1.0}
    assert metrics.f1_of_classes(["a", "b", "b"], ["a", "b", "a"])["macro_f1"] == pytest.approx(2 / 3)
