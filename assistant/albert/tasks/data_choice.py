"""Decides which examples are learnt from, which choose the epoch, and which are measured on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.albert.tasks.examples import Splits
    from assistant.albert.tasks.settings import TaskRecipe

HOLD_OUT_STREAM = 11


@dataclass(frozen=True, slots=True)
class Chosen:
    """The parts of a task's data.

    Attributes:
        train: to learn from.
        judge: to choose the epoch and thresholds by; empty: the last epoch is kept.
        judged_by: what the judge is, in words.
        dev: to measure the result on, by part.
        test: to predict, by part.
    """

    train: Sequence[Any]
    judge: Sequence[Any]
    judged_by: str
    dev: Mapping[str, Sequence[Any]]
    test: Mapping[str, Sequence[Any]]


def choose(splits: Splits[Any], recipe: TaskRecipe) -> Chosen:
    """Returns the parts: a share of the training examples chooses the epoch, so that dev measures what never chose anything.

    Args:
        splits: as they were read.
        recipe: gives the share to hold out, the limit and the seed. Where nothing is held out, the first part of dev chooses.
    """
    rng = np.random.default_rng([recipe.seed, HOLD_OUT_STREAM])
    order = rng.permutation(len(splits.train))
    if recipe.limit:
        order = order[: recipe.limit]
    n_held = round(recipe.hold_out * len(order))
    if not n_held and (recipe.hold_out or not splits.dev) and len(order) > 1:
        n_held = 1
    if recipe.hold_out == 0 and splits.dev:
        judge, judged_by = list(next(iter(splits.dev.values()))), "dev itself"
        n_held = 0
    else:
        judge = [splits.train[number] for number in sorted(order[:n_held])]
        judged_by = f"{n_held} examples held out of train"
    train = [splits.train[number] for number in sorted(order[n_held:])]
    return Chosen(train, judge, judged_by, splits.dev or {"held_out": tuple(judge)}, splits.test)
