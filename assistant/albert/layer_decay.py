"""Layer-wise learning rate decay for an encoder whose layers share their weights.

Where each layer has weights of its own, lower layers simply learn at lower rates, so that what they know in general is kept while
the upper ones turn to the task (Howard and Ruder 2018, section 3.2). ALBERT applies one block n times, and a block has one rate.
What differs between the applications is their share of the block's gradient, g = g1 + ... + gn. So each share gets a factor of its
own, g = decay^(n-1) g1 + ... + decay g(n-1) + gn: every application reads the weights through a view that passes them on unchanged,
and multiplies what flows back into them. What flows back through states is left alone. Adam divides by the size of the gradient,
so the factors do not slow the block down: they say whose wishes it follows, those of the upper applications first. What is not
shared has a rate of its own: the embeddings learn at decay^n of the rate, and where there are several groups of layers, each at the
factor of its uppermost application.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.func import functional_call

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from torch import Tensor, nn
    from transformers import AlbertModel


class LayerDecay:
    """While it is entered, gradients of the encoder's layers are weighed by application.

    Args:
        encoder: transformers' model; its weights and their names stay as they are.
        decay: factor from one application to the one below it; 1 changes nothing.
    """

    def __init__(self, encoder: AlbertModel, decay: float) -> None:
        self._stack = encoder.encoder
        self._factors = factors(encoder.config.num_hidden_layers, decay)
        self._application = 0
        self._is_inside = False
        self._hook: Any = None

    def __enter__(self) -> LayerDecay:
        """Starts weighing."""
        if set(self._factors) == {1.0}:
            return self
        self._hook = self._stack.register_forward_pre_hook(self._restart)
        for group in self._stack.albert_layer_groups:
            group.forward = self._weighed(group, group.forward)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Leaves the encoder as it was."""
        if self._hook is None:
            return
        self._hook.remove()
        for group in self._stack.albert_layer_groups:
            del group.forward

    def _restart(self, *_: object) -> None:
        self._application = 0

    def _weighed(self, group: nn.Module, forward: Any) -> Any:
        """Returns a group's forward pass with the weights seen through views."""

        def applied(*arguments: Any, **options: Any) -> Any:
            if self._is_inside:  # called again below, now with the views in place of the weights
                return forward(*arguments, **options)
            factor = self._factors[self._application]
            self._application += 1
            views = {name: weighed(parameter, factor) for name, parameter in group.named_parameters()}
            self._is_inside = True
            try:
                return functional_call(group, views, arguments, options)
            finally:
                self._is_inside = False

        return applied


def factors(n_applications: int, decay: float) -> tuple[float, ...]:
    """Returns the factor of each application, the lowest first."""
    return tuple(decay ** (n_applications - 1 - number) for number in range(n_applications))


def rated_parts(encoder: AlbertModel, decay: float) -> Iterator[tuple[list[nn.Parameter], float]]:
    """Yields the embeddings and each group of layers, from below, with the share of the encoder's rate that each learns at.

    Args:
        encoder: transformers' model; its pooler is left out.
        decay: factor from one application to the one below it.
    """
    config = encoder.config
    n_layers, n_groups = config.num_hidden_layers, config.num_hidden_groups
    yield [*encoder.embeddings.parameters(), *encoder.encoder.embedding_hidden_mapping_in.parameters()], decay**n_layers
    by_application = factors(n_layers, decay)
    for number, group in enumerate(encoder.encoder.albert_layer_groups):
        uppermost = max(layer for layer in range(n_layers) if layer * n_groups // n_layers == number)
        yield list(group.parameters()), by_application[uppermost]


def weighed(tensor: Tensor, factor: float) -> Tensor:
    """Returns the tensor itself; what flows back into it is multiplied by the factor."""
    result: Tensor = _Weighed.apply(tensor, factor)  # type: ignore[no-untyped-call]
    return result


class _Weighed(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, tensor: Tensor, factor: float) -> Tensor:
        ctx.factor = factor
        return tensor.view_as(tensor)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return gradients[0] * ctx.factor, None
