"""What a fine-tuning keeps beside its state, to go on where it stopped: how each epoch did, and the best one's weights."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from assistant.albert.tasks.glue_submission import write_whole
from assistant.errors import BadTrainingState, CannotWrite

if TYPE_CHECKING:
    from pathlib import Path

    import torch

TRAIL = "epochs.json"
BEST = "best.safetensors"


@dataclass(slots=True)
class Trail:
    """How the epochs did.

    Attributes:
        scores: of the main metric, by epoch from 1.
        figures: all of them, by epoch.
    """

    scores: dict[int, float] = field(default_factory=dict)
    figures: dict[int, dict[str, float]] = field(default_factory=dict)

    @property
    def best(self) -> int:
        """The epoch that did best, the first of several; 0 before the first."""
        return max(self.scores, key=lambda epoch: (self.scores[epoch], -epoch), default=0)

    def add(self, epoch: int, score: float, figures: dict[str, float]) -> bool:
        """Takes in an epoch, and says whether it is the best so far."""
        self.scores[epoch], self.figures[epoch] = score, figures
        return self.best == epoch

    def is_over(self, patience: int) -> bool:
        """Says whether so many epochs in a row brought nothing."""
        return bool(self.scores) and max(self.scores) - self.best >= patience

    def save(self, folder: Path) -> None:
        """Writes the trail beside the run's state."""
        value = {str(epoch): {"score": self.scores[epoch], "figures": self.figures[epoch]} for epoch in sorted(self.scores)}
        write_whole(folder / TRAIL, json.dumps(value, indent=2) + "\n")

    @classmethod
    def load(cls, folder: Path, n_epochs: int) -> Trail:
        """Returns the trail of the epochs that the run's state has behind it; what came after is done again.

        Raises:
            BadTrainingState: the file is damaged.
        """
        path, trail = folder / TRAIL, cls()
        if not path.exists():
            return trail
        try:
            for epoch, row in json.loads(path.read_bytes()).items():
                if int(epoch) <= n_epochs:
                    trail.add(int(epoch), float(row["score"]), dict(row["figures"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadTrainingState(path=path, why=f"the list of epochs is damaged ({error})") from error
        return trail


def save_best(folder: Path, model: torch.nn.Module) -> None:
    """Writes the weights of the best epoch; an earlier file is kept until the new one is whole.

    Raises:
        CannotWrite: the disk refused.
    """
    path, fresh = folder / BEST, folder / f".{BEST}.new"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        save_file({name: value.detach().cpu().contiguous() for name, value in model.state_dict().items()}, fresh)
        fresh.replace(path)
    except (OSError, SafetensorError) as error:
        fresh.unlink(missing_ok=True)
        raise CannotWrite(path=path, why=str(error)) from error


def load_best(folder: Path, model: torch.nn.Module) -> None:
    """Sets the model to the weights of the best epoch.

    Raises:
        BadTrainingState: the file is missing or damaged.
    """
    path = folder / BEST
    try:
        model.load_state_dict(load_file(path))
    except (OSError, SafetensorError, RuntimeError) as error:
        raise BadTrainingState(path=path, why=f"the best epoch's weights cannot be read ({error})") from error
