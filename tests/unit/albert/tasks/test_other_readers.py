"""RACE's, CoNLL's and one's own files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from assistant.albert.tasks.registry import find_task
from assistant.errors import BadTaskData

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.albert.checkpoint import Checkpoint

ARTICLE: dict[str, Any] = {
    "id": "middle1.txt",
    "article": "my order was cancelled. who can help me?",
    "questions": ["The order was _ .", "who wrote this?"],
    "options": [["late", "cancelled", "paid", "blue"], ["me", "you", "him", "her"]],
    "answers": ["B", "A"],
}
CONLL = "-DOCSTART- -X- -X- O\n\nU.N. NNP I-NP B-ORG\nofficial NN I-NP O\n\nParis NNP I-NP B-LOC\n"


def race(folder: Path, part: str, group: str, **changes: Any) -> None:
    place = folder / part / group
    place.mkdir(parents=True, exist_ok=True)
    (place / "1.txt").write_text(json.dumps(ARTICLE | changes))


def test_race_has_middle_and_high_and_four_choices(tmp_path: Path, checkpoint: Checkpoint) -> None:
    race(tmp_path, "train", "middle")
    race(tmp_path, "dev", "middle")
    race(tmp_path, "dev", "high")
    task = find_task("race")
    splits = task.read(tmp_path)
    assert [(e.key, e.target, e.group) for e in splits.dev["dev"]] == [
        ("middle/1-0", 1, "middle"), ("middle/1-1", 0, "middle"), ("high/1-0", 1, "high"), ("high/1-1", 0, "high"),
    ]  # fmt: skip
    units = task.units(splits.train, checkpoint.tokenizer, task.setup(splits.train, reading="joint", max_pieces=30, stride=1))
    assert [len(unit.sequences) for unit in units] == [4, 4]
    assert max(len(sequence) for unit in units for sequence in unit.sequences) <= 30
    figures = task.score(splits.dev["dev"], [1, 0, 1, 1])
    assert figures == {"accuracy": 0.75, "accuracy_middle": 1.0, "accuracy_high": 0.5}
    path = task.write_predictions(tmp_path, "dev", splits.dev["dev"], [1, 0, 1, 3])
    assert json.loads(path.read_text())["high/1-1"] == "D"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"answers": ["B"]}, '"answers" are not as many'),
        ({"answers": ["B", "E"]}, "answer to question 2 is 'E', none of ABCD"),
        ({"options": [["a"], ["b", "c"]]}, "question 1 has no list of two choices"),
        ({"article": None}, '"article", "questions" or "options" is missing'),
    ],
)
def test_what_is_wrong_with_an_article_is_said(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    race(tmp_path, "train", "high", **changes)
    with pytest.raises(BadTaskData, match=r"1\.txt: .*" + said):
        find_task("race").read(tmp_path)
    with pytest.raises(BadTaskData, match="no folder middle or high"):
        find_task("race").read(tmp_path / "dev")


def test_sentences_of_conll_are_parted_by_blank_lines(tmp_path: Path) -> None:
    (tmp_path / "eng.train").write_text(CONLL)
    (tmp_path / "valid.txt").write_text(CONLL.replace("Paris", "Rome") + "Italy X X I-LOC\n")  # train has B-LOC alone
    splits = find_task("conll").read(tmp_path)
    assert [(e.words, e.tags) for e in splits.train] == [(("U.N.", "official"), ("B-ORG", "O")), (("Paris",), ("B-LOC",))]
    assert splits.dev["dev"][1].words == ("Rome", "Italy")


def test_conll_counts_whole_entities_and_writes_what_conlleval_reads(tmp_path: Path) -> None:
    (tmp_path / "train.txt").write_text(CONLL)
    task = find_task("conll")
    rows = task.read(tmp_path).train
    figures = task.score(rows, [("B-ORG", "O"), ("O",)])
    assert (figures["f1"], figures["precision"], figures["recall"]) == (pytest.approx(2 / 3), 1.0, 0.5)
    path = task.write_predictions(tmp_path, "dev", rows, [("B-ORG", "O"), ("O",)])
    assert path.read_text() == "U.N. B-ORG B-ORG\nofficial O O\n\nParis B-LOC O\n"
    plain = [type(row)(row.key, row.words, tuple("XY"[: len(row.words)])) for row in rows]
    assert task.score(plain, [("X", "X"), ("X",)])["f1"] == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("train.txt", "Paris\n", r'train\.txt:1: .*"Paris" has no tag'),
        ("train.txt", "-DOCSTART- O\n", "no sentence"),
        ("dev.txt", "Paris B-LOK\n", r'dev\.txt:1: .*"B-LOK" does not occur in train'),
    ],
)
def test_what_is_wrong_with_a_sentence_is_said_with_its_line(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / "train.txt").write_text(CONLL)
    (tmp_path / name).write_text(text)
    with pytest.raises(BadTaskData, match=said):
        find_task("conll").read(tmp_path)


def test_a_long_sentence_is_parted_between_words_and_every_word_gets_a_tag(tmp_path: Path, checkpoint: Checkpoint) -> None:
    words = ["order", "refund", "\u200b", "invoice", "voucher" * 30] * 4
    (tmp_path / "train.txt").write_text("".join(f"{word} T{n % 3}\n" for n, word in enumerate(words)))
    task = find_task("conll")
    rows = task.read(tmp_path).train
    setup = task.setup(rows, reading="joint", max_pieces=12, stride=1)
    units = task.units(rows, checkpoint.tokenizer, setup)
    assert len(units) > 1
    assert max(unit.n_pieces for unit in units) <= 12
    logits = [np.eye(3, dtype=np.float32)[unit.target] for unit in units]
    assert task.outcomes(rows, units, logits, setup) == [rows[0].tags]
    assert all(0 < place < unit.n_pieces - 1 for unit in units for place in unit.places)


def test_classes_come_from_a_table_or_from_json(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text('id;text;label\n7;"late; and\nbroken";complaint\n8;thanks;praise\n')
    (tmp_path / "dev.jsonl").write_text('{"text": "broken", "label": "complaint"}\n\n')
    (tmp_path / "test.tsv").write_text("text\nhello\n")
    task = find_task("classification")
    splits = task.read(tmp_path)
    assert [(e.key, e.texts, e.target) for e in splits.train] == [
        ("7", ("late; and\nbroken",), "complaint"), ("8", ("thanks",), "praise"),
    ]  # fmt: skip
    assert splits.test["test"][0].target is None
    assert task.setup(splits.train, reading="joint", max_pieces=8, stride=1).labels == ("complaint", "praise")
    path = task.write_predictions(tmp_path, "test", splits.test["test"], ["praise"])
    assert json.loads(path.read_text()) == {"id": "0", "label": "praise"}


def test_several_labels_are_a_list_or_parted_by_bars(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("text,labels\nlate and broken,late|broken\nthanks,\n")
    (tmp_path / "dev.jsonl").write_text('{"text": "late", "labels": ["late"]}\n')
    task = find_task("classification")
    splits = task.read(tmp_path)
    assert [e.target for e in splits.train] == [("broken", "late"), ()]
    setup = task.setup(splits.train, reading="joint", max_pieces=8, stride=1)
    assert (setup.form, setup.labels) == ("many_labels", ("broken", "late"))
    logits = [np.array([2.0, -2.0], dtype=np.float32), np.array([-1.0, -2.0], dtype=np.float32)]
    assert task.outcomes(splits.train, [], logits, setup) == [("broken",), ()]
    assert task.outcomes(splits.train, [], logits, setup.tuned({"threshold": 0.1})) == [("broken", "late"), ("broken", "late")]
    high = [np.array([4.0, 3.0], dtype=np.float32), np.array([1.0, 1.0], dtype=np.float32)]
    assert 0.73 < task.tune(splits.train, [], high, setup)["threshold"] < 0.95


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("train.csv", "message_text,label\nx,a\n", r'train\.csv:1: .*no column "text"'),
        ("train.csv", "text,label\nx,a,b\n", r"train\.csv:2: .*3 fields, the header has 2"),
        ("train.csv", "text,label\nx,\n", r"train\.csv:2: .*no label"),
        ("train.jsonl", '{"text": "x", "label": "a"}\n{"text": 3, "label": "a"}\n', r'train\.jsonl:2: .*no text "text"'),
        ("train.jsonl", '{"text": "x", "labels": 3}\n', r'"labels" is no list'),
        ("train.jsonl", '{"text": "x", "label": 1.5}\n', "the label 1.5 is no text"),
        ("train.jsonl", '{"text": "x", "label": "a"}\n{"text": "x", "labels": ["a"]}\n', "some rows have one label and others"),
        ("dev.csv", "text,label\nx,complant\n", r'dev\.csv:2: .*"complant" does not occur in train; did you mean "complaint"'),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_row_is_said_with_its_line(tmp_path: Path, name: str, text: str, said: str) -> None:
    if name.startswith("dev"):
        (tmp_path / "train.csv").write_text("text,label\nlate,complaint\n")
    (tmp_path / name).write_text(text)
    with pytest.raises(BadTaskData, match=said):
        find_task("classification").read(tmp_path)
