"""``audit`` as it is typed, with a model small enough to train in a test."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.unit.nlu.tiny import train_tiny

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.cli.conftest import Ran

VARIATIONS = """
age:
  frame: "I am {term}. {message}"
  groups:
    young: [19 years old, a student]
    old: [81 years old, a pensioner]
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    train_tiny(folder)
    return folder / "model"


@pytest.fixture
def asked(cli: Callable[..., Ran], bot: Path, model: Path, tmp_path: Path) -> Callable[..., Ran]:
    variations, messages = tmp_path / "variations.yml", tmp_path / "messages.txt"
    variations.write_text(VARIATIONS, encoding="utf-8")
    messages.write_text("where is my order\nwhat can you do\n\x1b]0;title\x07hello\n", encoding="utf-8")
    return lambda *more: cli(
        "audit", "--project", bot, "--model", model, "--variations", variations, "--messages", messages, "--max-change", "1", *more
    )


def test_a_program_reads_what_changes(asked: Callable[..., Ran], tmp_path: Path) -> None:
    ran = asked("--json", "--output", tmp_path / "reports" / "audit.json")
    assert ran.code == 0, ran.err
    (age,) = ran.result["dimensions"]
    assert (ran.result["n_messages"], age["n_messages"], [group["name"] for group in age["groups"]]) == (3, 3, ["young", "old"])
    assert set(age["intent"]) == {"between", "within", "margin", "beyond"}
    assert json.loads((tmp_path / "reports" / "audit.json").read_text(encoding="utf-8")) == ran.result


def test_a_person_reads_a_table(asked: Callable[..., Ran]) -> None:
    ran = asked()
    assert ran.code == 0, ran.err
    assert "what changes when only the customer does" in ran.out
    assert "young" in ran.out
    assert "\x1b" not in ran.out


def test_a_gap_above_the_limit_fails_by_its_code(cli: Callable[..., Ran], bot: Path, model: Path, tmp_path: Path) -> None:
    variations = tmp_path / "variations.yml"
    variations.write_text("x: {rewrite: {nonsense: {-ing: zzz, the: qq, is: ww, my: rr, you: uu}}}", encoding="utf-8")
    ran = cli("audit", "--project", bot, "--model", model, "--variations", variations, "--max-change", "0", "--max-gap", "0")
    assert ran.code == 1
    assert "EVL-003" in ran.err
    assert "x: the intent changes in" in ran.err
