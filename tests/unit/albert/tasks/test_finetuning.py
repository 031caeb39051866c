"""The loop: what it learns, what it keeps, and that stopping in the middle changes nothing."""

from __future__ import annotations

import copy
import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pytest
import torch

from assistant.albert.tasks.building import make_model
from assistant.albert.tasks.data_choice import choose
from assistant.albert.tasks.examples import Splits, TextExample
from assistant.albert.tasks.finetuning import FineTuning
from assistant.albert.tasks.registry import find_task
from assistant.albert.tasks.settings import TaskRecipe
from assistant.albert.tasks.teaching import TaskTeacher
from assistant.errors import BadTrainingState, TrainingDiverged

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from assistant.albert.checkpoint import Checkpoint
    from assistant.albert.progress import Progress
    from assistant.albert.tasks.model import TaskModel
    from assistant.albert.tasks.task import Unit

RECIPE = TaskRecipe(
    epochs=3, batch_size=4, encoder_rate=1e-3, head_rate=1e-2, log_every=1, head_dropout=0.2, precision="float32", seed=3
)
LONG = TaskRecipe(epochs=25, batch_size=5, encoder_rate=3e-3, head_rate=2e-2, patience=25, precision="float32", log_every=1)
ROWS = [
    TextExample(str(n), (f"{subject} {verb}",), str(n % 2))
    for n, (verb, subject) in enumerate(
        (verb, subject)
        for subject in ("my order", "the parcel", "a refund", "this invoice", "our voucher")
        for verb in ("has not arrived", "was paid twice")
    )
]


class Stop(Exception):
    pass


