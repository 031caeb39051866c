"""From a task's files to a finished folder: reads, trains, chooses thresholds, measures, writes graph and card."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.albert.checkpoint import load_checkpoint
from assistant.albert.parallel import join_world
from assistant.albert.tasks.building import finished_setup, make_model
from assistant.albert.tasks.data_choice import choose
from assistant.albert.tasks.finetuning import FineTuning
from assistant.albert.tasks.metrics import rounded
from assistant.albert.tasks.overlap import apart_from, measured_texts
from assistant.albert.tasks.teaching import load_teacher, read_unlabelled
from assistant.albert.teacher import PACKAGE, TEACHER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from assistant.albert.checkpoint import Checkpoint
    from assistant.albert.progress import Progress
    from assistant.albert.tasks.data_choice import Chosen
    from assistant.albert.tasks.model import TaskModel
    from assistant.albert.tasks.settings import TaskRecipe
    from assistant.albert.tasks.task import Setup


@dataclass(frozen=True, slots=True)
class Finished:
    """A task's model with what is known of it.

    Attributes:
        task: what it was fine-tuned for.
        setup: with the thresholds that were chosen.
        model: its best epoch's weights, float32 on the processor.
        checkpoint: encoder and tokenizer.
        data: what it learnt from, was chosen by, and was measured on.
        metrics: on dev; parts beside the first have the part's name in front.
        epochs: figures of each epoch on what chose among them.
        facts: ``epoch`` kept, ``steps``, ``minutes``, ``judged_by``, counts of examples, ``base`` and ``teacher``.
    """

    task: Any
    setup: Setup
    model: TaskModel
    checkpoint: Checkpoint
    data: Chosen
    metrics: dict[str, float]
    epochs: dict[int, dict[str, float]]
    facts: dict[str, Any]

    def outcomes(self, examples: Sequence[Any]) -> list[Any]:
        """Returns what the model says of some examples."""
        units = self.task.units(examples, self.checkpoint.tokenizer, self.setup)
        found: list[Any] = self.task.outcomes(examples, units, self.model.measure(units), self.setup)
        return found


@dataclass(frozen=True, slots=True)
class Extras:
    """What a run learns from beside a task's own labels, and what it leaves out.

    Attributes:
        teacher: finished folder of the same task to learn from; None: there is none.
        unlabelled: file of further texts that the teacher labels; None: there are none.
        without: other tasks in the same folder, whose dev and test no example to learn from may share a text with.
    """

    teacher: Path | None = None
    unlabelled: Path | None = None
    without: Sequence[Any] = ()


def run_task(
    task: Any,
    data: Path,
    base: Path,
    recipe: TaskRecipe,
    folder: Path,
    *,
    device: str = "cpu",
    extras: Extras | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Finished | None:
    """Fine-tunes a task; a run that was interrupted in the same folder goes on.

    Args:
        task: from the registry.
        data: folder with its files.
        base: a checkpoint, or a finished task's folder, whose encoder is taken.
        recipe: how.
        folder: of the run's state and log.
        device: ``cpu`` or ``cuda``.
        extras: what changes what it learns from; None: nothing.
        on_progress: told as the run goes.

    Returns:
        What came of it, in the main process; None in the others.

    Raises:
        BadTaskData, BadCheckpoint, UnfitTaskModel, BadTrainingState, TrainingDiverged, CannotWrite: see there.
    """
    device, extras = _own_device(device), extras or Extras()
    splits = task.read(data)
    measured = measured_texts(extras.without, data)
    train_rows = apart_from(splits.train, measured) if measured else splits.train
    chosen = choose(dataclasses.replace(splits, train=tuple(train_rows)), recipe)
    checkpoint = load_checkpoint(base)
    source = _named(checkpoint, base)
    setup = task.setup(chosen.train, reading=recipe.reading, max_pieces=recipe.max_pieces, stride=recipe.stride)
    setup = dataclasses.replace(setup, pooling=recipe.pooling)
    learnt = [*chosen.train, *(apart_from(read_unlabelled(extras.unlabelled, setup), measured) if extras.unlabelled else ())]
    model = make_model(checkpoint, setup, recipe).to(device)
    master = load_teacher(extras.teacher, task, setup, checkpoint.tokenizer, learnt) if extras.teacher else None
    if master:
        master.model.to(device)
    train = task.units(learnt, checkpoint.tokenizer, setup)
    units = task.units(chosen.judge, checkpoint.tokenizer, setup)

    def judge(current: TaskModel) -> tuple[float, dict[str, float]]:
        if not chosen.judge:
            return 0.0, {}
        figures = task.score(chosen.judge, task.outcomes(chosen.judge, units, current.measure(units), setup))
        return figures[task.main_metric], figures

    mark = _fingerprint(recipe, task.name, checkpoint, [*learnt, *chosen.judge], extras.teacher)
    position, trail = FineTuning(model, train, recipe, folder, mark, judge, master, on_progress).run()
    if not join_world(model.encoder.device).is_main:
        return None
    model.to("cpu").precision = "float32"
    if chosen.judge:
        setup = setup.tuned(task.tune(chosen.judge, units, model.measure(units), setup))
    facts = {
        "epoch": trail.best,
        "steps": position.step,
        "minutes": round(position.elapsed_s / 60, 1),
        "judged_by": chosen.judged_by,
        "examples": {"train": len(chosen.train)} | {part: len(rows) for part, rows in chosen.dev.items()},
        "unlabelled": len(learnt) - len(chosen.train),
        "left_out": len(splits.train) - len(train_rows),
        "skipped_rows": splits.n_skipped,
        "base": source,
        "teacher": _named(load_checkpoint(extras.teacher), extras.teacher) if extras.teacher else None,
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
    }
    finished = Finished(task, setup, model, checkpoint, chosen, {}, trail.figures, facts)
    return dataclasses.replace(finished, metrics=_measured(finished))


def _own_device(device: str) -> str:
    """Returns this process's accelerator, where several share a machine: the launcher numbers them."""
    number = os.environ.get("LOCAL_RANK")
    return f"{device}:{number}" if device == "cuda" and number else device


def _measured(finished: Finished) -> dict[str, float]:
    figures: dict[str, float] = {}
    for number, (part, examples) in enumerate(finished.data.dev.items()):
        found = rounded(finished.task.score(examples, finished.outcomes(examples)))
        figures |= found if number == 0 else {f"{part}_{name}": value for name, value in found.items()}
    return figures


def _named(checkpoint: Checkpoint, folder: Path) -> str:
    """Returns what to call a checkpoint in a card: its folder's name, and the task it was fine-tuned for."""
    setup, place = finished_setup(checkpoint), folder.resolve()
    name = TEACHER if place.parent.name == PACKAGE else place.name
    return name + (f", fine-tuned on {setup.task}" if setup else "")


def _fingerprint(recipe: TaskRecipe, name: str, checkpoint: Checkpoint, examples: Sequence[Any], teacher: Path | None) -> str:
    """Returns a hash of all that decides a run."""
    digest = hashlib.sha256()
    fixed: Mapping[str, Any] = dataclasses.asdict(recipe) | {"log_every": 0, "save_every_min": 0}
    digest.update(json.dumps([name, fixed, str(teacher and teacher.resolve())], sort_keys=True).encode())
    for key, value in sorted(checkpoint.model.state_dict().items()):
        digest.update(f"{key} {float(value.double().sum())!r}".encode())
    for example in examples:
        digest.update(repr(example).encode())
    return digest.hexdigest()[:16]
