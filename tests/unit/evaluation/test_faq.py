from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.errors import BadEntry, MissingKey, NothingToMeasure, UnknownEntry, UnreadableFile
from assistant.evaluation.faq import FaqCase, evaluate, read_cases
from assistant.messages import FaqMatch, FaqResult, Progress

if TYPE_CHECKING:
    from pathlib import Path

RANKED = {
    "first": (("a", 0.9), ("b", 0.4)),
    "second": (("b", 0.6), ("a", 0.3)),
    "sixth": (("b", 0.8), ("c", 0.2), ("d", 0.2), ("e", 0.2), ("f", 0.2), ("a", 0.1)),
    "silent": (("a", 0.3),),
    "lost": (),
    "strange": (("c", 0.1),),
    "taken": (("c", 0.7),),
}


def search(question: str, limit: int) -> FaqResult:
    return FaqResult(tuple(FaqMatch(entry, "?", "?", ".", score) for entry, score in RANKED[question][:limit]), 0.5)


CASES = [FaqCase(question, "a") for question in ("first", "second", "sixth", "silent", "lost")]
OUTSIDE = [FaqCase("strange", ""), FaqCase("taken", "")]


def test_the_figures_are_those_of_the_ranking() -> None:
    steps: list[Progress] = []
    report = evaluate(search, [*CASES, *OUTSIDE], set("abcdef"), steps.append)
    assert (report.n_with, report.n_without) == (5, 2)
    assert (report.hit_1, report.hit_5) == (2 / 5, 3 / 5)
    assert report.mrr == pytest.approx((1 + 1 / 2 + 1 / 6 + 1 + 0) / 5)
    assert (report.now.threshold, report.now.answered, report.now.right, report.now.abstained) == (0.5, 3 / 5, 1 / 4, 1 / 2)
    assert report.now.handled == 2 / 7
    assert (report.abstention_precision, report.abstention_recall) == (1 / 3, 1 / 2)
    assert [(mistake.question, mistake.found) for mistake in report.mistakes] == [
        ("sixth", "b"),
        ("taken", "c"),
        ("second", "b"),
        ("silent", ""),
        ("lost", ""),
    ]
    assert steps[-1] == Progress("ask", 7, 7)


def test_the_best_threshold_handles_most_questions_right() -> None:
    report = evaluate(search, [*CASES, *OUTSIDE], set("abcdef"))
    assert max(point.handled for point in report.curve) == report.best.handled == 3 / 7
    assert 0.7 < report.best.threshold <= 0.9
    assert [point.threshold for point in report.curve] == sorted(point.threshold for point in report.curve)
    assert "best here: faq_threshold: " in report.as_text()
    assert report.as_json()["best"]["handled"] == report.best.handled


def test_thresholds_that_differ_by_question_are_told_as_a_range() -> None:
    def adaptive(question: str, limit: int) -> FaqResult:
        found = search(question, limit)
        return FaqResult(found.matches, 0.5 if question == "first" else 0.95)

    report = evaluate(adaptive, [CASES[0], *OUTSIDE], set("abcdef"))
    assert (report.thresholds, report.now.handled) == ((0.5, 0.95), 1.0)
    assert "thresholds 0.50 to 0.95: " in report.as_text()
    assert "no faq_threshold would be better here" in report.as_text()


def test_scores_that_keep_what_they_say_are_calibrated() -> None:
    sure = evaluate(lambda _question, _limit: FaqResult((FaqMatch("a", "?", "?", ".", 1.0),), 0.5), CASES, {"a"})
    assert sure.calibration_error == 0.0
    wrong = evaluate(lambda _question, _limit: FaqResult((FaqMatch("b", "?", "?", ".", 0.9),), 0.5), CASES, {"a"})
    assert wrong.calibration_error == pytest.approx(0.9)


def test_questions_of_one_kind_alone_can_be_measured() -> None:
    assert evaluate(search, OUTSIDE, set()).hit_1 == 0.0
    only = evaluate(search, CASES[:1], {"a"})
    assert (only.abstention_precision, only.abstention_recall) == (1.0, 1.0)


def test_an_entry_that_is_not_there_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownEntry, match="hours"):
        evaluate(search, [FaqCase("first", "huors")], {"hours"})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cases.jsonl", '{"question": "Open, on Sunday?", "entry": "hours"}\n\n{"question": "Tea?", "entry": null}\n'),
        ("cases.csv", 'Question,Entry\n"Open, on Sunday?",hours\nTea?,\n'),
    ],
)
def test_both_formats_are_read(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert [(case.question, case.entry) for case in read_cases(tmp_path / name)] == [("Open, on Sunday?", "hours"), ("Tea?", "")]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('{"entry": "a"}', MissingKey),
        ('{"question": "a"}', MissingKey),
        ("[1]", BadEntry),
        ("{", BadEntry),
        ("", NothingToMeasure),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_line(tmp_path: Path, text: str, error: type[Exception]) -> None:
    (tmp_path / "cases.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(error, match=r"cases\.jsonl"):
        read_cases(tmp_path / "cases.jsonl")


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        read_cases(tmp_path / "none.csv")
