from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from tests.unit.faq.hashing import hashing_vectors

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


def test_whoever_adds_a_draft_is_told_how_it_comes_to_answer(faq: Callable[..., Ran]) -> None:
    draft = faq("add", "--question", "Do you sell boats?", "--answer", "Yes.")
    assert "assistant faq edit do-you-sell-boats --status published" in draft.err
    assert "draft" not in faq("add", "--question", "Do you sell ships?", "--answer", "Yes.", "--publish").err


def test_an_entry_without_an_answer_is_refused(faq: Callable[..., Ran]) -> None:
    ran = faq("add", "--question", "q", "--answer", " ")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("FAQ-001")


def test_an_answer_that_reads_badly_is_saved_with_a_warning(faq: Callable[..., Ran]) -> None:
    broken = "Order days the within refund we and soon you your as return received 30 can."
    ran = faq("add", "--question", "Do you sell boats?", "--answer", broken, "--json")
    assert ran.result["answer"] == broken
    assert "answer: this reads badly, look at" in ran.err
    assert broken in ran.err
    again = faq("edit", ran.result["id"], "--status", "published", "--json")
    assert "reads badly" not in again.err, "the answer is as it was"
    german = faq("add", "--question", "Boote?", "--answer", broken, "--language", "de", "--json")
    assert "reads badly" not in german.err, "nothing here knows German"


@pytest.mark.parametrize("suffix", [".yml", ".jsonl", ".csv", ".md", ".html"])
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
    assert (ran.code, ran.out.splitlines()[-1].split(",")[0]) == (0, "1 would be added")
    assert faq("list", "--json").result == before
    assert faq("import", tmp_path / "one.jsonl", "--json").result["added"] == 1
    assert len(faq("list", "--json").result) == len(before) + 1


def test_an_unknown_ending_is_refused(faq: Callable[..., Ran], tmp_path: Path) -> None:
    ran = faq("export", tmp_path / "entries.pdf")
    assert ran.code == 2
    assert ran.err.startswith("FAQ-005")
    assert not (tmp_path / "entries.pdf").exists()


def test_every_field_can_be_typed_and_cleared(faq: Callable[..., Ran]) -> None:
    other = added(faq, "Do you sell ships?")
    fields = ["--category", "water", "--language", "de", "--intent", "faq/boats", "--threshold", "0.7", "--follow-up", other["id"]]
    days = ["--valid-from", "2020-02-29", "--valid-until", "2030-01-31"]
    entry = added(faq, "Do you sell boats?", *map(str, fields), *days)
    assert (entry["category"], entry["language"], entry["intent"], entry["threshold"]) == ("water", "de", "faq/boats", 0.7)
    assert (entry["follow_ups"], entry["valid_from"], entry["valid_until"]) == ([other["id"]], "2020-02-29", "2030-01-31")
    ran = faq("edit", entry["id"], "--threshold", "none", "--valid-from", "none", "--category", "", "--json")
    assert (ran.result["threshold"], ran.result["valid_from"], ran.result["category"]) == (None, None, "")
    assert ran.result["valid_until"] == "2030-01-31"


@pytest.mark.parametrize(
    ("option", "value", "why"),
    [
        ("--valid-from", "tomorrow", "write a day as"),
        ("--threshold", "high", "write a number"),
        ("--status", "open", "it is one of"),
    ],
)
def test_a_value_that_cannot_be_is_refused(faq: Callable[..., Ran], option: str, value: str, why: str) -> None:
    entry = added(faq, "Do you sell boats?")
    ran = faq("edit", entry["id"], option, value)
    assert (ran.code, ran.err.split()[0]) == (2, "PRJ-003")
    assert why in ran.err


def test_a_history_is_shown_compared_and_gone_back_in(faq: Callable[..., Ran]) -> None:
    name = added(faq, "Do you sell boats?", "--tag", "water")["id"]
    faq("edit", name, "--answer", "No.\n\nNever.", "--reason", "new policy")
    faq("edit", name, "--status", "published")
    newest, second, first = faq("history", name, "--json").result
    assert [newest["changed"], second["changed"], first["changed"]] == [["status"], ["answer"], []]
    assert (second["reason"], second["version"]) == ("new policy", 2)
    assert "new policy  answer" in faq("history", name).out
    assert faq("diff", name).out.splitlines() == ["@@ -8,2 +8,2 @@", "   - water", "-status: draft", "+status: published"]
    assert '-answer: "An *answer*."' in faq("diff", name, 1, 3).out.splitlines()
    assert faq("diff", name, 3, 2, "--json").result["changed"] == ["status"]
    assert faq("diff", name, 2, 2).out == "versions 2 and 2 say the same\n"
    ran = faq("rollback", name, 1, "--json")
    assert (ran.result["answer"], ran.result["status"], ran.result["version"]) == ("An *answer*.", "draft", 4)
    assert faq("show", name, "--version", 2, "--json").result["answer"] == "No.\n\nNever."
    assert "  - id: do-you-sell-boats\n" in faq("show", name).out
    assert faq("rollback", name, 9).err.startswith("FAQ-007")


def test_a_deleted_entry_answers_no_more(faq: Callable[..., Ran]) -> None:
    name = added(faq, "Do you sell boats?", "--publish")["id"]
    assert faq("delete", name, "--json").result["status"] == "archived"
    assert faq("list", "boats", "--json").result == []
    assert faq("rollback", name, 1, "--json").result["status"] == "published"


