from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from tokenizers import Tokenizer

from assistant.albert.joint import JointAlbert, JointHeads
from assistant.albert.quantization import Extent
from assistant.training.encoding import encode_frozen
from assistant.training.features import Labels, make_features
from assistant.training.precision import Held, choose_precision, is_measurable
from tests.unit.nlu.tiny import ignore, tiny_checkpoint

if TYPE_CHECKING:
    import pytest

    from assistant.nlu.training_data import TrainingData


def held_out(data: TrainingData) -> tuple[JointAlbert, Held]:
    checkpoint = tiny_checkpoint()
    labels = Labels.of(data.examples)
    torch.manual_seed(0)
    heads = JointHeads(32, 3, len(labels.intents), labels.n_tags)
    model = JointAlbert(copy.deepcopy(checkpoint.model), heads).eval()
    with torch.no_grad():  # random weights are so small that their products hardly count
        for parameter in model.encoder.encoder.albert_layer_groups.parameters():
            parameter.mul_(4 if parameter.ndim > 1 else 1)
    features = make_features(data.examples, Tokenizer.from_str(checkpoint.tokenizer.to_str()), labels)
    frozen = encode_frozen(model.encoder, features, has_tags=True, on_progress=ignore)
    with torch.inference_mode():  # what floats say is right, so that only rounding can be wrong
        intents = model.heads.intent_logits(frozen.vectors).argmax(1).tolist()
    return model, Held([replace(feature, intent=intent) for feature, intent in zip(features, intents, strict=True)], frozen)


def test_eight_bits_are_taken_where_they_lose_nothing(data: TrainingData) -> None:
    model, held = held_out(data)
    choice = choose_precision(model, held)
    assert choice.precision == "int8"
    assert choice.extents
    assert choice.figures["n_examples"] == 24
    assert choice.figures["intents_lost"] == 0
    assert choice.figures["cosine"] > 0.99


def test_floats_are_kept_where_eight_bits_lose(data: TrainingData, monkeypatch: pytest.MonkeyPatch) -> None:
    model, held = held_out(data)
    from assistant.albert.export import measure_extents

    narrow = {
        site: Extent(seen.low / np.float32(10), seen.high / np.float32(10))
        for site, seen in measure_extents(model.encoder, (2, 3)).items()
    }
    monkeypatch.setattr("assistant.training.precision.measure_extents", lambda *_: narrow)
    choice = choose_precision(model, held)
    assert choice.precision == "float32"
    assert choice.extents is None
    assert choice.figures["cosine"] < 0.98


def test_floats_are_kept_where_nothing_can_be_measured(data: TrainingData) -> None:
    model, held = held_out(data)
    choice = choose_precision(model, Held([], held.frozen))
    assert (choice.precision, choice.figures) == ("float32", {})


def test_a_loss_is_measurable_when_chance_does_not_explain_it() -> None:
    def flags(n_lost: int, n_won: int, n: int = 1000) -> tuple[np.ndarray, np.ndarray]:
        before, after = np.ones(n, bool), np.ones(n, bool)
        after[:n_lost] = False
        before[n_lost : n_lost + n_won] = False
        return before, after

    assert not is_measurable(*flags(0, 0))
    assert not is_measurable(*flags(2, 0))  # less than is tolerated
    assert is_measurable(*flags(8, 0))
    assert not is_measurable(*flags(8, 4))
    assert not is_measurable(*flags(0, 30))
    assert is_measurable(*flags(60, 45))  # more than may be left to chance
