"""The training loop that pretraining and distillation share: schedule, accumulation, clipping, progress, resuming."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import torch

from assistant.albert.optim import learning_rate_factor, make_optimizer
from assistant.albert.parallel import World, join_world
from assistant.albert.progress import LOG, Meter, Progress, cut_log, write_log
from assistant.albert.training_state import Position, load_state, save_state

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistant.albert.progress import Outcome
    from assistant.albert.recipes import Loop


class Objective(Protocol):
    """What a run minimises."""

    def __call__(self, number: int) -> Outcome:
        """Returns the loss of the batch with this number; the same number gives the same batch."""
        ...


def train(
    model: torch.nn.Module,
    objective: Objective,
    loop: Loop,
    folder: Path,
    fingerprint: str,
    on_progress: Callable[[Progress], None] | None = None,
) -> Position:
    """Trains the model in place, from the start or from where the folder says that a run stopped.

    Args:
        model: what is trained.
        objective: gives the loss of each batch.
        loop: steps, rates and how often to save.
        folder: of the run's state and log.
        fingerprint: a run is taken up again only when it is the same.
        on_progress: called after every ``log_every`` steps.

    Returns:
        How far the run came: to the last step, or to the end of its time.

    Raises:
        BadTrainingState: the folder holds another run, or a damaged one.
        CannotWrite: the disk refused.
    """
    device = next(model.parameters()).device
    world = join_world(device)
    optimizer = make_optimizer(model, loop.optimizer, loop.learning_rate, loop.weight_decay)
    position = load_state(folder, model, optimizer, fingerprint)
    if world.is_main:
        cut_log(folder / LOG, position.step)
    started, saved, meter = time.monotonic() - position.elapsed_s, time.monotonic(), Meter()
    model.train()
    try:
        while (done := _share_done(loop, position)) < 1:
            rate = loop.learning_rate * learning_rate_factor(position.step, loop.warmup_steps, done)
            _gather(objective, loop, position.step, world, meter)
            _move(model, optimizer, loop, rate, world)
            elapsed_s = world.agree(time.monotonic() - started, device)
            position = replace(position, step=position.step + 1, elapsed_s=elapsed_s)
            if world.is_main and position.step % loop.log_every == 0:
                meter = _report(folder, loop, position, rate, meter, on_progress)
            if world.is_main and time.monotonic() - saved > loop.save_every_min * 60:
                save_state(folder, model, optimizer, position)
                saved = time.monotonic()
    finally:
        if world.is_main:
            save_state(folder, model, optimizer, position)
    model.eval()
    return position


def _share_done(loop: Loop, position: Position) -> float:
    share = position.step / loop.steps
    return max(share, position.elapsed_s / (loop.time_limit_min * 60)) if loop.time_limit_min else share


def _gather(objective: Objective, loop: Loop, step: int, world: World, meter: Meter) -> None:
    """Adds up the gradients of this process's batches of a step: every batch number falls to exactly one process."""
    for part in range(loop.accumulate):
        outcome = objective((step * loop.accumulate + part) * world.size + world.rank)
        (outcome.loss / loop.accumulate).backward()  # type: ignore[no-untyped-call]
        meter.add(outcome)


def _move(model: torch.nn.Module, optimizer: torch.optim.Optimizer, loop: Loop, rate: float, world: World) -> None:
    world.average_gradients(model)
    torch.nn.utils.clip_grad_norm_(model.parameters(), loop.clip_norm)
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)


def _report(
    folder: Path,
    loop: Loop,
    position: Position,
    rate: float,
    meter: Meter,
    on_progress: Callable[[Progress], None] | None,
) -> Meter:
    done = _share_done(loop, position)
    progress = Progress(
        step=position.step,
        steps=loop.steps,
        loss=sum(meter.losses) / len(meter.losses),
        metrics={name: sum(values) / len(values) for name, values in meter.metrics.items()},
        learning_rate=rate,
        tokens_per_s=meter.n_tokens / max(1e-9, time.monotonic() - meter.since),
        elapsed_s=position.elapsed_s,
        left_s=position.elapsed_s * (1 - done) / done,
    )
    write_log(folder / LOG, progress)
    if on_progress:
        on_progress(progress)
    return Meter()
