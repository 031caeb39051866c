from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from tokenizers import Tokenizer

from assistant.nlu.tags import IGNORED
from assistant.training.batches import make_batch
from assistant.training.features import Labels, by_length, intent_weights, make_features, shuffled
from assistant.training.finetuning import rate_at
from tests.unit.nlu.tiny import tiny_checkpoint

if TYPE_CHECKING:
    from assistant.nlu.training_data import TrainingData


def tokenizer(max_pieces: int = 64) -> Tokenizer:
    copy = Tokenizer.from_str(tiny_checkpoint().tokenizer.to_str())
    copy.enable_truncation(max_pieces)
    return copy


def test_tags_stand_on_the_first_piece_of_each_word(data: TrainingData) -> None:
    labels = Labels.of(data.examples)
    features = make_features(data.examples, tokenizer(), labels)
    row = next(i for i, example in enumerate(data.examples) if example.text == "where is order 12345")
    tags = [labels.scheme.labels[tag] for tag in features[row].tags]
    assert tags == ["O", "O", "O", "B-order_number"]
    batch = make_batch([features[row], features[-1]], pad=0)
    assert [int(tag) for tag in batch.tags[0] if tag != IGNORED] == list(features[row].tags)
    assert int(batch.attention_mask[1].sum()) == len(features[-1].input_ids)


def test_words_that_were_cut_off_have_no_tag(data: TrainingData) -> None:
    labels = Labels.of(data.examples)
    (feature,) = make_features(data.examples[1:2], tokenizer(4), labels)
    assert len(feature.input_ids) == 4
    assert len(feature.pieces) == len(feature.tags) < 4


def test_every_example_is_in_one_batch(data: TrainingData) -> None:
    features = make_features(data.examples, tokenizer(), Labels.of(data.examples))
    batches = shuffled(features, 5, np.random.default_rng(0))
    assert sorted(row for batch in batches for row in batch) == list(range(24))
    assert max(len(batch) for batch in batches) == 5
    lengths = [len(features[row].input_ids) for batch in by_length(features, 5) for row in batch]
    assert lengths == sorted(lengths)


def test_small_intents_weigh_mildly_more() -> None:
    weights = intent_weights([0] * 16 + [1] * 4, 3, balance=0.5)
    assert weights.tolist() == [0.25, 0.5, 1.0]


def test_the_rate_warms_up_and_falls_to_nothing() -> None:
    rates = [rate_at(step, 100, 0.1) for step in range(101)]
    assert 0 < rates[0] < 0.2
    assert max(rates) == rates[10] == 1.0
    assert rates[100] == 0.0
    assert rates[10:] == sorted(rates[10:], reverse=True)
