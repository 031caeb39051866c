"""What a run reports as it goes: to whoever watches, and to its log."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import torch

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


@dataclass(slots=True)
class Meter:
    """Collects what the batches since the last report came to."""

    losses: list[float] = field(default_factory=list)
    metrics: dict[str, list[float]] = field(default_factory=dict)
    n_tokens: int = 0
    since: float = field(default_factory=time.monotonic)

    def add(self, outcome: Outcome) -> None:
        """Takes in one batch."""
        self.losses.append(float(outcome.loss.detach()))
        self.n_tokens += outcome.n_tokens
        for name, value in outcome.metrics.items():
            self.metrics.setdefault(name, []).append(value)


def write_log(path: Path, progress: Progress) -> None:
    """Appends a report to a run's log."""
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


def cut_log(path: Path, step: int) -> None:
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
