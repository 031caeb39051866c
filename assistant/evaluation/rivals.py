"""Holds a new model against the one in use, by what each said of examples that it was not fitted to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.errors import Place
from assistant.evaluation.comparison import Comparison, compare
from assistant.evaluation.measured import Measured
from assistant.messages import IntentScore, Parse
from assistant.nlu.training_data import Example
from assistant.training.held_out import read_readings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.training.held_out import Reading


def compare_models(before: Path, after: Path) -> Comparison | None:
    """Returns what changes when a model takes the place of another, intent by intent of held-out examples.

    Only examples that both were measured on count, and what the newer training data say of them is right: so a label that was
    corrected counts for the model that has learned it.

    Args:
        before: the folder of the one in use.
        after: the folder of the new one.

    Returns:
        None where one of the two has kept no readings, or they have no example in common.
    """
    old = {one.text: one for one in read_readings(before)}
    new = [one for one in read_readings(after) if one.text in old]
    return compare(_measured(new, [old[one.text] for one in new]), _measured(new, new)) if new else None


def _measured(gold: Sequence[Reading], said: Sequence[Reading]) -> Measured:
    examples = tuple(Example(one.text, one.intent, (), Place(one.intent)) for one in gold)
    return Measured(examples, tuple(Parse(one.text, (IntentScore(one.found, one.confidence),)) for one in said))
