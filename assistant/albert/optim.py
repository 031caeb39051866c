"""Optimizers and the schedule of their learning rate.

Source: You et al. 2019 for LAMB, which the paper pretrains with; Loshchilov and Hutter 2019 for AdamW.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

OPTIMIZERS = ("adamw", "lamb")


class Lamb(torch.optim.Optimizer):
    """Adam whose step is scaled, for each tensor, to the size of that tensor.

    Args:
        params: tensors, or groups of them.
        lr: learning rate.
        betas: decay of the two moments a step.
        eps: keeps the division finite.
        weight_decay: pull towards zero, added before the step is scaled; tensors without it are not scaled either.
        clamp: largest norm of a tensor that scales its step.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-6,
        weight_decay: float = 0.01,
        *,
        clamp: float = 10.0,
    ) -> None:
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "clamp": clamp})

    @overload
    def step(self, closure: None = None) -> None: ...

    @overload
    def step(self, closure: Callable[[], float]) -> float: ...

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """Changes every tensor that has a gradient."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for tensor in group["params"]:
                if tensor.grad is not None:
                    self._step_tensor(tensor, group)
        return loss

    def _step_tensor(self, tensor: torch.Tensor, group: dict[str, Any]) -> None:
        assert tensor.grad is not None  # noqa: S101 (for the type checker)
        state = self.state[tensor]
        if not state:
            state["step"] = torch.tensor(0.0)
            state["exp_avg"] = torch.zeros_like(tensor)
            state["exp_avg_sq"] = torch.zeros_like(tensor)
        first, second = group["betas"]
        state["step"] += 1
        count = float(state["step"])
        state["exp_avg"].lerp_(tensor.grad, 1 - first)
        state["exp_avg_sq"].mul_(second).addcmul_(tensor.grad, tensor.grad, value=1 - second)
        spread = (state["exp_avg_sq"] / (1 - second**count)).sqrt_().add_(group["eps"])
        update = state["exp_avg"] / (1 - first**count) / spread
        if group["weight_decay"]:
            update.add_(tensor, alpha=group["weight_decay"])
            update.mul_(_trust(tensor, update, group["clamp"]))
        tensor.add_(update, alpha=-group["lr"])


def make_optimizer(model: torch.nn.Module, name: str, learning_rate: float, weight_decay: float) -> torch.optim.Optimizer:
    """Returns an optimizer in which biases and norms do not decay.

    Args:
        model: whose tensors it changes.
        name: ``adamw`` or ``lamb``.
        learning_rate: peak; a schedule scales it.
        weight_decay: of matrices.
    """
    matrices = [p for p in model.parameters() if p.requires_grad and p.ndim > 1]
    vectors = [p for p in model.parameters() if p.requires_grad and p.ndim <= 1]
    groups = [{"params": matrices, "weight_decay": weight_decay}, {"params": vectors, "weight_decay": 0.0}]
    if name == "lamb":
        return Lamb(groups, lr=learning_rate)
    return torch.optim.AdamW(groups, lr=learning_rate, betas=(0.9, 0.98), eps=1e-6, fused=True)


def learning_rate_factor(step: int, warmup: int, done: float) -> float:
    """Returns the share of the peak learning rate: rising over the warm-up, then falling in a line to zero.

    Args:
        step: 0-based.
        warmup: steps that rise.
        done: share of the whole run that lies behind, in [0, 1].
    """
    rise = min(1.0, (step + 1) / warmup) if warmup else 1.0
    return rise * max(0.0, 1.0 - done)


def _trust(tensor: torch.Tensor, update: torch.Tensor, clamp: float) -> torch.Tensor:
    size = tensor.norm().clamp(max=clamp)
    length = update.norm()
    return torch.where((size > 0) & (length > 0), size / length, torch.ones_like(size))
