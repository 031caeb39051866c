"""``explain`` as it is typed, with a model small enough to train in a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.project import find_project
from tests.unit.evaluation.canned import HOSTILE, acts_on_a_terminal
from tests.unit.nlu.tiny import train_tiny

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.cli.conftest import Ran


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    train_tiny(folder)
    return folder / "model"


def test_a_program_reads_why(cli: Callable[..., Ran], bot: Path, model: Path) -> None:
    ran = cli("explain", "where is my order 12345", "--project", bot, "--model", model, "--json")
    assert ran.code == 0, ran.err
    found = ran.result["attribution"]
    assert [word["text"] for word in found["words"]] == ["where", "is", "my", "order", "12345"]
    assert sum(word["share"] for word in found["words"]) == pytest.approx(found["score"] - found["baseline"], abs=0.05)
    assert found["intent"] == ran.result["intent"]["name"]
    assert ran.result["entities"][0]["extractor"] == "RegexEntityExtractor"
    assert len(ran.result["neighbours"]) == 5
    assert ran.result["neighbours"][0]["place"].startswith("intents/")
    assert list((find_project(bot).state / "explain").glob("*.safetensors"))


def test_examples_elsewhere_are_neighbours_too(cli: Callable[..., Ran], bot: Path, model: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"text": "has my order been lost", "intent": "lost"}\n', encoding="utf-8")
    ran = cli("explain", "where is my order 12345", "--project", bot, "--model", model, "--nlu", rows, "--json")
    assert [(near["intent"], near["place"]) for near in ran.result["neighbours"]] == [("lost", f"{rows}:1")]


def test_a_person_reads_why(cli: Callable[..., Ran], bot: Path, model: Path) -> None:
    told = cli("explain", "where is my order 12345", "--project", bot, "--model", model, "--intent", "greet").out
    first, *rest = told.splitlines()
    assert first == "where is my order 12345"
    for title in ("intent", "what each word did for greet", "entities", "nearest training utterances"):
        assert any(line.startswith(title) for line in rest), title
    assert 'order_number: "12345", 100%, found by RegexEntityExtractor' in told
    assert told.count("█") >= 24


def test_the_intent_that_is_asked_about_is_ranked_however_improbable(
    cli: Callable[..., Ran], bot: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.cli.explain.MAX_INTENTS", 1)

    def ranked(*more: str) -> list[str]:
        lines = cli("explain", "where is my order 12345", "--project", bot, "--model", model, *more).out.splitlines()
        first = lines.index("intent") + 1
        return [line.split()[0] for line in lines[first : lines.index("", first)]]

    assert ranked() == ["track", "out"]
    assert ranked("--intent", "greet") == ["track", "greet", "out"]


@pytest.mark.parametrize("text", [f"hello {text}" for text in HOSTILE if "\x00" not in text])
def test_a_hostile_message_acts_on_nothing(cli: Callable[..., Ran], bot: Path, model: Path, text: str) -> None:
    for more in ([], ["--json"]):
        ran = cli("explain", text, "--project", bot, "--model", model, *more)
        assert ran.code == 0, ran.err
        assert not acts_on_a_terminal(ran.out)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["hello", "--intent", "gret"], 2, 'EVL-006 the model has no intent "gret"; did you mean "greet"?'),
        (["   "], 2, "EVL-005"),
        (["hello", "--model", "missing"], 3, "ALB-001"),
    ],
)
def test_what_cannot_be_explained_is_refused(
    cli: Callable[..., Ran], bot: Path, model: Path, arguments: list[str], code: int, said: str
) -> None:
    ran = cli("explain", "--project", bot, *(["--model", model] if "--model" not in arguments else []), *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err


def test_without_a_model_the_error_says_how_to_train_one(cli: Callable[..., Ran], bot: Path) -> None:
    ran = cli("explain", "hello", "--project", bot)
    assert ran.code == 3
    assert ran.err.startswith("MOD-001")
