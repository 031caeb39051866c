"""Keeps a run on disk so that it can be taken up again to the same losses: one safetensors file, replaced whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from assistant.errors import BadTrainingState, CannotWrite

if TYPE_CHECKING:
    from pathlib import Path

STATE = "state.safetensors"
MOMENTS = ("step", "exp_avg", "exp_avg_sq")


@dataclass(frozen=True, slots=True)
class Position:
    """How far a run has come.

    Attributes:
        step: optimizer steps done.
        elapsed_s: seconds of training behind it, over all interruptions.
        fingerprint: of the recipe and the data; a run goes on only with the same.
    """

    step: int = 0
    elapsed_s: float = 0.0
    fingerprint: str = ""


def save_state(folder: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer, position: Position) -> None:
    """Writes weights, moments and position; an earlier state is kept until the new one is whole.

    Raises:
        CannotWrite: the disk refused.
    """
    tensors: dict[str, torch.Tensor] = {}
    for name, parameter in model.named_parameters():
        tensors[f"model/{name}"] = parameter.detach().contiguous()
        for moment, value in optimizer.state.get(parameter, {}).items():
            tensors[f"{moment}/{name}"] = torch.as_tensor(value).contiguous()
    facts = {"step": str(position.step), "elapsed_s": repr(position.elapsed_s), "fingerprint": position.fingerprint}
    path, fresh = folder / STATE, folder / f".{STATE}.new"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        save_file(tensors, fresh, metadata=facts)
        fresh.replace(path)
    except (OSError, SafetensorError) as error:
        fresh.unlink(missing_ok=True)
        raise CannotWrite(path=path, why=str(error)) from error


def load_state(folder: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer, fingerprint: str) -> Position:
    """Sets weights and moments from a state, if there is one, and returns where the run stands.

    Raises:
        BadTrainingState: the state is damaged, or belongs to another recipe or other data.
    """
    path = folder / STATE
    if not path.exists():
        return Position(fingerprint=fingerprint)
    try:
        with safe_open(path, framework="pt") as state:
            facts = state.metadata() or {}
            position = Position(int(facts["step"]), float(facts["elapsed_s"]), facts["fingerprint"])
            if position.fingerprint != fingerprint:
                raise BadTrainingState(path=path, why="it was started with another recipe or other data")
            _fill(model, optimizer, {name: state.get_tensor(name) for name in state.keys()})  # noqa: SIM118
    except (OSError, SafetensorError, KeyError, ValueError, RuntimeError) as error:
        raise BadTrainingState(path=path, why=f"the state is damaged ({error})") from error
    return position


@torch.no_grad()
def _fill(model: torch.nn.Module, optimizer: torch.optim.Optimizer, tensors: dict[str, torch.Tensor]) -> None:
    for name, parameter in model.named_parameters():
        parameter.copy_(tensors[f"model/{name}"])
        found = {moment: tensors[f"{moment}/{name}"] for moment in MOMENTS if f"{moment}/{name}" in tensors}
        if found:
            optimizer.state[parameter] = {
                moment: value.clone() if moment == "step" else value.to(parameter.device, copy=True)
                for moment, value in found.items()
            }
