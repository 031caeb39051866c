from __future__ import annotations

from dataclasses import replace

import pytest
from transformers import AlbertModel

from assistant.albert.presets import BERT_SIZES, PRESETS, Preset, cost, find_preset, make_config
from assistant.errors import UnknownPreset


@pytest.mark.parametrize(
    ("name", "millions"), [("compact", 5.9), ("base", 11.7), ("large", 17.7), ("xlarge", 58.7), ("xxlarge", 222.6)]
)
def test_parameters_of_the_presets(name: str, millions: float) -> None:
    assert cost(PRESETS[name]).parameters / 1e6 == pytest.approx(millions, abs=0.05)


def test_bert_is_counted_as_it_is_published() -> None:
    assert [round(cost(size).parameters / 1e6) for size in BERT_SIZES] == [109, 335]


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_the_count_is_that_of_the_model(groups: int) -> None:
    preset = Preset("small", n_layers=4, hidden=48, heads=4, inner=96, embedding=16, groups=groups)
    model = AlbertModel(make_config(preset, 100))
    assert cost(preset, vocab_size=100).parameters == sum(p.numel() for p in model.parameters())


def test_compact_is_the_model_that_is_counted() -> None:
    model = AlbertModel(make_config(PRESETS["compact"], 30_522))
    n_parameters = sum(p.numel() for p in model.parameters())
    assert cost(PRESETS["compact"], vocab_size=30_522).parameters == n_parameters < 6_500_000


def test_sharing_saves_memory_but_no_work() -> None:
    shared, own = PRESETS["base"], replace(PRESETS["base"], groups=12)
    assert cost(shared).parameters * 7 < cost(own).parameters
    assert cost(shared).multiply_adds == cost(own).multiply_adds


def test_longer_sequences_cost_a_token_more() -> None:
    assert cost(PRESETS["base"], tokens=512).multiply_adds > cost(PRESETS["base"], tokens=8).multiply_adds


def test_a_misspelt_preset_names_the_nearest() -> None:
    with pytest.raises(UnknownPreset, match=r'ALB-008.*did you mean "xlarge"'):
        find_preset("xlarg")


def test_layers_are_shared_by_groups() -> None:
    preset = find_preset("compact", groups=3)
    model = AlbertModel(make_config(preset, 100))
    assert len(model.encoder.albert_layer_groups) == 3
    assert cost(preset, vocab_size=100).parameters == sum(p.numel() for p in model.parameters())


@pytest.mark.parametrize("groups", [0, 4, 7])
def test_groups_must_divide_the_layers(groups: int) -> None:
    with pytest.raises(ValueError, match="groups must divide the 6 layers of compact"):
        find_preset("compact", groups=groups)
