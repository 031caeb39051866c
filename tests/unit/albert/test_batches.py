from __future__ import annotations

import numpy as np
import pytest

from assistant.albert.batches import equal_lengths
from assistant.albert.segments import make_documents
from assistant.albert.sentences import BatchStream, make_store, pad
from assistant.albert.tokenizer import special_ids, train_tokenizer
from assistant.errors import BadCorpus

LIMITS = {"min_tokens": 3, "max_tokens": 60}


def test_batches_hold_equally_long_texts_and_every_text_once() -> None:
    batches = list(equal_lengths([5, 3, 5, 300, 3, 5], max_pieces=10))
    assert batches == [[1, 4], [0, 2], [5], [3]]


def test_the_same_step_gives_the_same_batch(sentences: list[str]) -> None:
    tokenizer = train_tokenizer(sentences, vocab_size=120)
    store = make_store(tokenizer, [(1.0, sentences)], **LIMITS)
    first, second = BatchStream(store, 4, seed=5), BatchStream(store, 4, seed=5)
    forward = [first.batch(step) for step in range(120)]
    assert all(np.array_equal(a, b) for step in (119, 3, 60) for a, b in zip(forward[step], second.batch(step), strict=True))
    assert any(len(a) != len(b) for a, b in zip(forward[0], forward[1], strict=True))


def test_sentences_of_a_batch_and_of_a_step_are_alike_in_length(sentences: list[str]) -> None:
    tokenizer = train_tokenizer(sentences, vocab_size=120)
    store = make_store(tokenizer, [(1.0, sentences)], **LIMITS)
    stream = BatchStream(store, 4, seed=1, group=2, pool=20)
    spreads = []
    for step in range(20):
        lengths = [len(row) for place in range(2) for row in stream.batch(2 * step + place)]
        spreads.append(max(lengths) - min(lengths))
    assert np.median(spreads) <= 3


def test_repetitions_and_lengths_outside_the_limits_are_left_out() -> None:
    tokenizer = train_tokenizer(["one two three four five six seven"], vocab_size=60)
    texts = ["one two", "One Two", "three", "one two three four five six seven"]
    store = make_store(tokenizer, [(1.0, texts), (1.0, ["one two"])], min_tokens=3, max_tokens=len(tokenizer.encode(texts[-1])) - 1)
    assert len(store) == 2
    assert store.weights.tolist() == [1.0]


def test_sources_are_drawn_by_weight_whatever_their_length(sentences: list[str]) -> None:
    tokenizer = train_tokenizer(sentences, vocab_size=120)
    store = make_store(tokenizer, [(3.0, sentences[:2]), (1.0, sentences[2:])], **LIMITS)
    drawn = [index for batch in store.draw_pool(0, 0, 10, 200) for index in batch]
    assert np.mean([index < store.ranges[1] for index in drawn]) == pytest.approx(0.75, abs=0.03)


def test_nothing_left_is_a_coded_error(sentences: list[str]) -> None:
    tokenizer = train_tokenizer(sentences, vocab_size=120)
    with pytest.raises(BadCorpus, match="no sentence has 50 to 60 tokens"):
        make_store(tokenizer, [(1.0, sentences)], min_tokens=50, max_tokens=60)


def test_padding_fills_up_to_the_longest_row() -> None:
    ids, mask = pad([np.asarray([5, 6], dtype=np.int32), np.asarray([7], dtype=np.int32)], pad_id=9)
    assert ids.tolist() == [[5, 6], [7, 9]]
    assert mask.tolist() == [[1, 1], [1, 0]]


def test_segments_are_neighbours_in_the_order_that_is_told() -> None:
    words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    tokenizer = train_tokenizer([" ".join(words)] * 3, vocab_size=80)
    store = make_documents(tokenizer, [words, ["left out"]])
    special = special_ids(tokenizer)
    batch = store.batch(special, 200, 40, np.random.default_rng(0))
    for row, swapped in zip(range(200), batch.is_swapped, strict=True):
        ids = batch.ids[row][batch.attention_mask[row] == 1]
        types = batch.token_types[row][batch.attention_mask[row] == 1]
        assert ids[0] == special.start
        assert ids[-1] == special.end
        parts = [tokenizer.decode(ids[types == kind].tolist()).split() for kind in (0, 1)]
        if swapped:
            parts.reverse()
        joined = parts[0] + parts[1]
        start = words.index(joined[0])
        assert joined == words[start : start + len(joined)]
        assert all(parts)
    assert 0.35 < batch.is_swapped.mean() < 0.65
    assert batch.ids.shape[1] <= 40


def test_long_sentences_are_cut_to_fit_and_keep_the_inner_ends(sentences: list[str]) -> None:
    tokenizer = train_tokenizer(sentences, vocab_size=120)
    store = make_documents(tokenizer, [[" ".join(sentences[:10]), " ".join(sentences[10:20])]])
    batch = store.batch(special_ids(tokenizer), 8, 32, np.random.default_rng(0))
    assert batch.ids.shape == (8, 32)
    assert (batch.attention_mask.sum(1) == 32).all()
    for row in range(8):
        n_first = int((batch.token_types[row] == 0).sum()) - 2
        assert 10 <= n_first <= 20


def test_single_sentences_have_no_order(sentences: list[str]) -> None:
    tokenizer = train_tokenizer(sentences, vocab_size=120)
    with pytest.raises(BadCorpus, match="no order"):
        make_documents(tokenizer, [[sentence] for sentence in sentences])
