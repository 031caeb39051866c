"""Several processes that train one model: each takes its share of the batches, and gradients are averaged.

Started by ``accelerate launch`` or ``torchrun``, whose environment variables say how many processes there are; on its own a
process is a world of one, and nothing here does anything.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import distributed

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class World:
    """The processes of a run.

    Attributes:
        size: how many there are.
        rank: number of this one; rank 0 alone writes files.
    """

    size: int = 1
    rank: int = 0

    @property
    def is_main(self) -> bool:
        """Says whether this process writes and reports."""
        return self.rank == 0

    @contextmanager
    def main_first(self) -> Iterator[None]:
        """Lets the main process run the block before the others, so that they find what it wrote."""
        if self.size > 1 and not self.is_main:
            distributed.barrier()
        yield
        if self.size > 1 and self.is_main:
            distributed.barrier()

    def average_gradients(self, model: torch.nn.Module) -> None:
        """Makes every process's gradients the mean of all."""
        if self.size == 1:
            return
        gradients = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
        flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
        distributed.all_reduce(flat)
        flat /= self.size
        for gradient, part in zip(gradients, torch.split(flat, [gradient.numel() for gradient in gradients]), strict=True):
            gradient.copy_(part.view_as(gradient))

    def agree(self, value: float, device: torch.device) -> float:
        """Returns the main process's value in every process, so that all take the same turns."""
        if self.size == 1:
            return value
        shared = torch.tensor([value], dtype=torch.float64, device=device)
        distributed.broadcast(shared, src=0)
        return float(shared)


def is_main_process() -> bool:
    """Says whether this process writes what a run results in."""
    return int(os.environ.get("RANK", "0")) == 0


def join_world(device: torch.device) -> World:
    """Returns the processes this one was started with, connected to one another."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        return World()
    if not distributed.is_initialized():
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    return World(size, distributed.get_rank())