def run(
    checkpoint: Checkpoint,
    folder: Path,
    recipe: TaskRecipe = RECIPE,
    *,
    stop_at: int = 0,
    judge: Callable[[TaskModel], tuple[float, dict[str, float]]] | None = None,
    teacher: TaskModel | None = None,
    targets: bool = True,
) -> tuple[TaskModel, Any, list[dict[str, float]]]:
    task = find_task("sst2")
    setup = task.setup(ROWS, reading="joint", max_pieces=24, stride=1)
    own = copy.deepcopy(checkpoint)
    model = make_model(own, setup, recipe)
    units = task.units(ROWS, own.tokenizer, setup)

    def accuracy(current: TaskModel) -> tuple[float, dict[str, float]]:
        figures = task.score(ROWS, task.outcomes(ROWS, units, current.measure(units), setup))
        return figures["accuracy"], figures

    def watch(progress: Progress) -> None:
        if stop_at and progress.step == stop_at:
            raise Stop

    master = TaskTeacher(teacher, units) if teacher else None
    learnt = units if targets else [dataclasses.replace(unit, target=None) for unit in units]
    tuning = FineTuning(model, learnt, recipe, folder, "mark", judge or accuracy, master, watch)
    outcome = tuning.run()
    return model, outcome, [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def losses(rows: list[dict[str, float]]) -> list[tuple[float, float]]:
    return [(row["step"], row["loss"]) for row in rows]


def test_it_learns_and_keeps_the_best_epoch(tmp_path: Path, checkpoint: Checkpoint) -> None:
    _, (position, trail), rows = run(checkpoint, tmp_path, LONG)
    assert trail.scores[trail.best] == 1.0
    assert position.step == 25 * 2
    assert rows[-1]["loss"] < 0.3


@pytest.mark.parametrize("stop_at", [1, 3, 4, 6])
def test_a_run_that_was_interrupted_ends_as_if_it_had_not_been(tmp_path: Path, checkpoint: Checkpoint, stop_at: int) -> None:
    whole, (_, trail), rows = run(checkpoint, tmp_path / "whole")
    with pytest.raises(Stop):
        run(checkpoint, tmp_path / "parted", stop_at=stop_at)
    parted, (_, other_trail), other_rows = run(checkpoint, tmp_path / "parted")
    assert losses(other_rows) == losses(rows)
    assert other_trail == trail
    for name, value in whole.state_dict().items():
        assert torch.equal(value, parted.state_dict()[name]), name


def test_the_best_epochs_weights_are_kept_and_training_stops_when_nothing_comes_of_it(
    tmp_path: Path, checkpoint: Checkpoint
) -> None:
    scores = iter([0.5, 0.7, 0.6, 0.7, 0.9])
    seen: list[torch.Tensor] = []

    def judge(model: TaskModel) -> tuple[float, dict[str, float]]:
        seen.append(model.head.output.weight.detach().clone())
        return next(scores), {}

    recipe = TaskRecipe(epochs=5, batch_size=5, patience=2, precision="float32", log_every=1)
    model, (position, trail), _ = run(checkpoint, tmp_path, recipe, judge=judge)
    assert (trail.best, sorted(trail.scores), position.step) == (2, [1, 2, 3, 4], 8)
    assert torch.equal(model.head.output.weight, seen[1])


def test_parts_of_a_batch_add_up_to_the_batch(tmp_path: Path, checkpoint: Checkpoint) -> None:
    plain = TaskRecipe(epochs=2, batch_size=4, head_dropout=0.0, precision="float32", log_every=1)
    parted = TaskRecipe(epochs=2, batch_size=4, head_dropout=0.0, precision="float32", log_every=1, accumulate=3)
    whole, _, _ = run(checkpoint, tmp_path / "a", plain)
    other, _, _ = run(checkpoint, tmp_path / "b", parted)
    for name, value in whole.state_dict().items():
        assert torch.allclose(value, other.state_dict()[name], atol=2e-4), name


def test_rates_differ_by_part_and_fall_to_nought(tmp_path: Path, checkpoint: Checkpoint) -> None:
    _, _, rows = run(checkpoint, tmp_path)
    rates = [row["learning_rate"] for row in rows]
    assert max(rates) <= RECIPE.encoder_rate
    assert rates[-1] < 0.2 * max(rates)
    frozen = TaskRecipe(epochs=1, batch_size=4, encoder_rate=0.0, precision="float32", log_every=1)
    model, _, _ = run(checkpoint, tmp_path / "frozen", frozen)
    for name, value in checkpoint.model.state_dict().items():
        assert torch.equal(value, model.encoder.state_dict()[name]), name
    assert model.head.output.weight.abs().sum() > 0


@pytest.fixture(scope="module")
def contrary(tmp_path_factory: pytest.TempPathFactory, checkpoint: Checkpoint) -> TaskModel:
    """A teacher that says the opposite of the labels."""
    model, _, _ = run(checkpoint, tmp_path_factory.mktemp("teacher"), LONG)
    with torch.no_grad():
        model.head.output.weight.neg_()
        model.head.output.bias.neg_()
    return model


@pytest.mark.parametrize(("weight", "targets"), [(1.0, True), (0.5, False)])
def test_a_teacher_is_followed_where_it_alone_counts_or_nobody_else_says_anything(
    tmp_path: Path, checkpoint: Checkpoint, contrary: TaskModel, weight: float, targets: bool
) -> None:
    recipe = dataclasses.replace(LONG, distil_weight=weight)
    _, (_, trail), _ = run(checkpoint, tmp_path, recipe, teacher=contrary, targets=targets)
    assert min(trail.scores.values()) <= 0.1


def test_labels_are_believed_where_the_teacher_does_not_count(tmp_path: Path, checkpoint: Checkpoint, contrary: TaskModel) -> None:
    with_teacher, _, _ = run(checkpoint, tmp_path / "a", dataclasses.replace(RECIPE, distil_weight=0.0), teacher=contrary)
    alone, _, _ = run(checkpoint, tmp_path / "b", RECIPE)
    for name, value in alone.state_dict().items():
        assert torch.allclose(value, with_teacher.state_dict()[name], atol=1e-6), name


def test_a_teacher_is_asked_once_about_each_example(
    checkpoint: Checkpoint, contrary: TaskModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = find_task("sst2")
    units = task.units(ROWS, checkpoint.tokenizer, task.setup(ROWS, reading="joint", max_pieces=24, stride=1))
    asked: list[int] = []
    master, whole, measure = TaskTeacher(contrary, units), contrary.measure(units), contrary.measure

    def noted(units: Sequence[Unit]) -> list[NDArray[np.float32]]:
        asked.extend(unit.example for unit in units)
        return measure(units)

    monkeypatch.setattr(contrary, "measure", noted)
    found = [row for batch in ([3, 1], [1, 7, 3], [0]) for row in master.logits(batch)]
    assert asked == [3, 1, 7, 0]
    for number, row in zip([3, 1, 1, 7, 3, 0], found, strict=True):
        torch.testing.assert_close(row, torch.from_numpy(whole[number]), atol=1e-4, rtol=1e-4)


def test_a_run_that_diverges_or_is_another_is_told_so(tmp_path: Path, checkpoint: Checkpoint) -> None:
    with pytest.raises(TrainingDiverged):
        run(checkpoint, tmp_path / "a", TaskRecipe(epochs=9, encoder_rate=1e30, head_rate=1e30, batch_size=4, precision="float32"))
    run(checkpoint, tmp_path / "b")
    (tmp_path / "b" / "epochs.json").write_text("{")
    with pytest.raises(BadTrainingState, match="list of epochs"):
        run(checkpoint, tmp_path / "b")
    (tmp_path / "b" / "epochs.json").unlink()
    (tmp_path / "b" / "state.safetensors").write_bytes(b"nothing")
    with pytest.raises(BadTrainingState):
        run(checkpoint, tmp_path / "b")


def test_dev_chooses_nothing_unless_it_is_asked_to() -> None:
    splits = Splits(tuple(ROWS), {"dev": tuple(ROWS[:3])})
    honest = choose(splits, TaskRecipe(hold_out=0.2))
    assert (len(honest.train), len(honest.judge)) == (8, 2)
    assert not {example.key for example in honest.train} & {example.key for example in honest.judge}
    by_dev = choose(splits, TaskRecipe(hold_out=0.0))
    assert (len(by_dev.train), by_dev.judge, by_dev.judged_by) == (10, ROWS[:3], "dev itself")
    assert len(choose(splits, TaskRecipe(limit=5, hold_out=0.2)).train) == 4
    alone = choose(Splits(tuple(ROWS)), TaskRecipe(hold_out=0.2))
    assert list(alone.dev) == ["held_out"]
