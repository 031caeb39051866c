"""The tag head on plain arrays: its slopes are torch's, and it learns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from assistant.albert.activations import gelu, gelu_and_slope
from assistant.albert.joint import JointHeads
from assistant.albert.plain_heads import PlainHeads
from assistant.training.adam import AdamW
from assistant.training.arguments import TrainingArguments
from assistant.training.tag_head import _Fit, fit_tags, rates
from tests.unit.nlu.tiny import heads_for

ARGUMENTS = TrainingArguments(tag_epochs=3, dropout=0.0)


def words(n: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """States of three layers of which the middle one tells the tag, beside a channel that towers over the others."""
    generator = np.random.default_rng(0)
    tags = generator.integers(0, 5, n)
    states = generator.normal(size=(n, 3, 32))
    states[:, 1] += 1.5 * generator.normal(size=(5, 32))[tags]
    states[:, :, 7] *= 50
    return states.astype(np.float16), tags


def test_the_activation_and_its_slope_are_torchs() -> None:
    inputs = np.linspace(-6, 6, 1001, dtype=np.float32)
    by_torch = torch.from_numpy(inputs).requires_grad_()
    expected = nn.functional.gelu(by_torch)
    expected.sum().backward()  # type: ignore[no-untyped-call]
    values, slopes = gelu_and_slope(inputs)
    assert by_torch.grad is not None
    assert values == pytest.approx(expected.detach().numpy(), abs=2e-6)
    assert slopes == pytest.approx(by_torch.grad.numpy(), abs=2e-6)
    assert np.array_equal(gelu(inputs), values)


def test_the_heads_say_what_torchs_heads_say() -> None:
    plain, (states, _) = heads_for(4, 5), words()
    torchs = JointHeads(32, 3, 4, 5).eval()
    torchs.tag_inner, torchs.tag_outer = nn.Linear(32, 64), nn.Linear(64, 5)
    torchs.load_state_dict({name: torch.from_numpy(value) for name, value in plain.stored().items()})
    vectors = states[:, :2].reshape(len(states), -1).astype(np.float32)
    with torch.no_grad():
        assert plain.tag_logits(states) == pytest.approx(
            torchs.tag_logits(torch.from_numpy(states.astype(np.float32)).unbind(1)).numpy(), rel=1e-3, abs=1e-3
        )
        assert plain.intent_logits(vectors) == pytest.approx(
            torchs.intent_logits(torch.from_numpy(vectors)).numpy(), rel=1e-3, abs=1e-2
        )
    again = PlainHeads.of(plain.stored())
    assert all(np.array_equal(value, again.stored()[name]) for name, value in plain.stored().items())


def test_its_slopes_are_those_that_torch_finds() -> None:
    plain, (states, tags) = heads_for(4, 5), words(20)
    fit = _Fit(plain, states, tags, ARGUMENTS)
    inputs = (plain.mixed(states) - fit._shift) * fit._scale
    loss, slopes = fit._slopes(inputs, tags)
    mix_slope = fit._mix_slope(slopes, states)
    parts = [plain.mix, *fit._inner, *fit._outer]
    mix, *layers = (torch.from_numpy(part.copy()).requires_grad_() for part in parts)
    mixed = torch.tensordot(torch.from_numpy(states.astype(np.float32)), mix.softmax(0), ([1], [0]))
    hidden = nn.functional.gelu((mixed - torch.from_numpy(fit._shift)) * torch.from_numpy(fit._scale) @ layers[0] + layers[1])
    expected = nn.functional.cross_entropy(hidden @ layers[2] + layers[3], torch.from_numpy(tags))
    expected.backward()  # type: ignore[no-untyped-call]
    assert loss == pytest.approx(float(expected.detach()), rel=1e-4)
    for ours, theirs in zip([mix_slope, *slopes.inner, *slopes.outer], [mix, *layers], strict=True):
        assert theirs.grad is not None
        assert ours == pytest.approx(theirs.grad.numpy(), abs=1e-4)


def test_it_learns_the_tags_and_which_layer_tells_them() -> None:
    states, tags = words(1000)
    losses: list[float] = []
    plain = replace(heads_for(4, 5), mix=np.zeros(3, np.float32))
    fitted = fit_tags(plain, states[:800], tags[:800], replace(ARGUMENTS, tag_epochs=6), learns_mix=True, on_epoch=losses.append)
    assert losses == sorted(losses, reverse=True)
    assert len(losses) == 6
    assert (fitted.tag_logits(states[800:]).argmax(1) == tags[800:]).mean() > 0.9
    assert fitted.shares.argmax() == 1
    still = fit_tags(plain, states, tags, ARGUMENTS, learns_mix=False, on_epoch=losses.append)
    assert np.array_equal(still.mix, plain.mix)


def test_without_a_step_the_head_is_what_it_was() -> None:
    plain, (states, tags) = heads_for(4, 5), words()
    assert fit_tags(plain, states[:0], tags[:0], ARGUMENTS, learns_mix=True, on_epoch=lambda _: None) is plain
    same = fit_tags(plain, states, tags, replace(ARGUMENTS, tag_epochs=0), learns_mix=True, on_epoch=lambda _: None)
    assert same.tag_logits(states) == pytest.approx(plain.tag_logits(states), abs=1e-3)


def test_adamw_takes_the_steps_of_torchs() -> None:
    generator = np.random.default_rng(0)
    start = generator.normal(size=(6, 4)).astype(np.float32)
    ours, theirs = start.copy(), nn.Parameter(torch.from_numpy(start.copy()))
    one, other = AdamW([ours], 0.1), torch.optim.AdamW([theirs], lr=1.0, weight_decay=0.1)
    for rate in (0.01, 0.03, 0.02):
        slope = generator.normal(size=(6, 4)).astype(np.float32)
        one.step([slope], rate)
        other.param_groups[0]["lr"], theirs.grad = rate, torch.from_numpy(slope)
        other.step()
    assert ours == pytest.approx(theirs.detach().numpy(), abs=1e-5)


def test_rates_grow_and_fall_to_nearly_nothing() -> None:
    found = list(rates(100, 0.5, 0.1))
    assert len(found) == 100
    assert found.index(max(found)) == 9
    assert max(found) == 0.5
    assert found[-1] == pytest.approx(0.01)
    assert found[:10] == sorted(found[:10])
