from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.cli.conftest import Ran


@pytest.fixture
def faq(cli: Callable[..., Ran], bot: Path) -> Callable[..., Ran]:
    return lambda verb, *arguments: cli("faq", verb, *arguments, "--project", bot)


def added(faq: Callable[..., Ran], question: str, *more: str) -> dict[str, object]:
    ran = faq("add", "--question", question, "--answer", "An *answer*.", *more, "--json")
    assert ran.code == 0
    entry: dict[str, object] = ran.result
    return entry


def test_an_entry_is_added_and_found(faq: Callable[..., Ran]) -> None:
    entry = added(faq, "Do you sell boats?", "--alternative", "boats", "--alternative", "ships", "--tag", "water", "--publish")
    assert (entry["question"], entry["alternatives"], entry["tags"]) == ("Do you sell boats?", ["boats", "ships"], ["water"])
    assert (entry["status"], entry["version"]) == ("published", 1)
    assert [found["id"] for found in faq("list", "boats", "--json").result] == [entry["id"]]
    assert f"{entry['id']}" in faq("list", "boats").out


def test_an_entry_is_a_draft_until_it_is_published(faq: Callable[..., Ran]) -> None:
    entry = added(faq, "Do you sell boats?")
    assert entry["status"] == "draft"
    ran = faq("edit", entry["id"], "--status", "published", "--answer", "Yes.", "--json")
    assert (ran.result["status"], ran.result["answer"], ran.result["version"]) == ("published", "Yes.", 2)
    assert ran.result["question"] == "Do you sell boats?"
    assert faq("list", "boats", "--status", "draft", "--json").result == []


def test_an_entry_without_an_answer_is_refused(faq: Callable[..., Ran]) -> None:
    ran = faq("add", "--question", "q", "--answer", " ")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("FAQ-001")


@pytest.mark.parametrize("suffix", [".yml", ".jsonl", ".csv", ".md"])
def test_what_is_exported_can_be_imported(faq: Callable[..., Ran], tmp_path: Path, suffix: str) -> None:
    added(faq, "Do you sell boats?", "--alternative", "ships, and boats", "--publish")
    file = tmp_path / f"entries{suffix}"
    exported = faq("export", file, "--json").result["exported"]
    assert exported == len(faq("list", "--json").result)
    again = faq("import", file, "--json").result
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, exported)


def test_a_dry_run_changes_nothing(faq: Callable[..., Ran], tmp_path: Path) -> None:
    before = faq("list", "--json").result
    (tmp_path / "one.jsonl").write_text(json.dumps({"id": "boat", "question": "Boats?", "answer": "No."}) + "\n")
    ran = faq("import", tmp_path / "one.jsonl", "--dry-run")
    assert (ran.code, ran.out.split(",")[0]) == (0, "1 would be added")
    assert faq("list", "--json").result == before
    assert faq("import", tmp_path / "one.jsonl", "--json").result["added"] == 1
    assert len(faq("list", "--json").result) == len(before) + 1


def test_an_unknown_ending_is_refused(faq: Callable[..., Ran], tmp_path: Path) -> None:
    ran = faq("export", tmp_path / "entries.pdf")
    assert ran.code == 2
    assert ran.err.startswith("FAQ-005")
    assert not (tmp_path / "entries.pdf").exists()
