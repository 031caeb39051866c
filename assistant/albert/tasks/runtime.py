"""Answers with a finished task's graph: ONNX Runtime and the tokenizers library, no torch."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.albert.manifest import verify_manifest
from assistant.albert.session import open_session
from assistant.albert.tasks.task import Setup
from assistant.errors import BadCheckpoint, UnfitTaskModel

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tokenizers import Tokenizer

    from assistant.albert.tasks.task import Logits, Pieces, Unit

LOGITS = "logits"
MAX_BATCH = 32


def input_names(setup: Setup) -> list[tuple[str, str]]:
    """Returns the names of pieces and their types, for each sequence that a graph reads at once."""
    n_sequences = 1
    if setup.n_texts > 1:
        n_sequences = {"joint": 1, "twin": 2, "both": 3}[setup.reading]
    if n_sequences == 1:
        return [("input_ids", "token_type_ids")]
    return [(f"input_ids_{number}", f"token_type_ids_{number}") for number in range(n_sequences)]


class TaskSession:
    """A graph that is ready to run.

    Args:
        graph: as `task_graph` writes it.
        setup: of its task.
        threads: of the processor.
    """

    def __init__(self, graph: bytes, setup: Setup, threads: int = 1) -> None:
        self._session = open_session(graph, threads)
        self._setup = setup

    def logits(self, units: Sequence[Unit]) -> list[Logits]:
        """Returns the logits of each unit; units alike in length share a batch, nothing is padded."""
        if self._setup.form == "choice":
            return [np.concatenate([self._run([(sequence,)])[:, 0] for sequence in unit.sequences]) for unit in units]
        groups: dict[tuple[int, ...], list[int]] = {}
        for number, unit in enumerate(units):
            groups.setdefault(tuple(map(len, unit.sequences)), []).append(number)
        found: dict[int, Logits] = {}
        for numbers in groups.values():
            for start in range(0, len(numbers), MAX_BATCH):
                chosen = numbers[start : start + MAX_BATCH]
                rows = self._run([units[number].sequences for number in chosen])
                found.update(zip(chosen, map(self._own, rows, (units[number] for number in chosen)), strict=True))
        return [found[number] for number in range(len(units))]

    def _own(self, row: Logits, unit: Unit) -> Logits:
        """Returns what of a unit's logits counts: the first piece of each word, where words are tagged."""
        return row[unit.places] if self._setup.form == "tags" else row

    def _run(self, rows: Sequence[Sequence[Pieces]]) -> Logits:
        inputs: dict[str, Any] = {}
        for slot, (ids, types) in enumerate(input_names(self._setup)):
            inputs[ids] = np.stack([row[slot].ids for row in rows])
            inputs[types] = np.stack([row[slot].types for row in rows])
        values: Logits = self._session.run([LOGITS], inputs)[0]
        return values


class TaskRuntime:
    """A finished task that answers.

    Args:
        folder: as `albert finetune` writes it; every file is checked before it is read.
        threads: of the processor.

    Raises:
        ManifestMissing, DamagedFile, ForbiddenFile: the folder is not as its manifest says.
        UnfitTaskModel: it is a checkpoint, and no finished task's.
    """

    def __init__(self, folder: Path, threads: int = 1) -> None:
        from tokenizers import Tokenizer

        manifest = verify_manifest(folder)
        try:
            self.setup = Setup.from_json(manifest["task"])
            graph = (folder / "model.onnx").read_bytes()
        except (KeyError, TypeError, OSError) as error:
            raise UnfitTaskModel(folder=folder, why="it is no finished task") from error
        try:
            self.tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # the library raises bare Exception
            raise BadCheckpoint(folder=folder, why=f"tokenizer.json: {error}") from error
        self.session = TaskSession(graph, self.setup, threads)

    def outcomes(self, task: Any, examples: Sequence[Any]) -> list[Any]:
        """Returns what the model says of some examples.

        Args:
            task: from the registry; its name is the setup's.
            examples: of the task's form.
        """
        units = task.units(examples, self.tokenizer, self.setup)
        found: list[Any] = task.outcomes(examples, units, self.session.logits(units), self.setup)
        return found


def read_metrics(folder: Path) -> dict[str, Any]:
    """Returns the figures that a finished task's folder holds."""
    value: dict[str, Any] = json.loads((folder / "metrics.json").read_bytes())
    return value
