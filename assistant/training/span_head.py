"""The span head in torch, and its training on states of the frozen encoder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from assistant.knowledge.features import N_KINDS
from assistant.knowledge.span_head import JOINED, KERNELS, SUMMED, WIDTH

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.knowledge.features import Asked, Floats

DROPOUT = 0.2
_FAR = -1e4


@dataclass(frozen=True, slots=True)
class Target:
    """Where an answer may start and where it may end, as first and last piece of a range each; None: there is no answer."""

    start: tuple[int, int] | None
    end: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class HeadArguments:
    """How the head is trained.

    Attributes:
        epochs: over all samples; the best on the development part is kept.
        batch_size: samples a step.
        rate: peak of AdamW's learning rate, run down to zero.
        decay: of the weights.
        seed: of weights, order and dropout.
    """

    epochs: int = 10
    batch_size: int = 32
    rate: float = 2e-3
    decay: float = 0.01
    seed: int = 0


class _Batch(NamedTuple):
    question: torch.Tensor  # (batch, question piece, in)
    question_mask: torch.Tensor
    passage: torch.Tensor  # (batch, piece, in)
    mask: torch.Tensor
    features: torch.Tensor
    kind: torch.Tensor  # (batch, kind)
    likeness: torch.Tensor  # (batch, 2)
    start: torch.Tensor  # (batch, piece + 1): which may be it; the last stands for no answer
    end: torch.Tensor


class TorchSpanHead(nn.Module):
    """What ``assistant.knowledge.span_head.SpanHead`` computes, in batches."""

    def __init__(self, states: int) -> None:
        super().__init__()
        self.project = nn.Linear(states, WIDTH)
        self.attend = nn.Linear(WIDTH, 1, bias=False)
        self.inner = nn.Conv1d(JOINED, WIDTH, KERNELS[0], padding=KERNELS[0] // 2)
        self.outer = nn.Conv1d(WIDTH, WIDTH, KERNELS[1], padding=KERNELS[1] // 2)
        self.ends = nn.Linear(WIDTH, 2)
        self.meant = nn.Linear(WIDTH, 2 * WIDTH)
        self.none = nn.Linear(SUMMED, 1)
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, batch: _Batch) -> tuple[torch.Tensor, torch.Tensor]:
        """Returns the logits of starts and of ends, that of no answer last. Shape: (batch, piece + 1) each."""
        passage = self.project(self.dropout(batch.passage))
        question = self.project(self.dropout(batch.question))
        unseen = (1 - batch.question_mask) * _FAR
        aligned = (passage @ question.transpose(1, 2) / WIDTH**0.5 + unseen[:, None]).softmax(-1) @ question
        meant = ((self.attend(question)[..., 0] + unseen).softmax(-1)[:, None] @ question)[:, 0]
        kinds = batch.kind[:, None].expand(-1, passage.shape[1], -1)
        parts = [passage, aligned, passage * aligned, passage * meant[:, None], batch.features, kinds]
        joined = torch.cat(parts, -1) * batch.mask[..., None]  # (batch, piece, joined)
        inner = functional.gelu(self.inner(self.dropout(joined).transpose(1, 2)), approximate="tanh") * batch.mask[:, None]
        outer = inner + functional.gelu(self.outer(inner), approximate="tanh")
        outer = self.dropout(outer.transpose(1, 2))
        looked = self.meant(meant).view(-1, 2, WIDTH) / WIDTH**0.5
        ends = self.ends(outer) + passage @ looked.transpose(1, 2) + ((1 - batch.mask) * _FAR)[..., None]
        most = (outer + ((1 - batch.mask) * _FAR)[..., None]).max(1).values
        none = self.none(torch.cat([most, batch.kind, batch.likeness], -1))
        return torch.cat([ends[..., 0], none], 1), torch.cat([ends[..., 1], none], 1)

    def exported(self) -> dict[str, Floats]:
        """Returns the weights as the answering side has them."""
        return {name: value.detach().float().numpy().copy() for name, value in self.state_dict().items()}


def train_head(
    samples: Sequence[tuple[Asked, Target]],
    arguments: HeadArguments,
    measure: Callable[[dict[str, Floats]], float],
    report: Callable[[int, float, float], None],
) -> dict[str, Floats]:
    """Returns the weights of the epoch that did best.

    Args:
        samples: with where their answers are.
        arguments: how.
        measure: returns how good weights are, on samples that are not among these.
        report: called after each epoch with its number, mean loss and measure.
    """
    torch.manual_seed(arguments.seed)
    rng = np.random.default_rng(arguments.seed)
    head = TorchSpanHead(samples[0][0].passage.shape[1])
    optimizer = torch.optim.AdamW(head.parameters(), lr=arguments.rate, weight_decay=arguments.decay)
    n_steps = arguments.epochs * -(-len(samples) // arguments.batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, arguments.rate, n_steps, pct_start=0.1)
    best, kept = -1.0, head.exported()
    for epoch in range(arguments.epochs):
        head.train()
        losses = [_step(head, optimizer, schedule, [samples[row] for row in rows]) for rows in _rows(samples, arguments, rng)]
        head.eval()
        found = head.exported()
        score = measure(found)
        report(epoch + 1, float(np.mean(losses)), score)
        if score > best:
            best, kept = score, found
    return kept


def _rows(samples: Sequence[tuple[Asked, Target]], arguments: HeadArguments, rng: np.random.Generator) -> list[list[int]]:
    """Returns batches of samples of like length, in random order."""
    lengths = np.array([len(asked.passage) for asked, _ in samples]) + rng.uniform(0, 20, len(samples))
    order, size = np.argsort(lengths), arguments.batch_size
    batches = [order[first : first + size].tolist() for first in range(0, len(order), size)]
    rng.shuffle(batches)
    return batches


def _step(
    head: TorchSpanHead,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    samples: Sequence[tuple[Asked, Target]],
) -> float:
    batch = _batched(samples)
    loss = sum(
        -(logits.log_softmax(-1) + torch.log(allowed.clamp_min(1e-30))).logsumexp(-1).mean()
        for logits, allowed in zip(head(batch), (batch.start, batch.end), strict=True)
    )
    assert isinstance(loss, torch.Tensor)  # noqa: S101 (for the type checker)
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(head.parameters(), 1.0)
    optimizer.step()
    schedule.step()
    return float(loss.detach())


def _batched(samples: Sequence[tuple[Asked, Target]]) -> _Batch:
    longest = max(len(asked.passage) for asked, _ in samples)
    question, question_mask = _padded([asked.question for asked, _ in samples])
    passage, mask = _padded([asked.passage for asked, _ in samples])
    features, _ = _padded([asked.features for asked, _ in samples])
    kind = functional.one_hot(torch.tensor([asked.kind for asked, _ in samples]), N_KINDS).float()
    likeness = torch.from_numpy(np.stack([asked.likeness.max(axis=0) for asked, _ in samples]))
    start, end = (torch.stack([_allowed(getattr(target, part), longest) for _, target in samples]) for part in ("start", "end"))
    return _Batch(question, question_mask, passage, mask, features, kind, likeness, start, end)


def _padded(rows: Sequence[Floats]) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(map(len, rows))
    values = np.zeros((len(rows), longest, rows[0].shape[1]), dtype=np.float32)
    mask = np.zeros((len(rows), longest), dtype=np.float32)
    for number, row in enumerate(rows):
        values[number, : len(row)], mask[number, : len(row)] = row, 1
    return torch.from_numpy(values), torch.from_numpy(mask)


def _allowed(span: tuple[int, int] | None, n_pieces: int) -> torch.Tensor:
    allowed = torch.zeros(n_pieces + 1)
    if span is None:
        allowed[-1] = 1.0
    else:
        allowed[span[0] : span[1] + 1] = 1.0
    return allowed
