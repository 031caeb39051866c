from __future__ import annotations

import copy

import pytest
import torch

from assistant.albert.joint import IGNORED, JointAlbert, JointHeads, JointLoss
from tests.unit.nlu.tiny import tiny_checkpoint


@pytest.fixture
def model() -> JointAlbert:
    torch.manual_seed(0)
    return JointAlbert(copy.deepcopy(tiny_checkpoint().model), JointHeads(32, 3, n_intents=4, n_tags=5)).eval()


def test_padding_changes_nothing(model: JointAlbert) -> None:
    short = torch.tensor([[2, 7, 8, 9, 3]])
    padded = torch.cat([short, torch.zeros(1, 4, dtype=torch.int64)], dim=1)
    mask = (torch.arange(9) < 5).long()[None]
    with torch.inference_mode():
        alone, beside = model(short, torch.ones_like(short)), model(padded, mask)
    assert torch.allclose(alone[0], beside[0], atol=1e-5)
    assert torch.allclose(alone[1], beside[1][:, :5], atol=1e-5)
    assert torch.allclose(alone[2], beside[2], atol=1e-6)
    assert torch.allclose(alone[2].norm(dim=1), torch.ones(1))


def test_the_tag_head_mixes_all_layers(model: JointAlbert) -> None:
    layers = torch.randn(3, 2, 6, 32).unbind()
    before = model.heads.tag_logits(layers)
    assert before.shape == (2, 6, 5)
    with torch.no_grad():
        model.heads.mix.copy_(torch.tensor([9.0, 0.0, 0.0]))
    assert torch.allclose(model.heads.tag_logits(layers), model.heads.tag_logits([layers[0]] * 3), atol=1e-2)
    assert not torch.allclose(model.heads.tag_logits(layers), before)


def test_ignored_places_do_not_count_in_the_loss() -> None:
    loss = JointLoss(torch.ones(2), tag_weight=1.0, label_smoothing=0.0)
    intents, tags = torch.tensor([0]), torch.tensor([[IGNORED, 1]])
    logits, tag_logits = torch.zeros(1, 2), torch.zeros(1, 2, 3)
    expected = torch.log(torch.tensor(2.0)) + torch.log(torch.tensor(3.0))
    assert loss(logits, intents, tag_logits, tags) == pytest.approx(float(expected))
    tag_logits[0, 0] = torch.tensor([50.0, -50.0, 0.0])
    assert loss(logits, intents, tag_logits, tags) == pytest.approx(float(expected))
    nothing = torch.full((1, 2), IGNORED)
    assert loss(logits, intents, tag_logits, nothing) == pytest.approx(float(torch.log(torch.tensor(2.0))))
