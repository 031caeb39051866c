from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.training.budget import FIXED_S, plan_training, seconds_an_example
from assistant.training.trainer import PRETRAINED, UNTRAINED
from tests.unit.nlu.tiny import tiny_checkpoint

if TYPE_CHECKING:
    from assistant.nlu.training_data import TrainingData


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every example takes a second, so an epoch of two dozen takes 26.4."""
    monkeypatch.setattr("assistant.training.budget.seconds_an_example", lambda *_: 1.0)


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize(
    ("budget_s", "mode", "epochs"), [(10, "fast", None), (90, "fast", None), (110, "full", 3), (140, "full", 4), (9999, "full", 8)]
)
def test_what_fits_is_picked(data: TrainingData, budget_s: float, mode: str, epochs: int | None) -> None:
    plan = plan_training(data, tiny_checkpoint(), budget_s, seed=3, is_pretrained=True)
    assert (plan.arguments.mode, plan.arguments.epochs, plan.arguments.seed) == (mode, epochs, 3)
    assert plan.reason.startswith(f"--{mode}")
    assert "26 s" in plan.reason
    if mode == "full":
        assert plan.arguments.deadline_s is not None
        assert plan.arguments.deadline_s < budget_s - FIXED_S


@pytest.mark.usefixtures("slow")
def test_an_encoder_that_knows_nothing_is_always_trained(data: TrainingData) -> None:
    plan = plan_training(data, tiny_checkpoint(), 10, seed=0, is_pretrained=False)
    assert (plan.arguments.mode, plan.arguments.epochs) == ("full", 1)
    assert (
        plan_training(data, tiny_checkpoint(), 1e6, seed=0, is_pretrained=False).arguments.epochs == UNTRAINED[0] != PRETRAINED[0]
    )


def test_timing_leaves_the_encoder_as_it_is(data: TrainingData) -> None:
    before = {name: value.clone() for name, value in tiny_checkpoint().model.state_dict().items()}
    assert 0 < seconds_an_example(tiny_checkpoint(), data.examples) < 1
    assert all(value.equal(before[name]) for name, value in tiny_checkpoint().model.state_dict().items())
    assert not tiny_checkpoint().model.training
