"""The benchmark's files as they are published, written here row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.albert.tasks.registry import TASKS, find_task
from assistant.errors import BadTaskData, UnknownTask

if TYPE_CHECKING:
    from pathlib import Path

MNLI_START = "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\tsentence1_parse\tsentence2_parse"

TRAIN = {
    "cola": 'gj04\t1\t\tThe "sailors" rode the breeze.\ngj04\t0\t*\tThe sailors rode breeze the.\n',
    "sst2": "sentence\tlabel\nit 's a charming journey . \t1\na dull one \t0\n",
    "mrpc": '\ufeffQuality\t#1 ID\t#2 ID\t#1 String\t#2 String\n1\t7\t8\t" He said so .\tHe said so .\n0\t9\t10\tOne .\tTwo .\n',
    "stsb": "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore\n"
    "0\tmain\tx\t2012\t1\tnone\tnone\tA plane.\tAn air plane.\t5.000\n1\tmain\tx\t2012\t2\tnone\tnone\tA man.\tA dog.\t0.8\n",
    "qqp": "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n"
    "5\t1\t2\tWhy?\tHow come?\t1\n6\t3\t4\tthis row is broken\n7\t5\t6\tA?\tB?\t0\n",
    "mnli": f"{MNLI_START}\tsentence1\tsentence2\tlabel1\tgold_label\n"
    + "".join(
        f"{n}\tp\tq\tfiction\t(\t(\t(\t(\tIt rains.\tIt is wet.\tneutral\t{label}\n"
        for n, label in enumerate(("entailment", "neutral"))
    ),
    "qnli": "index\tquestion\tsentence\tlabel\n0\tWhen?\tIn May.\tentailment\n1\tWho?\tIn May.\tnot_entailment\n",
    "rte": "index\tsentence1\tsentence2\tlabel\n0\tIt rains.\tIt is wet.\tentailment\n1\tA.\tB.\tnot_entailment\n",
    "wnli": "index\tsentence1\tsentence2\tlabel\n0\tIt has a hole.\tThe carrot has.\t1\n1\tA.\tB.\t0\n",
}
TEST = {
    "cola": "index\tsentence\n0\tBill whistled past the house.\n1\tThe car honked.\n",
    "mrpc": "index\t#1 ID\t#2 ID\t#1 String\t#2 String\n0\t1\t2\tOne .\tTwo .\n",
    "stsb": "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\n9\tm\tx\t1\t2\tn\tn\tA.\tB.\n",
    "qqp": "id\tquestion1\tquestion2\n0\tA?\tB?\n",
}
FOLDERS = {
    "cola": "CoLA",
    "sst2": "SST-2",
    "mrpc": "MRPC",
    "stsb": "STS-B",
    "qqp": "QQP",
    "mnli": "MNLI",
    "qnli": "QNLI",
    "rte": "RTE",
    "wnli": "WNLI",
}
TARGETS = {
    "cola": ["1", "0"], "sst2": ["1", "0"], "mrpc": ["1", "0"], "stsb": [5.0, 0.8], "qqp": ["1", "0"],
    "mnli": ["entailment", "neutral"],
    "qnli": ["entailment", "not_entailment"], "rte": ["entailment", "not_entailment"], "wnli": ["1", "0"],
}  # fmt: skip


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", TRAIN)
def test_files_are_read_as_they_are_published(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path / FOLDERS[name], "train.tsv", TRAIN[name])
    write(folder, "dev.tsv", TRAIN[name])
    if name in TEST:
        write(folder, "test.tsv", TEST[name])
    in_the_folder, in_the_benchmark = find_task(name).read(folder), find_task(name).read(tmp_path)
    assert in_the_folder == in_the_benchmark
    assert [example.target for example in in_the_folder.train] == TARGETS[name]
    assert {len(example.texts) for example in in_the_folder.train} == ({1} if name in {"cola", "sst2"} else {2})
    assert [example.target for rows in in_the_folder.test.values() for example in rows] == [None] * (
        TEST.get(name, "\n").count("\n") - 1
    )
    assert in_the_folder.n_skipped == (2 if name == "qqp" else 0)


def test_quotes_are_letters_and_spaces_at_ends_are_not(tmp_path: Path) -> None:
    cola = find_task("cola").read(write(tmp_path / "a", "train.tsv", TRAIN["cola"]))
    mrpc = find_task("mrpc").read(write(tmp_path / "b", "train.tsv", TRAIN["mrpc"]))
    sst2 = find_task("sst2").read(write(tmp_path / "c", "train.tsv", TRAIN["sst2"]))
    assert cola.train[0].texts == ('The "sailors" rode the breeze.',)
    assert mrpc.train[0].texts == ('" He said so .', "He said so .")
    assert sst2.train[0].texts == ("it 's a charming journey .",)


def test_a_line_ends_at_its_line_feed_alone(tmp_path: Path) -> None:
    folder = write(tmp_path, "train.tsv", "sentence\tlabel\r\none\x85two\u2028three\x0bfour\t1\r\nfive\t0\r\n")
    assert [example.texts[0] for example in find_task("sst2").read(folder).train] == ["one\x85two\u2028three\x0bfour", "five"]


def test_mnli_has_two_parts_to_measure_on_and_two_to_predict(tmp_path: Path) -> None:
    for name in ("train.tsv", "dev_matched.tsv", "dev_mismatched.tsv"):
        write(tmp_path, name, TRAIN["mnli"])
    for name in ("test_matched.tsv", "test_mismatched.tsv"):
        write(tmp_path, name, f"{MNLI_START}\tsentence1\tsentence2\n3\tp\tq\tf\t(\t(\t(\t(\tIt rains.\tIt is wet.\n")
    mnli = find_task("mnli")
    splits = mnli.read(tmp_path)
    assert list(splits.dev) == ["dev", "dev_mismatched"]
    written = [mnli.write_predictions(tmp_path / "out", part, rows, ["neutral"] * len(rows)) for part, rows in splits.test.items()]
    assert [path.name for path in written] == ["MNLI-m.tsv", "MNLI-mm.tsv"]
    assert written[0].read_text() == "index\tprediction\n3\tneutral\n"


def test_numbers_are_submitted_with_three_decimals(tmp_path: Path) -> None:
    folder = write(tmp_path, "train.tsv", TRAIN["stsb"])
    write(folder, "test.tsv", TEST["stsb"])
    stsb = find_task("stsb")
    rows = stsb.read(folder).test["test"]
    path = stsb.write_predictions(folder, "test", rows, [3.14159])
    assert (path.name, path.read_text()) == ("STS-B.tsv", "index\tprediction\n9\t3.142\n")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("sst2", "", r"train\.tsv: .*the file is empty"),
        ("sst2", "sentence\tlabel\n", r"a header and no rows"),
        ("sst2", "sentance\tlabel\nx\t1\n", r'train\.tsv:1: .*no column "sentence"; did you mean "sentance"'),
        ("sst2", "sentence\tlabel\nfine\t1\nx\tyes\n", r'train\.tsv:3: .*"yes" is none of 0, 1'),
        ("sst2", "sentence\tlabel\nfine\t1\nx\n", r"train\.tsv:3: .*1 fields, at least 2"),
        ("rte", "index\tsentence1\tsentence2\tlabel\n0\tA\tB\tentailement\n", r'train\.tsv:2: .*did you mean "entailment"'),
        ("stsb", TRAIN["stsb"].replace("5.000", "6"), r'train\.tsv:2: .*"6" is no number from 0 to 5'),
        ("stsb", TRAIN["stsb"].replace("5.000", "nan"), r'"nan" is no number'),
        ("qqp", "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n1\tbroken\n", r"no row of it can be used"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_file_and_line(tmp_path: Path, name: str, text: str, said: str) -> None:
    folder = write(tmp_path, "train.tsv", text)
    with pytest.raises(BadTaskData, match="ALB-011.*" + said):
        find_task(name).read(folder)


def test_a_missing_file_and_one_that_is_no_text_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadTaskData, match=r"train\.tsv: .*cannot be read \(No such file"):
        find_task("sst2").read(tmp_path)
    (tmp_path / "train.tsv").write_bytes(b"sentence\tlabel\nfine\t1\n\xff\xfe\t1\n")
    with pytest.raises(BadTaskData, match=r"train\.tsv:3: .*no UTF-8"):
        find_task("sst2").read(tmp_path)


def test_snli_leaves_out_what_nobody_agreed_on(tmp_path: Path) -> None:
    row = '{"premise": "A man.", "hypothesis": "A person.", "label": "%s"}\n'
    write(tmp_path, "snli_train.jsonl", row % "entailment" + row % "-" + row % "neutral")
    assert [example.target for example in find_task("snli").read(tmp_path).train] == ["entailment", "neutral"]
    write(tmp_path, "snli_train.jsonl", row % "entailment" + "{\n")
    with pytest.raises(BadTaskData, match=r"snli_train\.jsonl:2: .*no JSON"):
        find_task("snli").read(tmp_path)


def test_a_task_is_found_however_it_is_spelt() -> None:
    spellings = {"SST-2": "sst2", "sts-b": "stsb", "SQuAD 2.0": "squad2", "SQuAD v1.1": "squad", "RTE": "rte"}
    assert {spelling: find_task(spelling).name for spelling in spellings} == spellings
    with pytest.raises(UnknownTask, match=r'ALB-012.*unknown task "mprc"; did you mean "mrpc"'):
        find_task("mprc")
    assert set(TRAIN) < set(TASKS)


DIAGNOSTICS = (
    "Lexical Semantics\tPredicate-Argument Structure\tLogic\tKnowledge\tDomain\tPremise\tHypothesis\tLabel\n"
    "\t\tNegation\t\tNews\tThe cat sat.\tThe cat did not sit.\tcontradiction\n"
    "Quantifiers\t\t\t\tNews\tAll cats sat.\tSome cats sat.\tentailment\n"
    '\t\t\tWorld knowledge\tReddit\tIt is 4 o\'clock.\tIt is "late".\tneutral\n'
)


@pytest.mark.parametrize("place", ["diagnostic", "AX", "MNLI"])
def test_the_diagnostics_are_read_beside_mnli_and_counted_by_matthews_correlation(tmp_path: Path, place: str) -> None:
    write(tmp_path / "MNLI", "train.tsv", TRAIN["mnli"])
    write(tmp_path / "MNLI", "dev_matched.tsv", TRAIN["mnli"])
    write(tmp_path / place, "diagnostic-full.tsv", DIAGNOSTICS)
    write(tmp_path / place, "diagnostic.tsv", "index\tsentence1\tsentence2\n0\tThe cat sat.\tThe cat did not sit.\n")
    task = find_task("mnli")
    splits = task.read(tmp_path)
    assert list(splits.dev) == ["dev", "diagnostic"]
    asked = splits.dev["diagnostic"]
    assert [example.target for example in asked] == ["contradiction", "entailment", "neutral"]
    assert asked[2].texts == ("It is 4 o'clock.", 'It is "late".')
    assert task.score(asked, ["contradiction", "entailment", "neutral"]) == {"matthews": 1.0, "accuracy": 1.0}
    # The correlation of three classes as Gorodkin 2004 defines it: two right of three, one class never said.
    assert task.score(asked, ["contradiction", "entailment", "entailment"])["matthews"] == pytest.approx(3 / 24**0.5)
    (test,) = splits.test["test_diagnostic"]
    assert task.write_predictions(tmp_path / "out", "test_diagnostic", [test], ["neutral"]).name == "AX.tsv"
    assert (tmp_path / "out" / "AX.tsv").read_text() == "index\tprediction\n0\tneutral\n"
