"""``test nlu`` as it is typed, with models small enough to train in a test."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.unit.evaluation.canned import HOSTILE, acts_on_a_terminal
from tests.unit.nlu.tiny import FULL, NLU, train_tiny

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.cli.conftest import Ran

HELD_OUT = """\
version: "3.1"
nlu:
- intent: track
  examples: |
    - where is my parcel
    - has order [98765](order_number) been sent
- intent: greet
  examples: |
    - hello hello
- intent: unheard_of
  examples: |
    - sing me a song
"""


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two models, trained in two ways on the same."""
    folders = (tmp_path_factory.mktemp("fast"), tmp_path_factory.mktemp("full"))
    train_tiny(folders[0])
    train_tiny(folders[1], FULL)
    return folders[0] / "model", folders[1] / "model"


@pytest.fixture
def held_out(tmp_path: Path) -> Path:
    file = tmp_path / "held_out.yml"
    file.write_text(HELD_OUT, encoding="utf-8")
    return file


def test_a_model_is_measured_on_held_out_examples(cli: Callable[..., Ran], models: tuple[Path, Path], held_out: Path) -> None:
    ran = cli("test", "nlu", "--nlu", held_out, "--model", models[0], "--json")
    assert ran.code == 0, ran.err
    assert ran.result["n_examples"] == 4
    assert ran.result["entities"]["order_number"]["f1"] == 1.0
    assert ran.result["extractors"]["RegexEntityExtractor"]["precision"] == 1.0
    assert ran.result["intents"]["unheard_of"]["f1"] == 0.0
    assert ran.result["shortfalls"] == []
    told = cli("test", "nlu", "--nlu", held_out, "--model", models[0])
    assert "4 examples: intent accuracy" in told.out.splitlines()[-1]
    assert "unheard_of" in told.out


def test_what_falls_short_is_said_and_is_exit_code_one(cli: Callable[..., Ran], models: tuple[Path, Path], held_out: Path) -> None:
    arguments = ("test", "nlu", "--nlu", held_out, "--model", models[0], "--json")
    ran = cli(*arguments, "--min-accuracy", 0.99, "--max-calibration-error", 1)
    assert ran.code == 1
    (shortfall,) = ran.result["shortfalls"]
    assert shortfall.endswith("is under 0.99")
    assert ran.err.startswith("EVL-003")
    assert shortfall in ran.err
    assert cli(*arguments, "--min-accuracy", 0, "--min-entity-f1", 1).code == 0


def test_texts_out_of_scope_are_measured_from_a_file(
    cli: Callable[..., Ran], models: tuple[Path, Path], held_out: Path, tmp_path: Path
) -> None:
    texts = tmp_path / "outside.txt"
    texts.write_text("what is the tallest mountain\nwho wrote faust\n", encoding="utf-8")
    ran = cli("test", "nlu", "--nlu", held_out, "--model", models[0], "--out-of-scope", texts, "--min-auroc", 0, "--json")
    assert ran.code == 0, ran.err
    assert (ran.result["scope"]["n_inside"], ran.result["scope"]["n_outside"]) == (4, 2)


def test_several_models_stand_side_by_side_and_leave_files_each(
    cli: Callable[..., Ran], models: tuple[Path, Path], held_out: Path, tmp_path: Path
) -> None:
    arguments = ("test", "nlu", "--nlu", held_out, "--model", models[0], "--model", models[1])
    ran = cli(*arguments, "--json", "--output", tmp_path / "out")
    assert [model["model"] for model in ran.result["models"]] == [str(folder) for folder in models]
    report = json.loads((tmp_path / "out" / "model-2" / "intent_report.json").read_text(encoding="utf-8"))
    assert report["accuracy"] == ran.result["models"][1]["intent_accuracy"]
    assert "<svg" in (tmp_path / "out" / "model-1" / "intent_confusion_matrix.svg").read_text(encoding="utf-8")
    table = cli(*arguments).out
    assert f"2: {models[1]}" in table
    assert "intent accuracy" in table


def test_one_model_is_held_against_another(cli: Callable[..., Ran], models: tuple[Path, Path], held_out: Path) -> None:
    arguments = ("test", "nlu", "--nlu", held_out, "--model", models[0], "--against", models[1])
    comparison = cli(*arguments, "--json").result["comparison"]
    turned = cli("test", "nlu", "--nlu", held_out, "--model", models[1], "--against", models[0], "--json").result["comparison"]
    assert [change["text"] for change in comparison["better"]] == [change["text"] for change in turned["worse"]]
    kinds = (comparison["n_both_right"], comparison["n_both_wrong"], len(comparison["better"]), len(comparison["worse"]))
    assert sum(kinds) == 4
    assert "better" in cli(*arguments).out.splitlines()[-1]
    named_twice = ("test", "nlu", "--nlu", held_out, "--model", models[1], "--model", models[0], "--against", models[1])
    ran = cli(*named_twice, "--json")
    assert ran.result["comparison"] == comparison
    assert [one["model"] for one in ran.result["models"]] == [str(folder) for folder in models]


