"""The policy's network: held against the same network in torch, forwards, backwards and as a graph."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from assistant.albert.session import open_session
from assistant.training.policy_network import PolicyNetwork, loss_and_slopes

WIDTH, HISTORY, FEATURES, ACTIONS = 16, 5, 9, 4


def network() -> PolicyNetwork:
    generator = np.random.default_rng(1)
    made = PolicyNetwork.random(FEATURES, ACTIONS, HISTORY, WIDTH, generator)
    # Norms and biases that are neither one nor nought.
    moved = {name: value + generator.normal(0, 0.3, value.shape) for name, value in made.weights.items()}
    return PolicyNetwork({name: value.astype(np.float32) for name, value in moved.items()})


def batch() -> np.ndarray:
    states = (np.random.default_rng(2).random((7, HISTORY, FEATURES)) < 0.4).astype(np.float32)
    states[:, -1, 0] = 1  # the present is always something
    states[1, :3] = states[2, 1] = 0
    return states


def logits_by_torch(weights: dict[str, torch.Tensor], states: torch.Tensor) -> torch.Tensor:
    layer = nn.TransformerEncoderLayer(WIDTH, 4, 2 * WIDTH, 0.0, activation="gelu", batch_first=True, norm_first=True)
    w = weights
    named = {
        "self_attn.in_proj_weight": torch.cat([w["query"].T, w["past"].T]),
        "self_attn.in_proj_bias": torch.cat([w["query_bias"], w["past_bias"]]),
        "self_attn.out_proj.weight": w["mixed"].T,
        "self_attn.out_proj.bias": w["mixed_bias"],
        "linear1.weight": w["inner"].T,
        "linear1.bias": w["inner_bias"],
        "linear2.weight": w["outer"].T,
        "linear2.bias": w["outer_bias"],
        "norm1.weight": w["first"],
        "norm1.bias": w["first_bias"],
        "norm2.weight": w["second"],
        "norm2.bias": w["second_bias"],
    }
    hidden = states @ w["embed"] + w["embed_bias"] + w["position"]
    is_empty = states.abs().sum(-1) == 0
    hidden = torch.func.functional_call(layer, named, hidden, {"src_key_padding_mask": is_empty})
    last = nn.functional.layer_norm(hidden[:, -1], (WIDTH,), w["last"], w["last_bias"])
    return last @ w["out"] + w["out_bias"]


def test_it_computes_what_a_transformer_layer_of_torch_computes() -> None:
    ours = network()
    with torch.no_grad():
        theirs = logits_by_torch({name: torch.from_numpy(value) for name, value in ours.weights.items()}, torch.from_numpy(batch()))
    assert ours.logits(batch()) == pytest.approx(theirs.numpy(), abs=1e-4)


def test_its_slopes_are_those_that_torch_finds() -> None:
    ours = network()
    wanted = (np.random.default_rng(3).dirichlet(np.ones(ACTIONS), 7) / 7).astype(np.float32)
    loss, slopes = loss_and_slopes(ours, batch(), wanted)
    weights = {name: torch.from_numpy(value).requires_grad_() for name, value in ours.weights.items()}
    expected = -(torch.from_numpy(wanted) * logits_by_torch(weights, torch.from_numpy(batch())).log_softmax(-1)).sum()
    expected.backward()  # type: ignore[no-untyped-call]
    assert loss == pytest.approx(float(expected.detach()), rel=1e-4)
    assert slopes.keys() == weights.keys()
    for name, slope in slopes.items():
        by_torch = weights[name].grad
        assert by_torch is not None
        assert slope == pytest.approx(by_torch.numpy(), abs=2e-4), name


def test_what_dropout_hides_takes_no_part_in_the_slopes() -> None:
    """A step down the slopes of a pass with things hidden brings down the loss of that very pass by what the slopes promise."""
    ours = network()
    wanted = (np.eye(ACTIONS)[[0, 1, 2, 3, 0, 1, 2]] / 7).astype(np.float32)

    def measured(chosen: PolicyNetwork) -> tuple[float, dict[str, np.ndarray]]:
        return loss_and_slopes(chosen, batch(), wanted, dropout=0.3, generator=np.random.default_rng(4))

    loss, slopes = measured(ours)
    step = 1e-3
    moved = PolicyNetwork({name: (value - step * slopes[name]).astype(np.float32) for name, value in ours.weights.items()})
    promised = step * sum(float(np.square(slope).sum()) for slope in slopes.values())
    assert loss - measured(moved)[0] == pytest.approx(promised, rel=0.05)
    assert loss != pytest.approx(loss_and_slopes(ours, batch(), wanted)[0], rel=1e-3)


def test_the_graph_computes_the_same_for_one_and_for_many() -> None:
    ours = network()
    session = open_session(ours.graph("states", "logits"))
    expected = ours.logits(batch())
    assert session.run(["logits"], {"states": batch()})[0] == pytest.approx(expected, abs=1e-4)
    for row, alone in enumerate(expected):
        assert session.run(["logits"], {"states": batch()[row : row + 1]})[0][0] == pytest.approx(alone, abs=1e-4)
