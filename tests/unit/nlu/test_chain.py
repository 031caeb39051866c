from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from assistant.nlu.chain import TagChain, load_chain, save_chain
from assistant.nlu.tag_features import N_FEATURES, WordWeights, features

if TYPE_CHECKING:
    from pathlib import Path

WORDS = ("from", "New", "York")
N_TAGS, N_INTENTS = 3, 2


def chain_of(words: tuple[str, ...] = WORDS, seed: int = 0) -> TagChain:
    """A chain of random weights that knows the features of some words."""
    generator = np.random.default_rng(seed)
    buckets = np.unique(features(words))
    shapes = (N_TAGS,), (N_TAGS, N_TAGS), (N_INTENTS, N_TAGS), (len(buckets), N_TAGS)
    start, moves, by_intent, by_feature = (generator.normal(size=shape).astype(np.float32) for shape in shapes)
    return TagChain(start, moves, by_intent, buckets, by_feature.astype(np.float16))


def test_its_probabilities_are_those_of_all_sequences_counted_one_by_one() -> None:
    chain = chain_of()
    logits = np.random.default_rng(1).normal(size=(3, N_TAGS)).astype(np.float32)
    intents = np.array([0.9, 0.1])
    by_word = np.array([[chain.by_feature[list(chain.buckets).index(f)] for f in row] for row in features(WORDS)])
    scores = logits + by_word.sum(axis=1, dtype=np.float64) + intents @ chain.by_intent
    total = np.zeros((3, N_TAGS))
    for tags in product(range(N_TAGS), repeat=3):
        score = chain.start[tags[0]] + sum(scores[word, tag] for word, tag in enumerate(tags))
        weight = np.exp(score + chain.moves[tags[0], tags[1]] + chain.moves[tags[1], tags[2]])
        for word, tag in enumerate(tags):
            total[word, tag] += weight

    found = np.exp(chain.weigh(WORDS, logits, intents))

    assert found == pytest.approx(total / total.sum(axis=1, keepdims=True), abs=1e-3)


def test_words_that_training_never_saw_leave_what_the_head_says() -> None:
    chain = chain_of()
    still = TagChain(
        np.zeros(3, np.float32), np.zeros((3, 3), np.float32), np.zeros((2, 3), np.float32), chain.buckets, chain.by_feature
    )

    numbers, said = ["1", "22", "333", "4444", "55555"], np.log(np.array([[0.2, 0.3, 0.5]] * 5, np.float32))

    found = np.exp(still.weigh(numbers, said, np.array([1.0, 0.0])))

    assert found[2] == pytest.approx(np.array([0.2, 0.3, 0.5]), abs=1e-6)
    assert found[0] != pytest.approx(found[2], abs=1e-3)  # that nothing stands before it was seen in training


def test_a_message_as_long_as_a_book_and_surest_logits_give_numbers() -> None:
    words = WORDS * 500
    logits = np.random.default_rng(0).normal(size=(1500, N_TAGS)).astype(np.float32) * 200

    found = chain_of().weigh(words, logits, np.array([0.5, 0.5]))

    assert np.isfinite(found).all()
    assert np.exp(found).sum(axis=1) == pytest.approx(np.ones(1500), abs=1e-6)


def test_a_message_without_words_has_no_tags() -> None:
    assert chain_of().weigh([], np.zeros((0, N_TAGS), np.float32), np.array([0.5, 0.5])).shape == (0, N_TAGS)


def test_features_tell_words_neighbours_and_looks_apart() -> None:
    found = features(["to", "Rome", "to", "rome"])

    assert found.shape == (4, N_FEATURES)
    same = found[1] == found[3]
    assert same[0]  # the same word
    assert not same[-1]  # which looks otherwise
    assert same[1]  # behind the same one
    assert not same[2]  # and before another one


def test_a_lone_surrogate_is_a_word_like_another() -> None:
    assert features(["\ud800", "ok"]).shape == (2, N_FEATURES)


def test_what_was_saved_is_what_is_loaded(tmp_path: Path) -> None:
    chain = chain_of()
    save_chain(tmp_path / "chain.safetensors", chain)

    loaded = load_chain(tmp_path / "chain.safetensors")

    assert loaded is not None
    logits, intents = np.ones((3, N_TAGS), np.float32), np.array([0.3, 0.7])
    assert (loaded.weigh(WORDS, logits, intents) == chain.weigh(WORDS, logits, intents)).all()
    assert load_chain(tmp_path / "none.safetensors") is None


def test_what_the_head_says_counts_as_much_as_the_chain_trusts_it(tmp_path: Path) -> None:
    chain, intents = chain_of(), np.array([0.3, 0.7])
    logits = np.random.default_rng(1).normal(size=(3, N_TAGS)).astype(np.float32)
    half = replace(chain, trust=0.5)
    assert (half.weigh(WORDS, logits, intents) == chain.weigh(WORDS, logits / 2, intents)).all()
    assert half.weigh(WORDS, logits, intents) != pytest.approx(chain.weigh(WORDS, logits, intents), abs=1e-3)
    save_chain(tmp_path / "chain.safetensors", half)
    loaded = load_chain(tmp_path / "chain.safetensors")
    assert loaded is not None
    assert loaded.trust == 0.5
    of_before = {name: value for name, value in load_file(tmp_path / "chain.safetensors").items() if name != "trust"}
    save_file(of_before, tmp_path / "before.safetensors")
    earlier = load_chain(tmp_path / "before.safetensors")
    assert earlier is not None
    assert earlier.trust == 1.0


def test_weights_that_do_not_fit_are_refused() -> None:
    chain = chain_of()
    with pytest.raises(ValueError, match="do not fit"):
        TagChain(chain.start[:2], chain.moves, chain.by_intent, chain.buckets, chain.by_feature)


def test_a_word_is_known_by_the_ends_of_its_neighbours() -> None:
    one, other, far = (
        features(words)[1] for words in (("والمدينة", "X", "للبيت"), ("والرحلة", "X", "للبحر"), ("مدينة", "X", "بيت"))
    )
    shared = [set(one.tolist()) & set(row.tolist()) for row in (other, far)]
    assert len(shared[0] - shared[1]) == 2  # both begin the same, before it and behind it


def test_a_word_has_the_same_features_however_often_it_was_read() -> None:
    words = ("a" * 100, "Ab", "\ud800")
    assert (features(words) == features(words)).all()
    assert features(()).shape == (0, N_FEATURES)


def test_words_that_are_kept_say_what_all_features_say_one_by_one() -> None:
    words = ["from", "New", "York", "to", "New", "York", "x" * 50, "York", "\ud800"]
    buckets = np.unique(features(words))[::2]
    weights = np.random.default_rng(0).normal(size=(len(buckets), N_TAGS)).astype(np.float16)
    known = dict(zip(buckets.tolist(), weights.astype(np.float64), strict=True))
    kept = WordWeights(buckets, weights)
    for some in (words, words[::-1], words[:1], words[1:3]):
        found = kept.of(some)
        wanted = [sum((known[one] for one in row if one in known), np.zeros(N_TAGS)) for row in features(some).tolist()]
        assert (found == np.array(wanted)).all()
        assert (kept.of(some) == found).all()


def test_a_chain_that_saw_no_words_reads_what_the_head_says() -> None:
    nothing = WordWeights(np.zeros(0, np.uint32), np.zeros((0, N_TAGS), np.float16))
    assert (nothing.of(["a", "b"]) == np.zeros((2, N_TAGS))).all()
