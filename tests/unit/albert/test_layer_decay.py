from __future__ import annotations

import copy

import pytest
import torch
from torch.func import functional_call
from transformers import AlbertConfig, AlbertModel

from assistant.albert.layer_decay import LayerDecay, factors, rated_parts
from tests.unit.nlu.tiny import tiny_checkpoint

IDS = torch.tensor([[2, 7, 8, 9, 3], [2, 11, 5, 6, 3]])


def loss(states: torch.Tensor) -> torch.Tensor:
    return (states * torch.randn(states.shape, generator=torch.Generator().manual_seed(0))).sum()


def gradients(decay: float) -> dict[str, torch.Tensor]:
    encoder = copy.deepcopy(tiny_checkpoint().model).train()
    with LayerDecay(encoder, decay):
        loss(encoder(input_ids=IDS).last_hidden_state).backward()  # type: ignore[no-untyped-call]
    return {name: parameter.grad for name, parameter in encoder.named_parameters() if parameter.grad is not None}


def shares() -> list[dict[str, torch.Tensor]]:
    """Returns the gradient of the shared layer by application, computed with a copy of the layer for each."""
    encoder = copy.deepcopy(tiny_checkpoint().model).train()
    group = encoder.encoder.albert_layer_groups[0]
    copies = [{name: p.detach().clone().requires_grad_() for name, p in group.named_parameters()} for _ in range(2)]
    hidden = encoder.encoder.embedding_hidden_mapping_in(encoder.embeddings(IDS))
    for weights in copies:
        hidden = functional_call(group, weights, (hidden, None))
    loss(hidden).backward()  # type: ignore[no-untyped-call]
    return [{name: p.grad for name, p in weights.items() if p.grad is not None} for weights in copies]


@pytest.mark.parametrize("decay", [1.0, 0.5, 0.0])
def test_each_application_has_its_factor_on_its_share_of_the_gradient(decay: float) -> None:
    first, second = shares()
    found = gradients(decay)
    prefix = "encoder.albert_layer_groups.0."
    assert any(float(first[name].abs().max()) > 1e-2 for name in first)
    for name in first:
        assert torch.allclose(found[prefix + name], decay * first[name] + second[name], atol=1e-5, rtol=1e-4), name


def test_what_flows_through_the_states_is_left_alone() -> None:
    name = "embeddings.word_embeddings.weight"
    assert torch.allclose(gradients(0.3)[name], gradients(1.0)[name], atol=1e-7)


def test_the_encoder_computes_the_same_and_is_left_as_it_was() -> None:
    encoder = copy.deepcopy(tiny_checkpoint().model)
    names, expected = list(encoder.state_dict()), encoder(input_ids=IDS, output_hidden_states=True)
    with LayerDecay(encoder, 0.5):
        found = encoder(input_ids=IDS, output_hidden_states=True)
        assert list(encoder.state_dict()) == names
    assert torch.equal(found.last_hidden_state, expected.last_hidden_state)
    assert len(found.hidden_states) == len(expected.hidden_states) == 3
    assert "forward" not in vars(encoder.encoder.albert_layer_groups[0])


def test_the_uppermost_application_is_not_slowed() -> None:
    assert factors(4, 0.5) == (0.125, 0.25, 0.5, 1.0)


@pytest.mark.parametrize(
    ("groups", "expected"),
    [(1, [0.5**6, 1.0]), (2, [0.5**6, 0.125, 1.0]), (6, [0.5**6, 0.5**5, 0.5**4, 0.125, 0.25, 0.5, 1.0]),
     (4, [0.5**6, 0.5**4, 0.125, 0.5, 1.0])],
)  # fmt: skip
def test_what_is_not_shared_has_the_rate_of_its_uppermost_application(groups: int, expected: list[float]) -> None:
    config = AlbertConfig(
        vocab_size=20, embedding_size=4, hidden_size=8, num_hidden_layers=6, num_hidden_groups=groups, num_attention_heads=2,
        intermediate_size=8, max_position_embeddings=8,
    )  # fmt: skip
    encoder = AlbertModel(config)
    used: list[int] = []
    for number, group in enumerate(encoder.encoder.albert_layer_groups):
        group.register_forward_pre_hook(lambda *_, number=number: used.append(number))
    encoder(input_ids=torch.tensor([[2, 3]]))
    parts = list(rated_parts(encoder, 0.5))
    assert [factor for _, factor in parts] == expected
    by_application = factors(6, 0.5)
    assert [factor for _, factor in parts[1:]] == [by_application[5 - used[::-1].index(group)] for group in range(groups)]
    found = {id(parameter) for parameters, _ in parts for parameter in parameters}
    assert found == {id(value) for name, value in encoder.named_parameters() if not name.startswith("pooler.")}
