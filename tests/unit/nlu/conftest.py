from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.nlu.interpreter import Interpreter
from tests.unit.nlu.tiny import train_tiny

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained model folder; no test may change it."""
    return train_tiny(tmp_path_factory.mktemp("trained")).folder


@pytest.fixture(scope="session")
def interpreter(model_folder: Path) -> Interpreter:
    return Interpreter.load(model_folder)