def test_limits_hold_the_model_not_what_it_stands_against(
    cli: Callable[..., Ran], models: tuple[Path, Path], held_out: Path
) -> None:
    ran = cli("test", "nlu", "--nlu", held_out, "--model", models[0], "--against", models[1], "--min-accuracy", 1, "--json")
    assert ran.code == 1
    assert [str(models[1]) in shortfall for shortfall in ran.result["shortfalls"]] == [False]


def test_cross_validation_trains_on_folds_with_progress(
    cli: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bot: Path
) -> None:
    file = tmp_path / "nlu.yml"
    file.write_text(NLU, encoding="utf-8")
    monkeypatch.setenv("ASSISTANT_PROGRESS", "json")
    ran = cli("test", "nlu", "--project", bot, "--nlu", file, "--folds", 2, "--json", "--output", tmp_path / "out")
    assert ran.code == 0, ran.err
    assert ran.result["n_examples"] == 24
    steps = [json.loads(line) for line in ran.err.splitlines() if line.startswith("{")]
    assert {step["metrics"].get("fold") for step in steps} == {1, 2}
    assert (tmp_path / "out" / "intent_histogram.svg").is_file()


def test_hostile_examples_act_on_nothing(cli: Callable[..., Ran], models: tuple[Path, Path], tmp_path: Path) -> None:
    file = tmp_path / "hostile.jsonl"
    rows = [{"text": f"hello {text}", "intent": text, "tokens": None} for text in HOSTILE]
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    for more in ([], ["--json"], ["--model", models[1]], ["--against", models[1], "--min-accuracy", "0.5"]):
        ran = cli("test", "nlu", "--nlu", file, "--model", models[0], "--output", tmp_path / "out", *more)
        assert ran.code == ("--min-accuracy" in more), ran.err
        assert not acts_on_a_terminal(ran.out + ran.err)
    for path in (tmp_path / "out").rglob("*.*"):
        assert not acts_on_a_terminal(path.read_bytes().decode("utf-8")), path.name


def test_that_examples_are_the_projects_own_is_said(cli: Callable[..., Ran], tmp_path: Path, models: tuple[Path, Path]) -> None:
    (tmp_path / "intents").mkdir()
    (tmp_path / "intents" / "domain.yml").write_text('version: "3.1"\nintents: [track, refund, greet]\n', encoding="utf-8")
    own, other = tmp_path / "intents" / "nlu.yml", tmp_path / "other.yml"
    own.write_text(NLU, encoding="utf-8")
    other.write_text("nlu:\n- intent: greet\n  examples: |\n    - Hello there\n    - never seen\n", encoding="utf-8")
    assert cli("train", "--project", tmp_path).code == 0
    assert "24 of 24 examples are the project's own as well" in cli("test", "nlu", "--project", tmp_path, "--nlu", own).err
    assert "1 of 2 examples are the project's own as well" in cli("test", "nlu", "--project", tmp_path, "--nlu", other).err
    apart = cli("test", "nlu", "--project", tmp_path, "--nlu", own, "--model", models[0])
    assert "project's own" not in apart.err


def test_a_projects_own_examples_are_named_as_people_know_them(cli: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "intents").mkdir()
    (tmp_path / "intents" / "domain.yml").write_text('version: "3.1"\nintents: [track, refund, greet]\n', encoding="utf-8")
    (tmp_path / "intents" / "nlu.yml").write_text(NLU, encoding="utf-8")
    ran = cli("test", "nlu", "--project", tmp_path, "--folds", 2, "--json")
    assert ran.code == 0, ran.err
    assert ran.result["errors"]
    assert all(error["place"].startswith("intents/nlu.yml:") for error in ran.result["errors"])


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--model", "one"], 2, "cross-validation trains its own models"),
        (["--nlu", "empty.yml"], 2, "EVL-001"),
        (["--nlu", "nlu.yml", "--folds", "25"], 2, "EVL-002"),
        (["--nlu", "nlu.yml", "--model", "missing"], 3, "ALB-001"),
        (["--nlu", "nlu.yml", "--model", "one", "--against", "one"], 2, "two different models"),
        (["--nlu", "nlu.yml", "--out-of-scope", "missing.txt"], 2, "YML-009"),
        (["--nlu", "nlu.yml", "--min-f1", "1.5"], 2, "--min-f1"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_one_clear_line(
    cli: Callable[..., Ran], tmp_path: Path, bot: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, said: str
) -> None:
    (tmp_path / "empty.yml").write_text('version: "3.1"\nnlu: []\n', encoding="utf-8")
    (tmp_path / "nlu.yml").write_text(NLU, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    ran = cli("test", "nlu", "--project", bot, *arguments)
    assert ran.code == code
    assert said in ran.err
    assert ran.out == ""
