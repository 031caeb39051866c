"""Fits what tells several intents in one message: a logistic regression for each simple intent, on sentence vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional

from assistant.nlu.several import JOINT, Several, has_several, simple_intents
from assistant.training.split import assign_folds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

INVERSE_PENALTY = 20.0
STEPS = 60
FOLDS = 3
_TEMPERATURES = tuple(float(value) for value in np.exp(np.linspace(np.log(0.25), np.log(4.0), 33)))


def fit_several(vectors: Tensor, labels: Sequence[str], seed: int) -> Several | None:
    """Returns what tells the intents of examples; None where no label joins several.

    Args:
        vectors: sentence vectors of length one. Shape: (example, hidden).
        labels: of the examples, such as ``cancel+refund``.
        seed: of the folds by which the temperature is chosen.
    """
    if not has_several(labels):
        return None
    names = simple_intents(labels)
    index = {name: number for number, name in enumerate(names)}
    targets = torch.zeros(len(labels), len(names))
    for row, label in enumerate(labels):
        targets[row, [index[part] for part in label.split(JOINT)]] = 1.0
    weights, bias = _fit(vectors, targets)
    temperature = _best_temperature(vectors, targets, assign_folds(list(labels), FOLDS, seed))
    return Several(tuple(sorted(set(labels))), weights.numpy(), bias.numpy(), temperature)


def _fit(vectors: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Returns weights and bias that fit all intents at once, one apart from the other."""
    weights = torch.zeros(vectors.shape[1], targets.shape[1], requires_grad=True)
    share = targets.mean(0).clamp(1e-3, 1 - 1e-3)
    bias = torch.logit(share).clone().requires_grad_()
    optimizer = torch.optim.LBFGS([weights, bias], max_iter=STEPS, history_size=10, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = functional.binary_cross_entropy_with_logits(vectors @ weights + bias, targets, reduction="sum")
        loss = loss + weights.square().sum() / (2 * INVERSE_PENALTY)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return weights.detach(), bias.detach()


def _best_temperature(vectors: Tensor, targets: Tensor, folds: Sequence[int]) -> float:
    """Returns the temperature under which examples that were held out are most probable."""
    held = torch.zeros_like(targets)
    assigned = torch.tensor(folds)
    for fold in range(FOLDS):
        outside = assigned == fold
        if bool(outside.any()) and not bool(outside.all()):
            weights, bias = _fit(vectors[~outside], targets[~outside])
            held[outside] = vectors[outside] @ weights + bias
    losses = [float(functional.binary_cross_entropy_with_logits(held / value, targets)) for value in _TEMPERATURES]
    return round(_TEMPERATURES[int(np.argmin(losses))], 4)
