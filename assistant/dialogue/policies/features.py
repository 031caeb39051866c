"""Turns what policies see into numbers, for the policy that is learned."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from assistant.dialogue.tracker import State


def named(state: State) -> dict[str, float]:
    """Returns what is true of a state: 1 for its intent, entities, last action and form, and the slots' own features."""
    found = {f"entity:{name}": 1.0 for name in state.entities}
    if state.intent is not None:
        found[f"intent:{state.intent}"] = 1.0
    if state.prev_action is not None:
        found[f"after:{state.prev_action}"] = 1.0
    if state.active_loop:
        found[f"form:{state.active_loop}"] = 1.0
    for name, feature in state.slots:
        found |= {f"slot:{name}:{index}": value for index, value in enumerate(feature) if value}
    return found


@dataclass(frozen=True)
class StateFeatures:
    """The features that a model knows, by position.

    Attributes:
        names: sorted; a feature of another name is not seen.
    """

    names: tuple[str, ...]
    _positions: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_positions", {name: position for position, name in enumerate(self.names)})

    @classmethod
    def of(cls, states: Iterable[State]) -> StateFeatures:
        """Returns all features of some states."""
        return cls(tuple(sorted({name for state in states for name in named(state)})))

    def knows(self, name: str) -> bool:
        """Returns whether a feature of that name is seen."""
        return name in self._positions

    def matrix(self, states: Sequence[State], n_rows: int | None = None) -> NDArray[np.float32]:
        """Returns a row a state.

        Args:
            states: oldest first.
            n_rows: so many rows, the last ones filled: rows of zeros come before the first state; None: as many as states.

        Returns:
            Shape: (n_rows, len(names)) float32.
        """
        rows = len(states) if n_rows is None else n_rows
        matrix = np.zeros((rows, len(self.names)), dtype=np.float32)
        for row, state in enumerate(states[-rows:], start=max(0, rows - len(states))):
            for name, value in named(state).items():
                position = self._positions.get(name)
                if position is not None:
                    matrix[row, position] = value
        return matrix
