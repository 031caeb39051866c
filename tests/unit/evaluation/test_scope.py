from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.errors import NothingToMeasure, SourceError
from assistant.evaluation.limits import Limits
from assistant.evaluation.nlu import evaluate, measure
from assistant.evaluation.scope import read_outside, score_scope
from assistant.messages import Entity
from tests.unit.evaluation.canned import Canned, example, parsed

if TYPE_CHECKING:
    from pathlib import Path


def test_the_threshold_keeps_ninety_five_of_a_hundred_texts_in_scope() -> None:
    inside = [parsed(str(n), "x", 0.9, strange=n / 100) for n in range(100)]
    outside = [parsed("out", "x", 0.1, strange=score) for score in (0.5, 0.94, 0.95, 0.96, 2.0)]
    scope = score_scope(inside, outside)
    assert scope is not None
    assert sum(parse.out_of_scope > scope.threshold for parse in inside) <= 5
    assert scope.threshold == 0.95
    assert scope.recall == 2 / 5
    assert scope.confidence_auroc == 1.0
    pairs = [(a.out_of_scope, b.out_of_scope) for a in inside for b in outside]
    assert scope.auroc == pytest.approx(sum(1.0 if b > a else 0.5 if a == b else 0.0 for a, b in pairs) / len(pairs))


def test_one_group_alone_cannot_be_told_from_another() -> None:
    assert score_scope([], [parsed("a", "x", 1.0)]) is None
    assert score_scope([parsed("a", "x", 1.0)], []) is None


def test_texts_out_of_scope_are_read_from_lines_and_from_training_data(tmp_path: Path) -> None:
    plain, rows = tmp_path / "texts.txt", tmp_path / "texts.jsonl"
    plain.write_text("\ufeffwho won\n\n  what is love \n", encoding="utf-8")
    rows.write_text('{"text": "who won", "intent": "oos"}\n', encoding="utf-8")
    assert read_outside(plain) == ["who won", "what is love"]
    assert read_outside(rows) == ["who won"]


def test_a_file_without_texts_out_of_scope_is_refused(tmp_path: Path) -> None:
    empty, binary = tmp_path / "empty.txt", tmp_path / "binary.txt"
    empty.write_text("\n \n", encoding="utf-8")
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(NothingToMeasure, match="empty"):
        read_outside(empty)
    for bad in (binary, tmp_path / "missing.txt"):
        with pytest.raises(SourceError, match=bad.name):
            read_outside(bad)


def test_what_falls_short_is_named_with_both_numbers() -> None:
    size = Entity("size", 0, 1, "a")
    parser = Canned(parsed("a", "x", 0.9, size), parsed("b", "x", 0.9))
    report = evaluate(parser, [example("a", "x", size), example("b", "y")])
    assert Limits().shortfalls(report) == ()
    assert Limits(min_accuracy=0.5, min_entity_f1=1.0, max_calibration_error=0.4).shortfalls(report) == ()
    asked = Limits(min_accuracy=0.6, min_f1=0.9, min_sentence_accuracy=0.9, max_calibration_error=0.39, min_auroc=0.5)
    assert asked.shortfalls(report) == (
        "intent accuracy 0.5000 is under 0.6",
        "intent macro f1 0.3333 is under 0.9",
        "sentence accuracy 0.5000 is under 0.9",
        "out of scope auroc was not measured",
        "calibration error 0.4000 is above 0.39",
    )


def test_a_limit_on_entities_is_not_reached_where_there_are_none() -> None:
    report = evaluate(Canned(parsed("a", "x", 1.0)), [example("a", "x")])
    assert Limits(min_entity_f1=0.0).shortfalls(report) == ("entity f1 was not measured",)


def test_limits_on_texts_out_of_scope_are_held() -> None:
    parser = Canned(parsed("a", "x", 1.0, strange=0.5), parsed("b", "x", 1.0, strange=0.1))
    report = measure(parser, [example("a", "x")], ["b"]).report()
    assert Limits(min_auroc=0.5, min_recall=0.5).shortfalls(report) == (
        "out of scope auroc 0.0000 is under 0.5",
        "out of scope recall 0.0000 is under 0.5",
    )
