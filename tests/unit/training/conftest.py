from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.nlu.tiny import tiny_data

if TYPE_CHECKING:
    from assistant.nlu.training_data import TrainingData


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> TrainingData:
    return tiny_data(tmp_path_factory.mktemp("data"))
