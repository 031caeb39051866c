"""A training as the screens see it: what it has reported so far, and how it ended."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import Enum
from time import monotonic
from typing import TYPE_CHECKING

from assistant.languages import N_

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.evaluation.comparison import Comparison
    from assistant.messages import Progress
    from assistant.training.shelf import KeptModel
    from assistant.ui.ports import Mode, TrainingOutcome


class Fate(Enum):
    """What became of the model that a training made."""

    OPEN = "nobody has decided"
    USED = "put into use"
    DISCARDED = "thrown away"


class RunState(Enum):
    """How far a training is; the value is what the screen says, in English."""

    IDLE = N_("Not started")
    RUNNING = N_("Training")
    DONE = N_("Done")
    CANCELLED = N_("Cancelled; the model in use stays")
    FAILED = N_("Failed; the model in use stays")


@dataclass(slots=True)
class TrainingRun:
    """One training.

    Attributes:
        mode: fast or full; None before the first.
        state: how far it is.
        stage: what is being done; done, total: in units of the stage, total 0 when it is not known.
        figures: the newest value of each metric.
        curves: all values of each metric, as (step, value).
        outcome: what it made, once it is done.
        rival: the model that was in use when it was done; None: there was none.
        comparison: what changes when the new one takes its place; None where that cannot be told.
        fate: what became of the model.
        error: why it failed.
    """

    mode: Mode | None = None
    state: RunState = RunState.IDLE
    stage: str = ""
    done: int = 0
    total: int = 0
    figures: dict[str, float] = field(default_factory=dict)
    curves: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    outcome: TrainingOutcome | None = None
    rival: KeptModel | None = None
    comparison: Comparison | None = None
    fate: Fate = Fate.OPEN
    error: Exception | None = None
    started_at: float = field(default_factory=lambda: monotonic())  # noqa: PLW0108 (looked up at call: tests stop it)
    ended_at: float | None = None
    _step: int = 0
    _stage_at: float = 0.0

    @property
    def percent(self) -> int | None:
        """How much of the stage is done, in percent; None when that is not known."""
        return min(100 * self.done // self.total, 100) if self.total else None

    @property
    def elapsed_s(self) -> float:
        """Seconds from its start to its end, or to now."""
        return (monotonic() if self.ended_at is None else self.ended_at) - self.started_at

    @property
    def left_s(self) -> float | None:
        """Seconds until the stage is done, if it goes on as it did; None when that cannot be told yet."""
        if self.state is not RunState.RUNNING or not self.total or not self.done:
            return None
        return (monotonic() - self._stage_at) / self.done * (self.total - self.done)

    def note(self, folder: Path, fate: Fate) -> None:
        """Notes what became of a model, if it is the one that this training made."""
        if self.outcome is not None and self.outcome.folder == folder:
            self.fate = fate

    def end(self, state: RunState) -> None:
        """Notes how it ended."""
        self.state, self.ended_at = state, monotonic()

    def add(self, progress: Progress) -> None:
        """Takes in a report."""
        if progress.stage != self.stage or progress.done < self.done:
            self._stage_at = monotonic()
        self.stage, self.done, self.total = progress.stage, progress.done, progress.total
        if progress.metrics:
            self._step += 1
        for name, value in progress.metrics.items():
            self.figures[name] = value
            self.curves[name].append((float(self._step), value))
