from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from tokenizers import Tokenizer

from assistant.albert.model_graph import measure_extents
from assistant.albert.quantization import Extent
from assistant.training.encoding import encode_frozen
from assistant.training.features import Labels, make_features
from assistant.training.precision import Held, choose_precision, is_measurable
from tests.unit.nlu.tiny import heads_for, ignore, tiny_checkpoint

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from assistant.albert.plain_heads import PlainHeads
    from assistant.albert.weights import EncoderWeights
    from assistant.nlu.training_data import TrainingData


def held_out(data: TrainingData) -> tuple[EncoderWeights, PlainHeads, Held]:
    checkpoint, labels = tiny_checkpoint().plain(), Labels.of(data.examples)
    heads = heads_for(len(labels.intents), labels.n_tags)
    # Random weights are so small that their products hardly count.
    larger = {
        name: value * np.float32(4 if "albert_layer_groups" in name and value.ndim > 1 else 1)
        for name, value in checkpoint.weights.named.items()
    }
    weights = replace(checkpoint.weights, named=larger)
    features = make_features(data.examples, Tokenizer.from_str(checkpoint.tokenizer.to_str()), labels)
    frozen = encode_frozen(weights, features, has_tags=True, on_progress=ignore)
    intents = heads.intent_logits(frozen.joined).argmax(1)  # what floats say is right, so that only rounding can be wrong
    features = [replace(feature, intent=intent) for feature, intent in zip(features, intents.tolist(), strict=True)]
    return weights, heads, Held(features, replace(frozen, intents=intents))


def test_eight_bits_are_taken_where_they_lose_nothing(data: TrainingData) -> None:
    choice = choose_precision(*held_out(data))
    assert choice.precision == "int8"
    assert choice.extents
    assert choice.figures["n_examples"] == 24
    assert choice.figures["intents_lost"] == 0
    assert choice.figures["cosine"] > 0.99


def test_what_was_looked_at_is_kept_and_the_choice_is_the_same(data: TrainingData, tmp_path: Path) -> None:
    first, again = (choose_precision(*held_out(data), cache=tmp_path, key="this") for _ in range(2))
    assert (first.precision, first.figures) == (again.precision, again.figures)
    assert np.array_equal(first.looked_at.frozen.layers, again.looked_at.frozen.layers)
    assert {file.name for file in tmp_path.iterdir()} == {"eight-bits.safetensors", "extents.safetensors"}
    assert choose_precision(*held_out(data), cache=tmp_path, key="another").figures == first.figures


def test_floats_are_kept_where_eight_bits_lose(data: TrainingData, monkeypatch: pytest.MonkeyPatch) -> None:
    weights, heads, held = held_out(data)
    narrow = {
        site: Extent(seen.low / np.float32(10), seen.high / np.float32(10))
        for site, seen in measure_extents(weights, (2, 3)).items()
    }
    monkeypatch.setattr("assistant.training.precision.measure_extents", lambda *_: narrow)
    choice = choose_precision(weights, heads, held)
    assert choice.precision == "float32"
    assert choice.extents is None
    assert choice.figures["cosine"] < 0.98
    assert np.array_equal(choice.looked_at.frozen.vectors, held.frozen.vectors)


def test_floats_are_kept_where_nothing_can_be_measured(data: TrainingData) -> None:
    weights, heads, held = held_out(data)
    nothing = Held([], held.frozen.only(np.zeros(len(held.features), bool)))
    choice = choose_precision(weights, heads, nothing)
    assert (choice.precision, choice.figures) == ("float32", {})


def test_a_loss_is_measurable_when_chance_does_not_explain_it() -> None:
    def flags(n_lost: int, n_won: int, n: int = 1000) -> tuple[np.ndarray, np.ndarray]:
        before, after = np.ones(n, bool), np.ones(n, bool)
        after[:n_lost] = False
        before[n_lost : n_lost + n_won] = False
        return before, after

    assert not is_measurable(*flags(0, 0))
    assert not is_measurable(*flags(2, 0))  # less than is tolerated
    assert not is_measurable(*flags(4, 0))  # four coins show heads once in sixteen times
    assert is_measurable(*flags(5, 0))
    assert not is_measurable(*flags(8, 4))
    assert not is_measurable(*flags(0, 30))
    assert is_measurable(*flags(60, 40))


def test_floats_are_kept_where_what_is_right_becomes_less_sure(data: TrainingData, monkeypatch: pytest.MonkeyPatch) -> None:
    weights, heads, held = held_out(data)
    choice = choose_precision(weights, heads, held)
    assert choice.figures["intents_lost"] == 0  # nothing flips
    monkeypatch.setattr("assistant.training.precision.LESS_SURE", choice.figures["intents_less_sure"] - 0.001)
    assert choose_precision(weights, heads, held).precision == "float32"
