"""The training loop that pretraining and distillation share: schedule, accumulation, clipping, progress, resuming."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

import torch

from assistant.albert.optim import learning_rate_factor, make_optimizer
from assistant.albert.parallel import World, join_world
from assistant.albert.training_state import Position, load_state, save_state

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistant.albert.recipes import Loop

LOG = "log.jsonl"


@dataclass(frozen=True, slots=True)
class Progress:
    """How a run goes.

    Attributes:
        step: optimizer steps done; steps: of how many, at most.
        loss: of the last steps since the previous report, their mean.
        metrics: means of what the objective reports, such as ``mlm_accuracy``.
        learning_rate: of the last step.
        tokens_per_s: tokens trained on a second, padding not counted.
        elapsed_s: seconds of training so far; left_s: seconds still to go, at this pace.
    """

    step: int
    steps: int
    loss: float
    metrics: dict[str, float]
    learning_rate: float
    tokens_per_s: float
    elapsed_s: float
    left_s: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """One batch's loss with its graph, what to report of it, and the tokens in it."""

    loss: torch.Tensor
    metrics: dict[str, float]
    n_tokens: int


class Objective(Protocol):
    """What a run minimises."""

    def __call__(self, number: int) -> Outcome:
        """Returns the loss of the batch with this number; the same number gives the same batch."""
        ...


@dataclass(slots=True)
class _Meter:
    losses: list[float] = field(default_factory=list)
    metrics: dict[str, list[float]] = field(default_factory=dict)
    n_tokens: int = 0
    since: float = field(default_factory=time.monotonic)

    def add(self, outcome: Outcome) -> None:
        self.losses.append(float(outcome.loss.detach()))
        self.n_tokens += outcome.n_tokens
        for name, value in outcome.metrics.items():
            self.metrics.setdefault(name, []).append(value)


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
        _cut_log(folder / LOG, position.step)
    started, saved, meter = time.monotonic() - position.elapsed_s, time.monotonic(), _Meter()
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


def autocast(device: torch.device, precision: str) -> torch.autocast:
    """Returns the context that products are computed in: bfloat16 where wanted and worthwhile, else float32.

    Args:
        device: where the model lies.
        precision: ``bfloat16``, ``float32``, or ``auto``: bfloat16 where the processor multiplies it natively.
    """
    enabled = precision == "bfloat16" or (precision == "auto" and has_fast_bfloat16(device))
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=enabled)


def has_fast_bfloat16(device: torch.device) -> bool:
    """Says whether the device multiplies bfloat16 natively."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type != "cpu" or not hasattr(torch.cpu, "get_capabilities"):
        return False
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16") or capabilities.get("bf16"))


def _share_done(loop: Loop, position: Position) -> float:
    share = position.step / loop.steps
    return max(share, position.elapsed_s / (loop.time_limit_min * 60)) if loop.time_limit_min else share


def _gather(objective: Objective, loop: Loop, step: int, world: World, meter: _Meter) -> None:
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
    meter: _Meter,
    on_progress: Callable[[Progress], None] | None,
) -> _Meter:
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
    _write_log(folder / LOG, progress)
    if on_progress:
        on_progress(progress)
    return _Meter()


def _write_log(path: Path, progress: Progress) -> None:
    row = {
        "step": progress.step,
        "loss": round(progress.loss, 5),
        **{name: round(value, 5) for name, value in progress.metrics.items()},
        "learning_rate": round(progress.learning_rate, 8),
        "tokens_per_s": round(progress.tokens_per_s),
        "elapsed_s": round(progress.elapsed_s, 1),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as log:
        log.write(json.dumps(row) + "\n")


def _cut_log(path: Path, step: int) -> None:
    """Drops what an interrupted run logged after its last saved state; those steps are done again."""
    if not path.exists():
        return
    kept = [row for row in path.read_text(encoding="utf-8").splitlines() if _step_of(row) <= step]
    path.write_text("".join(f"{row}\n" for row in kept), encoding="utf-8")


def _step_of(row: str) -> float:
    """Returns the step of a row; one that was cut short comes after every step."""
    try:
        return float(json.loads(row)["step"])
    except (ValueError, KeyError, TypeError):
        return float("inf")
