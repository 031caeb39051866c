from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from assistant.errors import BadModel
from assistant.messages import Flag
from assistant.nlu.signals.gram_weights import GramWeights, unrounded
from assistant.nlu.signals.heads import (
    CATEGORIES,
    EMOTIONS,
    OUTPUTS,
    SETTINGS,
    WEIGHTS,
    SignalHeads,
    columns,
    load_heads,
    rounded,
    save_heads,
)
from assistant.nlu.signals.ngrams import MAX_CHARACTERS, N_BUCKETS, grams

if TYPE_CHECKING:
    from pathlib import Path

HIDDEN = 4
NOTHING = np.zeros(HIDDEN, np.float32)


def heads_of(**bias: float) -> SignalHeads:
    """Heads that say the same of any text: the biases, by output with ``__`` for the slash."""
    values = np.zeros(len(OUTPUTS), np.float32)
    for name in CATEGORIES:
        values[columns(name)] = -5.0
    for name, value in bias.items():
        values[OUTPUTS.index(name.replace("__", "/"))] = value
    by_gram = np.zeros((N_BUCKETS, len(OUTPUTS)), np.int8)
    by_vector = np.zeros((HIDDEN, len(OUTPUTS)), np.float32)
    scales = np.ones(len(OUTPUTS), np.float32)
    return SignalHeads(by_gram, scales, by_vector, values, dict.fromkeys(CATEGORIES, 0.5), "enc", {"n": 1})


def test_sentiment_is_what_speaks_for_good_less_what_speaks_for_bad() -> None:
    sentiment, flags = heads_of(sentiment__negative=3.0, emotion__fear=1.0).weigh("x", NOTHING)
    shares = np.exp([3.0, 0.0, 0.0]) / np.exp([3.0, 0.0, 0.0]).sum()
    assert sentiment.label == "negative"
    assert sentiment.score == pytest.approx(shares[2] - shares[0], abs=1e-3)
    assert sentiment.emotion == "fear"
    assert flags == ()


def test_flags_come_by_probability_and_hate_stands_for_the_abuse_in_it() -> None:
    _, flags = heads_of(spam__spam=1.0, abuse__abuse=3.0, hate__hate=2.0).weigh("x", NOTHING)
    assert [flag.category for flag in flags] == ["hate", "spam"]
    _, flags = heads_of(spam__spam=1.0, abuse__abuse=3.0).weigh("x", NOTHING)
    assert flags == (Flag("abuse", 0.9526), Flag("spam", 0.7311))


def test_thresholds_are_the_projects_where_it_has_some() -> None:
    heads = heads_of(spam__spam=1.0, sexual__sexual=1.0).with_thresholds({"spam": 0.9})
    assert [flag.category for flag in heads.weigh("x", NOTHING)[1]] == ["sexual"]


def test_a_vector_counts_beside_the_words() -> None:
    heads = heads_of()
    heads.by_vector[0, columns("emotion")] = np.arange(len(EMOTIONS))
    assert heads.weigh("x", np.eye(HIDDEN, dtype=np.float32)[0])[0].emotion == EMOTIONS[-1]
    heads.by_gram[grams("joyful").buckets, OUTPUTS.index("emotion/joy")] = 100
    assert heads.weigh("joyful", NOTHING)[0].emotion == "joy"


def test_heads_are_read_as_they_were_written(tmp_path: Path) -> None:
    values, scales = rounded(np.random.default_rng(0).normal(size=(N_BUCKETS, len(OUTPUTS))).astype(np.float32))
    written = heads_of(spam__spam=1.0)
    written = SignalHeads(
        values, scales, written.by_vector + 0.5, written.bias, {**written.thresholds, "hate": 0.7}, "enc", {"n": 1}
    )
    save_heads(tmp_path, written)
    read = load_heads(tmp_path)
    assert read is not None
    assert (read.thresholds, read.encoder, read.figures) == (written.thresholds, "enc", {"n": 1})
    for text in ("you liar", "hello"):
        assert np.allclose(read.logits(text, NOTHING + 0.5), written.logits(text, NOTHING + 0.5), atol=1e-3)


def test_a_model_of_an_earlier_release_has_none(tmp_path: Path) -> None:
    assert load_heads(tmp_path) is None


@pytest.mark.parametrize("damage", ["no weights", "no json", "other outputs"])
def test_heads_that_do_not_hold_together_are_refused(tmp_path: Path, damage: str) -> None:
    save_heads(tmp_path, heads_of())
    if damage == "no weights":
        (tmp_path / WEIGHTS).unlink()
    elif damage == "no json":
        (tmp_path / SETTINGS).write_text("[")
    else:
        said = json.loads((tmp_path / SETTINGS).read_text())
        (tmp_path / SETTINGS).write_text(json.dumps(said | {"outputs": ["a"]}))
    with pytest.raises(BadModel):
        load_heads(tmp_path)


def test_weights_are_rounded_to_eight_bits_each_column_by_its_own_measure() -> None:
    weights = np.array([[1.0, 100.0], [-0.25, 0.2]], np.float32)
    values, scales = rounded(weights)
    assert values.tolist() == [[127, 127], [-64, 6]]
    assert unrounded(values) * scales == pytest.approx(weights, rel=0.15)


# --- n-grams ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("You LIAR", "you liar"),
        ("soooooo slow", "soo slow"),
        ("order 12345", "order 777"),
        ("see https://a.example/b", "see http://c.example"),
        ("thanks @ann", "thanks @bob"),
        ("you &amp; me", "you & me"),
    ],
)
def test_what_names_one_person_place_or_order_counts_the_same(first: str, second: str) -> None:
    assert np.array_equal(grams(first).buckets, grams(second).buckets)


def test_words_and_letters_count_the_same_whatever_the_length() -> None:
    for text in ("no", "where is my order", "a " * 300):
        found = grams(text)
        assert float(np.square(found.values).sum()) <= 1 + 1e-5
        assert found.buckets.max() < N_BUCKETS
    assert float(np.square(grams("where is it").values).sum()) == pytest.approx(1, abs=1e-5)


def test_spellings_share_letters_and_other_words_share_little() -> None:
    def shared(first: str, second: str) -> float:
        a, b = set(grams(first).buckets.tolist()), set(grams(second).buckets.tolist())
        return len(a & b) / len(a | b)

    assert shared("terrible service", "terible servise") > 0.25
    assert shared("terrible service", "lovely weather") < 0.05


@pytest.mark.parametrize("text", ["", "   ", "\ud800", "\U0001f62d\U0001f62d", "x" * 10_000, "&#99999999999;"])
def test_any_text_is_taken(text: str) -> None:
    assert np.isfinite(grams(text).values).all()


def test_what_stands_far_behind_is_not_read() -> None:
    head = "a b " * (MAX_CHARACTERS // 4)
    assert np.array_equal(grams(head).buckets, grams(head + " and then much else").buckets)


def test_what_is_kept_of_words_adds_up_to_the_sum_over_all_n_grams() -> None:
    by_gram = np.random.default_rng(0).integers(-127, 128, (N_BUCKETS, 3)).astype(np.int8)
    kept = GramWeights(by_gram)
    for text in ("where is my order, where", "no no no!", "", "?", "banana " * 200, "x" * 99, "where is my order, where"):
        buckets, values = grams(text)
        assert kept.of(text) == pytest.approx(values @ unrounded(by_gram[buckets]), rel=1e-4, abs=0.05)
