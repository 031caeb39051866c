from __future__ import annotations

from typing import Any

import pytest

from assistant.errors import BadTrainingArgument
from assistant.training.arguments import TrainingArguments


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "slow"},
        {"mode": "fast", "epochs": 3},
        {"mode": "full", "epochs": 0},
        {"batch_size": 0},
        {"dropout": 1.0},
        {"dropout": -0.1},
        {"mode": "full", "dev_share": 0.6},
        {"head_rate": -1.0},
        {"max_pieces": 3},
        {"seed": -1},
    ],
)
def test_a_value_that_cannot_work_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadTrainingArgument, match=list(wrong)[-1]):
        TrainingArguments(**wrong)


def test_arguments_are_json() -> None:
    arguments = TrainingArguments(mode="full", epochs=3)
    assert TrainingArguments(**arguments.as_json()) == arguments