def test_what_comes_second_is_not_saved_and_not_lost(faq: Callable[..., Ran], bot: Path) -> None:
    name = added(faq, "Do you sell boats?")["id"]
    faq("edit", name, "--answer", "Theirs.")
    ran = faq("edit", name, "--answer", "Mine, long and dear.", "--expect", 1)
    kept = bot / ".assistant" / "not-saved" / f"{name}.yml"
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("FAQ-004")
    assert f"your text is in {kept}" in ran.err
    assert "Mine, long and dear." in kept.read_text()
    assert faq("show", name, "--json").result["answer"] == "Theirs."
    assert faq("import", kept, "--json").result["changed"] == 1


def test_an_entry_is_written_in_an_editor(faq: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = added(faq, "Do you sell boats?")["id"]
    script = tmp_path / "editor.py"
    script.write_text(
        "import sys, pathlib\nf = pathlib.Path(sys.argv[1])\nf.write_text(f.read_text().replace('*answer*', 'essay'))\n"
    )
    monkeypatch.setenv("VISUAL", f"{sys.executable} {script}")
    assert faq("edit", name, "--editor", "--json").result["answer"] == "An essay."
    script.write_text("import sys, pathlib\npathlib.Path(sys.argv[1]).write_text('entries: []')\n")
    ran = faq("edit", name, "--editor")
    assert ran.code == 2
    assert "no longer holds just the entry" in ran.err
    assert faq("show", name, "--json").result["version"] == 2


def test_a_dry_run_shows_each_change(faq: Callable[..., Ran], tmp_path: Path) -> None:
    name = added(faq, "Do you sell boats?", "--publish")["id"]
    rows = [{"id": name, "question": "Do you sell boats?", "answer": "No."}, {"id": "ships", "question": "Ships?", "answer": "No."}]
    (tmp_path / "two.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    told = [json.loads(line) for line in faq("import", tmp_path / "two.jsonl", "--dry-run", "--json").out.splitlines()]
    assert [(one["would"], one["id"]) for one in told[:-1]] == [("add", "ships"), ("change", name)]
    assert {'-answer: "An *answer*."', "+answer: No."} <= set(told[1]["lines"])
    assert (told[-1]["added"], told[-1]["changed"], told[-1]["dry_run"]) == (1, 1, True)
    replaced = faq("import", tmp_path / "two.jsonl", "--dry-run", "--mode", "replace").out
    assert "archive " in replaced
    assert faq("import", tmp_path / "two.jsonl", "--mode", "swap").code == 2


def test_a_response_selector_is_exported_for_rasa(faq: Callable[..., Ran], tmp_path: Path) -> None:
    added(faq, "Do you sell boats?", "--alternative", "ships", "--publish")
    exported = faq("export", tmp_path / "nlu.yml", "--rasa", "--json").result["exported"]
    assert "  - intent: faq/do-you-sell-boats\n" in (tmp_path / "nlu.yml").read_text()
    assert faq("import", tmp_path / "nlu.yml", "--json").result["unchanged"] == exported
    assert faq("export", tmp_path / "nlu.csv", "--rasa").err.startswith("FAQ-005")


def test_an_import_makes_the_vectors_where_there_is_a_model(
    faq: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interpreter:
        fingerprint = "hashing"
        encode = staticmethod(hashing_vectors)

    row = json.dumps({"id": "boat", "question": "Boats?", "answer": "No."})
    (tmp_path / "one.jsonl").write_text(row + "\n")
    n_published = len(faq("list", "--status", "published", "--json").result)
    assert faq("import", tmp_path / "one.jsonl", "--json").result["vectors"] == 0
    monkeypatch.setattr("assistant.project.model_in_use", lambda _: tmp_path)
    monkeypatch.setattr("assistant.opening.load_interpreter", lambda *_: Interpreter())
    assert faq("import", tmp_path / "one.jsonl", "--no-vectors", "--json").result["vectors"] == 0
    assert faq("import", tmp_path / "one.jsonl", "--dry-run", "--json").result["vectors"] == 0
    assert faq("import", tmp_path / "one.jsonl", "--json").result["vectors"] == n_published + 1
    assert faq("import", tmp_path / "one.jsonl", "--json").result["vectors"] == 0


BROKEN = "Order days the within refund we and soon you your as return received 30 can."


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_an_import_says_what_reads_badly_or_would_be_flagged(
    faq: Callable[..., Ran], tmp_path: Path, options: tuple[str, ...]
) -> None:
    file = tmp_path / "more.csv"
    file.write_text(
        f'id,question,answer\nboats,Do you sell boats?,{BROKEN}\nrude,What now?,"Shut the fuck up, you stupid bitch."\n'
    )
    ran = faq("import", file, "--no-vectors", "--json", *options)
    warnings = [json.loads(line)["warning"] for line in ran.out.splitlines() if line.startswith('{"warning"')]
    assert [(one["entry"], one["part"], one["kind"]) for one in warnings] == [
        ("rude", "answer", "abuse"),
        ("boats", "answer", "fluency"),
    ]
    assert (ran.code, ran.result["added"], ran.result["warnings"]) == (0, 2, 2)
    assert {"boats", "rude"} <= {entry["id"] for entry in faq("list", "--json").result} or options
    again = faq("import", file, "--no-vectors", *options)
    assert ("2 warnings" in again.out) == bool(options), "what is as it was is not read again"
    assert ("rude, answer: this reads as abuse" in again.err) == bool(options)


def test_an_import_can_leave_the_reading_out(faq: Callable[..., Ran], tmp_path: Path) -> None:
    file = tmp_path / "more.csv"
    file.write_text(f"id,question,answer\nboats,Do you sell boats?,{BROKEN}\n")
    ran = faq("import", file, "--no-vectors", "--no-check")
    assert (ran.code, "reads badly" in ran.err, "warnings" in ran.out) == (0, False, False)
