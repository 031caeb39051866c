from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.cli import nlu as nlu_commands
from assistant.nlu.interpreter import Interpreter
from assistant.training import project as training
from assistant.training.trainer import TrainingResult
from tests.unit.nlu.tiny import NLU, tiny_checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.cli.conftest import Ran


@pytest.fixture
def nlu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Training data beside an encoder that takes no time."""
    monkeypatch.setattr(training, "starting_checkpoint", lambda *_, **__: (tiny_checkpoint(), True))
    file = tmp_path / "nlu.yml"
    file.write_text(NLU, encoding="utf-8")
    return file


def test_a_model_is_trained_on_other_data_and_written_elsewhere(
    cli: Callable[..., Ran], bot: Path, nlu: Path, tmp_path: Path
) -> None:
    ran = cli("train", "--project", bot, "--nlu", nlu, "--output", tmp_path / "model", "--fast", "--json")
    assert ran.code == 0, ran.err
    assert (ran.result["mode"], ran.result["best_epoch"], ran.result["n_intents"]) == ("fast", None, 3)
    assert ran.result["precision"] in {"int8", "float32"}
    assert Interpreter.load(tmp_path / "model").manifest["runtime"]["precision"] == ran.result["precision"]
    assert not (bot / ".assistant" / "models" / "in_use").exists()


@pytest.mark.parametrize(("seconds", "mode"), [(1, "fast"), (600, "full")])
def test_a_budget_picks_the_mode_and_says_so(
    cli: Callable[..., Ran], bot: Path, nlu: Path, tmp_path: Path, seconds: int, mode: str
) -> None:
    ran = cli("train", "--project", bot, "--nlu", nlu, "--output", tmp_path / "model", "--budget", seconds, "--json")
    assert ran.code == 0, ran.err
    assert ran.result["mode"] == mode
    assert f"--{mode}" in ran.err


@pytest.mark.parametrize("both", [("--fast", "--full"), ("--fast", "--budget", "9"), ("--full", "--budget", "9")])
def test_ways_to_train_exclude_one_another(cli: Callable[..., Ran], bot: Path, both: tuple[str, ...]) -> None:
    ran = cli("train", "--project", bot, *both)
    assert ran.code == 2
    assert "exclude one another" in ran.err
    assert cli("train", "--project", bot, "--budget", "0").code == 2


@pytest.mark.parametrize(("best", "said"), [(0, "as it came: no epoch was surely better"), (4, "as of epoch 4"), (None, None)])
def test_what_became_of_the_encoder_is_said_after_a_full_training(
    cli: Callable[..., Ran], bot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, best: int | None, said: str | None
) -> None:
    result = TrainingResult(tmp_path, {"intent_accuracy": 0.9}, 24, 3, best, 1.0, "fast" if best is None else "full", "int8")
    monkeypatch.setattr(nlu_commands, "train_with_progress", lambda *_, **__: result)
    ran = cli("train", "--project", bot)
    assert ran.code == 0, ran.err
    assert "intent accuracy" in ran.out
    assert ("encoder" in ran.out) == (said is not None)
    assert said is None or said in ran.out
