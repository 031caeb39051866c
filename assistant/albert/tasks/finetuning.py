"""The loop that every task is fine-tuned by: LLRD, early stopping with the best epoch kept, resuming to the same losses.

Every step's batch and dropout follow from the seed and the step's number alone, so a run that was interrupted goes on as if it had
not been, and several processes (``accelerate launch``, ``torchrun``) together do what one does.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import torch

from assistant.albert.layer_decay import LayerDecay
from assistant.albert.optim import learning_rate_factor
from assistant.albert.parallel import join_world
from assistant.albert.progress import LOG, Meter, Outcome, Progress, cut_log, write_log
from assistant.albert.tasks.metrics import rounded
from assistant.albert.tasks.plan import epoch_order, rate_groups
from assistant.albert.tasks.run_state import Trail, load_best, save_best
from assistant.albert.training_state import load_state, save_state
from assistant.errors import TrainingDiverged

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from torch import Tensor

    from assistant.albert.tasks.model import TaskModel
    from assistant.albert.tasks.settings import TaskRecipe
    from assistant.albert.tasks.task import Unit
    from assistant.albert.tasks.teaching import TaskTeacher
    from assistant.albert.training_state import Position

BETAS = (0.9, 0.98)


@dataclass(slots=True)
class FineTuning:
    """One run.

    Attributes:
        model: trained in place.
        units: to learn from; those without a target only by the teacher.
        recipe: how.
        folder: of the run's state and log.
        fingerprint: a run goes on only with the same recipe and data.
        judge: scores the model as it is; gives the main figure, and all of them.
        teacher: a larger model of the same task to learn from as well; None: there is none.
        on_progress: told as the run goes.
    """

    model: TaskModel
    units: Sequence[Unit]
    recipe: TaskRecipe
    folder: Path
    fingerprint: str
    judge: Callable[[TaskModel], tuple[float, dict[str, float]]]
    teacher: TaskTeacher | None = None
    on_progress: Callable[[Progress], None] | None = None
    _trail: Trail = field(default_factory=Trail)
    _meter: Meter = field(default_factory=Meter)

    @property
    def steps_an_epoch(self) -> int:
        """Optimizer steps in which each unit is seen once."""
        return math.ceil(len(self.units) / self.recipe.batch_size)

    @property
    def n_steps(self) -> int:
        """Optimizer steps, at most."""
        return self.recipe.steps or self.recipe.epochs * self.steps_an_epoch

    def run(self) -> tuple[Position, Trail]:
        """Trains, leaves the weights of the best epoch in the model, and returns how far it came and how each epoch did.

        Raises:
            BadTrainingState: the folder holds another run, or a damaged one.
            TrainingDiverged: the loss is no number any more.
            CannotWrite: the disk refused.
        """
        device = self.model.encoder.device
        world = join_world(device)
        optimizer = torch.optim.AdamW(rate_groups(self.model, self.recipe), betas=BETAS, eps=1e-6, fused=True)
        position = load_state(self.folder, self.model, optimizer, self.fingerprint)
        self._trail = Trail.load(self.folder, position.step // self.steps_an_epoch)
        if world.is_main:
            cut_log(self.folder / LOG, position.step)
        started, saved = time.monotonic() - position.elapsed_s, time.monotonic()
        self._meter = Meter()
        try:
            with torch.random.fork_rng(devices=[]), LayerDecay(self.model.encoder, self.recipe.layer_decay):
                while not self._is_over(position):
                    if self._is_epoch_done(position):
                        self._close(position, world)
                        continue
                    factor = self._step(position.step, optimizer, world)
                    elapsed_s = world.agree(time.monotonic() - started, device)
                    position = replace(position, step=position.step + 1, elapsed_s=elapsed_s)
                    if world.is_main and position.step % self.recipe.log_every == 0:
                        self._report(position, factor * self.recipe.encoder_rate)
                    if world.is_main and time.monotonic() - saved > self.recipe.save_every_min * 60:
                        save_state(self.folder, self.model, optimizer, position)
                        saved = time.monotonic()
        finally:
            if world.is_main:
                save_state(self.folder, self.model, optimizer, position)
        if world.is_main:
            load_best(self.folder, self.model)
        self.model.eval()
        return position, self._trail

    def _is_over(self, position: Position) -> bool:
        is_at_end = position.step >= self.n_steps and not self._is_epoch_done(position)
        return is_at_end or self._trail.is_over(self.recipe.patience)

    def _is_epoch_done(self, position: Position) -> bool:
        """Says whether an epoch (or the whole run) has ended that was not measured yet."""
        epoch = self._epoch_behind(position)
        is_at_border = position.step % self.steps_an_epoch == 0 or position.step >= self.n_steps
        return position.step > 0 and is_at_border and epoch not in self._trail.scores

    def _epoch_behind(self, position: Position) -> int:
        return math.ceil(position.step / self.steps_an_epoch)

    def _close(self, position: Position, world: Any) -> None:
        """Measures the epoch that has just ended."""
        epoch = self._epoch_behind(position)
        score, figures = self.judge(self.model) if world.is_main else (0.0, {})
        score = world.agree(score, self.model.encoder.device)
        is_best = self._trail.add(epoch, score, rounded(figures))
        if not world.is_main:
            return
        if is_best:
            save_best(self.folder, self.model)
        self._trail.save(self.folder)
        self._report(position, 0.0, figures)

    def _step(self, step: int, optimizer: torch.optim.Optimizer, world: Any) -> float:
        """Does one optimizer step, and returns the factor on its rates."""
        recipe = self.recipe
        rows = self._batch(step)
        parts = [rows[number :: world.size * recipe.accumulate] for number in range(world.size * recipe.accumulate)]
        self.model.train()
        for part in parts[world.rank :: world.size]:
            # A process without a share still takes part in the averaging: its gradients are those of one unit, times nought.
            share = len(part) / len(rows) * world.size
            chosen = part or rows[:1]
            torch.manual_seed((recipe.seed * 1_000_003 + step) * world.size + world.rank)
            value = self._loss(chosen)
            if not torch.isfinite(value):
                raise TrainingDiverged(epoch=step // self.steps_an_epoch + 1)
            (value * share).backward()
            if part:
                self._meter.add(Outcome(value, {}, sum(self.units[row].n_pieces for row in chosen)))
        world.average_gradients(self.model)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), recipe.clip_norm)
        warm_up = recipe.warmup_steps or round(self.n_steps * recipe.warm_up)
        factor = learning_rate_factor(step, warm_up, step / self.n_steps)
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * factor
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return factor

    def _loss(self, rows: Sequence[int]) -> Tensor:
        """Returns the mean loss of some units: by their labels, by the teacher, or by both as the recipe weighs them."""
        chosen, weight = [self.units[row] for row in rows], self.recipe.distil_weight
        logits, head = self.model(chosen), self.model.head
        if self.teacher is None:
            own: Tensor = head.losses(logits, chosen)
            return own.mean()
        theirs = [row.to(logits) for row in self.teacher.logits(rows)]
        total: Tensor = weight * head.match(logits, theirs, chosen, self.recipe.temperature).sum()
        labelled = [place for place, unit in enumerate(chosen) if unit.target is not None]
        if labelled and weight < 1:
            total = total + (1 - weight) * head.losses(logits[labelled], [chosen[place] for place in labelled]).sum()
        return total / len(chosen)

    def _batch(self, step: int) -> list[int]:
        """Returns the units of a step: every one once an epoch, alike in length within a batch."""
        epoch, place = divmod(step, self.steps_an_epoch)
        if self._order_of != epoch:
            self._order, self._order_of = epoch_order(self.units, self.recipe, epoch), epoch
        return self._order[place]

    _order: list[list[int]] = field(default_factory=list)
    _order_of: int = -1

    def _report(self, position: Position, rate: float, figures: dict[str, float] | None = None) -> None:
        done = position.step / self.n_steps
        meter = self._meter
        losses = meter.losses or [float("nan")]
        progress = Progress(
            step=position.step,
            steps=self.n_steps,
            loss=sum(losses) / len(losses),
            metrics=figures if figures is not None else {},
            learning_rate=rate,
            tokens_per_s=meter.n_tokens / max(1e-9, time.monotonic() - meter.since),
            elapsed_s=position.elapsed_s,
            left_s=position.elapsed_s * (1 - done) / done,
        )
        if figures is None:
            write_log(self.folder / LOG, progress)
            self._meter = Meter()
        if self.on_progress:
            self.on_progress(progress)
