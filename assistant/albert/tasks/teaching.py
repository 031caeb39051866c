"""What a larger model of the same task says of each example, to learn from beside the labels (Hinton et al. 2015).

The teacher reads examples its own way: its vocabulary, its length and its reading of two texts may be others than the student's.
It is asked once about each example, however many epochs there are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch

from assistant.albert.checkpoint import load_checkpoint
from assistant.albert.tasks.building import finished_model, finished_setup
from assistant.albert.tasks.examples import TextExample
from assistant.albert.tasks.rows import read_lines
from assistant.errors import BadTaskData, Place, UnfitTaskModel

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer
    from torch import Tensor

    from assistant.albert.checkpoint import Checkpoint
    from assistant.albert.tasks.model import TaskModel
    from assistant.albert.tasks.task import Setup, Unit


@dataclass(slots=True)
class TaskTeacher:
    """A finished model with the examples that it is asked about.

    Attributes:
        model: larger, as a rule.
        units: the examples as it reads them, in the order of the student's.
    """

    model: TaskModel
    units: Sequence[Unit]
    _known: dict[int, NDArray[np.float32]] = field(default_factory=dict)

    def logits(self, numbers: Sequence[int]) -> list[Tensor]:
        """Returns the logits of some units, each on its own as `measure` gives them."""
        fresh = [number for number in numbers if number not in self._known]
        if fresh:
            self._known.update(zip(fresh, self.model.measure([self.units[number] for number in fresh]), strict=True))
        return [torch.from_numpy(self._known[number]) for number in numbers]


def load_teacher(folder: Path, task: Any, setup: Setup, tokenizer: Tokenizer, examples: Sequence[Any]) -> TaskTeacher:
    """Returns a finished folder's model as a teacher of some examples.

    Args:
        folder: of the same task and labels.
        task: from the registry.
        setup: of the student.
        tokenizer: of the student.
        examples: to learn from.

    Raises:
        UnfitTaskModel: it is another task's or no finished task's, or it reads texts in windows that the student has not.
        BadCheckpoint, DamagedFile: the folder is damaged.
    """
    checkpoint = load_checkpoint(folder)
    theirs = _fitting_setup(folder, checkpoint, setup, tokenizer)
    try:
        model = finished_model(checkpoint, theirs, "auto")
    except (KeyError, RuntimeError) as error:
        raise UnfitTaskModel(folder=folder, why=f"its head's weights are missing or damaged ({error})") from error
    return TaskTeacher(model, task.units(examples, checkpoint.tokenizer, theirs))


def _fitting_setup(folder: Path, checkpoint: Checkpoint, setup: Setup, tokenizer: Tokenizer) -> Setup:
    theirs = finished_setup(checkpoint)
    if theirs is None:
        raise UnfitTaskModel(folder=folder, why="it is no finished task")
    if (theirs.task, theirs.form, theirs.labels) != (setup.task, setup.form, setup.labels):
        raise UnfitTaskModel(folder=folder, why=f'it is "{theirs.task}" with other labels than this run\'s')
    if setup.form == "span":
        has_same_windows = (theirs.max_pieces, theirs.stride) == (setup.max_pieces, setup.stride)
        if not has_same_windows or checkpoint.tokenizer.get_vocab() != tokenizer.get_vocab():
            raise UnfitTaskModel(folder=folder, why="it reads texts in other windows or pieces, whose answers cannot be compared")
    return theirs


def read_unlabelled(path: Path, setup: Setup) -> list[TextExample]:
    """Returns texts that nobody labelled, for a teacher to label: one a line, or two parted by a tab as the task has them.

    Args:
        path: the file, in UTF-8.
        setup: of the student.

    Raises:
        BadTaskData: the file cannot be read, a line has another number of texts, or the task is none of texts.
    """
    if setup.form not in {"one_label", "number", "many_labels"}:
        raise BadTaskData(
            where=Place(str(path)), why=f'"{setup.task}" takes no texts without labels: its examples are more than texts'
        )
    examples = []
    for number, line in enumerate(read_lines(path), start=1):
        texts = tuple(text.strip() for text in line.split("\t"))
        if len(texts) != setup.n_texts:
            raise BadTaskData(where=Place(str(path), number), why=f"the line has {len(texts)} texts, {setup.n_texts} are needed")
        examples.append(TextExample(f"unlabelled-{number}", texts))
    return examples
