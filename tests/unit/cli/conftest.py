from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from assistant.cli.main import _run
from assistant.scaffold import make_project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def result(self) -> Any:
        """The JSON of the last line."""
        return json.loads(self.out.splitlines()[-1])


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Runs the command line in this process, as its ``main`` does."""
    monkeypatch.delenv("ASSISTANT_STATE_DIR", raising=False)

    def run(*arguments: object) -> Ran:
        capfd.readouterr()
        code = _run([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return Ran(code, out, err)

    return run


@pytest.fixture
def bot(tmp_path: Path) -> Path:
    return make_project(tmp_path / "bot")
