from __future__ import annotations

import pytest
import torch

from assistant.albert.optim import Lamb, learning_rate_factor, make_optimizer


@pytest.mark.parametrize("name", ["adamw", "lamb"])
def test_a_quadratic_is_descended(name: str) -> None:
    torch.manual_seed(0)
    model = torch.nn.Linear(4, 3)
    optimizer = make_optimizer(model, name, learning_rate=0.05, weight_decay=0.0001)
    inputs = torch.randn(32, 4)
    targets = inputs @ torch.randn(4, 3)
    losses = []
    for _ in range(150):
        loss = torch.nn.functional.mse_loss(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < losses[0] / 20


def test_lamb_steps_in_proportion_to_the_tensor() -> None:
    small, large = (torch.nn.Parameter(torch.full((4, 4), value)) for value in (0.1, 1.0))
    optimizer = Lamb([small, large], lr=0.1)
    for tensor in (small, large):
        tensor.grad = torch.ones_like(tensor)
    before = small.detach().clone(), large.detach().clone()
    optimizer.step()
    moved = [float((tensor.detach() - old).norm() / old.norm()) for tensor, old in zip((small, large), before, strict=True)]
    assert moved == pytest.approx([0.1, 0.1], rel=1e-3)


def test_biases_do_not_decay() -> None:
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.LayerNorm(2))
    matrices, vectors = make_optimizer(model, "adamw", 0.1, weight_decay=0.5).param_groups
    assert matrices["weight_decay"] == 0.5
    assert vectors["weight_decay"] == 0.0
    assert [len(group["params"]) for group in (matrices, vectors)] == [1, 3]


def test_the_rate_rises_and_falls() -> None:
    factors = [learning_rate_factor(step, 10, step / 100) for step in range(101)]
    assert factors[0] == pytest.approx(0.1)
    assert max(factors) == pytest.approx(factors[9])
    assert factors[55] == pytest.approx(0.45)
    assert factors[100] == 0
    assert learning_rate_factor(0, 0, 0.0) == 1
