from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from assistant.config import load_settings
from assistant.opening import open_project_database
from assistant.project import find_project
from assistant.stores.askings import AskingStore
from assistant.stores.unanswered import UnansweredStore
from tests.unit.faq.hashing import hashing_vectors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from assistant.stores.database import Database
    from tests.unit.cli.conftest import Ran


@pytest.fixture
def faq(cli: Callable[..., Ran], bot: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Runs a verb on a project of two entries, with hashed letters in place of a model's vectors."""
    model = SimpleNamespace(encode=hashing_vectors, fingerprint="hashing", is_word=lambda _: False)
    monkeypatch.setattr("assistant.opening.load_interpreter", lambda *_arguments, **_options: model)

    def run(*verbs: object) -> Ran:
        return cli(*verbs, "--project", bot)

    for question, answer in (("Do you sell boats?", "Yes, from 9 euros."), ("Where is the harbour?", "In Cork.")):
        assert run("faq", "add", "--question", question, "--answer", answer, "--publish").code == 0
    return run


@pytest.fixture
def database(faq: Callable[..., Ran], bot: Path) -> Iterator[Database]:
    with open_project_database(find_project(bot), load_settings()) as opened:
        yield opened


def test_the_queue_lists_questions_by_meaning_and_lets_rows_go(faq: Callable[..., Ran], database: Database) -> None:
    unanswered = UnansweredStore(database)
    for sender, question in (("ann", "do you rent canoes"), ("bob", "do you rent a canoe"), ("bob", "do you rent canoes")):
        unanswered.add(question, sender, "do-you-sell-boats", 0.2)
    unanswered.add("is the moon made of cheese", "cid")
    first, second = faq("faq", "queue", "--json").result
    assert (first["row"], first["question"], first["others"], first["count"]) == (
        1,
        "do you rent canoes",
        ["do you rent a canoe"],
        3,
    )
    assert set(first["sender_ids"]) == {"ann", "bob"}
    assert second["question"] == "is the moon made of cheese"
    shown = faq("faq", "queue").out
    assert "3 times  do you rent canoes  (nearest: do-you-sell-boats 0.20; " in shown
    assert "is the moon" not in faq("faq", "queue", "--dismiss", "2").out
    assert [row["question"] for row in faq("faq", "queue", "--json").result] == ["do you rent canoes"]
    assert faq("faq", "queue", "--dismiss", "1").out == "every question so far found an answer\n"


def test_a_question_that_an_entry_answers_by_now_leaves_the_queue_or_says_so(faq: Callable[..., Ran], database: Database) -> None:
    unanswered = UnansweredStore(database)
    for question in ("Do you rent canoes?", "do you rent a canoe in cork", "is the moon made of cheese"):
        unanswered.add(question, "ann", "do-you-sell-boats", 0.2)
    faq("faq", "add", "-q", "do you RENT canoes", "-a", "Yes.", "--alternative", "may i rent a canoe in cork", "--publish")
    rows = {row["question"]: row["answered_by"] for row in faq("faq", "queue", "--json").result}
    assert rows == {"do you rent a canoe in cork": "do-you-rent-canoes", "is the moon made of cheese": None}
    assert "do you rent a canoe in cork  (answered now by: do-you-rent-canoes; ann)" in faq("faq", "queue").out


def test_duplicates_are_listed_and_fail_a_build(faq: Callable[..., Ran]) -> None:
    clean = faq("faq", "duplicates", "do-you-sell-boats")
    assert (clean.code, clean.out.splitlines()[-1][:8]) == (0, "0 pairs ")
    faq("faq", "add", "--question", "Do you sell boats", "--answer", "From 20 euros.", "--publish")
    ran = faq("faq", "duplicates", "do-you-sell-boats")
    assert ran.code == 1
    assert ran.out.startswith("contradiction ")
    assert "(9 euros against 20 euros)" in ran.out
    assert faq("faq", "duplicates", "--json").result[0]["kind"] == "contradiction"
    assert faq("faq", "duplicates", "do-you-sell-boat").err.startswith("FAQ-003")


def test_stats_show_what_was_asked_and_what_wants_a_look(faq: Callable[..., Ran], database: Database) -> None:
    askings = AskingStore(database)
    for number in range(3):
        askings.add("boats?", f"s{number}", "do-you-sell-boats", 0.8)
        askings.rate(f"s{number}", "do-you-sell-boats", -1)
    askings.add("cheese?", "s9", None, 0.1)
    result = faq("faq", "stats", "--json").result
    assert (result["hits"], result["misses"], result["deflection_rate"]) == (3, 1, 0.0)
    assert [stale["entry_id"] for stale in result["stale"]] == ["do-you-sell-boats"]
    shown = faq("faq", "stats", "--days", "7").out
    assert "Do you sell boats?  +0 -3" in shown
    assert "3 of 3 people found it wrong" in shown
    assert "last 7 days: 3 answered, 1 missed (75% answered); 0% of 4 conversations needed no person" in shown


def test_the_faq_is_measured_and_a_build_fails_below_the_limit(faq: Callable[..., Ran], tmp_path: Path) -> None:
    cases = [("do you sell boats", "do-you-sell-boats"), ("where is the harbour", "do-you-sell-boats"), ("zzz qqq", "")]
    file = tmp_path / "cases.jsonl"
    file.write_text("\n".join(json.dumps({"question": question, "entry": entry}) for question, entry in cases), encoding="utf-8")
    ran = faq("test", "faq", file, "--min-hit1", "0.5", "--json")
    assert (ran.code, ran.result["hit_1"], ran.result["n_without"], ran.result["shortfalls"]) == (0, 0.5, 1, [])
    short = faq("test", "faq", file, "--min-hit1", "0.9")
    assert short.code == 1
    assert "hit@1 0.500, hit@5 " in short.out
    assert "hit@1 0.500, 0.9 asked for" in short.err
    file.write_text('{"question": "boats", "entry": "boots"}', encoding="utf-8")
    assert faq("test", "faq", file).err.startswith("FAQ-003")
