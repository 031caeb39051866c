from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from assistant.errors import ExportDiffers
from assistant.training.encoding import Frozen
from assistant.training.features import Features
from assistant.training.precision import Held
from assistant.training.saving import check_heads
from tests.unit.nlu.tiny import heads_for

HEADS = heads_for(3, 1)
VECTOR = np.full((1, 32), 32**-0.5, dtype=np.float32)
NOTHING = np.zeros(0, dtype=np.int64)
ONE = Held(
    [Features((2, 3), (), (), 0, ())],
    Frozen(VECTOR, VECTOR, np.zeros(1, np.int64), np.zeros((0, 3, 32), np.float16), NOTHING, NOTHING),
)


class Off:
    """A session whose logits are off by so much."""

    def __init__(self, by: float) -> None:
        self._by = by

    def run(self, *_: Any) -> list[Any]:
        logits = HEADS.intent_logits(ONE.frozen.joined)
        return [logits + np.float32(self._by * max(1.0, float(np.abs(logits).max()))), np.zeros((1, 2, 1)), VECTOR]


def test_a_graph_whose_intents_are_off_is_refused() -> None:
    check_heads(Off(0.0), HEADS, ONE)
    with pytest.raises(ExportDiffers, match="intent_logits"):
        check_heads(Off(0.1), HEADS, ONE)
