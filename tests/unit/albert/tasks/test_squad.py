"""SQuAD's JSON, windows, answers and the official scripts' arithmetic."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from assistant.albert.tasks.examples import SpanExample, TaggedExample, TextExample
from assistant.albert.tasks.predictions import read_predictions
from assistant.albert.tasks.registry import find_task
from assistant.albert.tasks.spans import answers_of, span_units
from assistant.albert.tasks.squad_score import best_of, best_threshold, evaluate, f1, normalised
from assistant.albert.tasks.task import Setup
from assistant.errors import BadTaskData

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.albert.checkpoint import Checkpoint

CONTEXT = "my order has not arrived. the parcel is late again. a refund was paid twice. who can help me?"


def question(key: str, text: str, *answers: str, context: str = CONTEXT, **more: Any) -> dict[str, Any]:
    found = [{"text": answer, "answer_start": context.index(answer)} for answer in answers]
    return {"id": key, "question": text, "answers": found, **more}


def squad_json(*questions: dict[str, Any], context: str = CONTEXT) -> str:
    return json.dumps({"version": "v2.0", "data": [{"title": "t", "paragraphs": [{"context": context, "qas": list(questions)}]}]})


def test_answers_are_compared_without_articles_punctuation_capitals_and_spare_spaces() -> None:
    assert normalised("  The  Parcel, (of) an order! ") == "parcel of order"
    assert normalised("theatre") == "theatre"
    assert normalised("a-b's") == "abs"
    assert normalised("Ä “quote”") == "ä “quote”"  # punctuation of ASCII alone is taken away
    assert normalised("the") == ""


def test_the_overlap_of_words_counts_each_as_often_as_both_have_it() -> None:
    assert f1("paid twice twice", "twice twice twice") == pytest.approx(2 / 3)
    assert f1("in May 1990", "May") == pytest.approx(0.5)
    assert f1("May", "June") == 0.0


def test_the_best_of_several_right_answers_counts() -> None:
    example = SpanExample("1", "?", "", ((0, "two years"), (0, "the years")))
    assert best_of(example, "Years.") == (1.0, 1.0)


def test_nothing_is_right_where_there_is_no_answer_and_wrong_where_there_is_one() -> None:
    without, with_one = SpanExample("1", "?", ""), SpanExample("2", "?", "", ((0, "May"),))
    assert best_of(without, "") == (1.0, 1.0)
    assert best_of(without, "May") == (0.0, 0.0)
    assert best_of(with_one, "") == (0.0, 0.0)


def test_the_two_scripts_differ_in_what_is_missing_and_in_what_is_nothing() -> None:
    bare, plain = SpanExample("1", "?", "", ((0, "a"),)), SpanExample("2", "?", "", ((0, "May"),))
    found = {"1": "the"}
    assert evaluate([bare, plain], found) == {"exact": 100.0, "f1": 100.0, "total": 1.0}
    assert evaluate([bare, plain], found, is_first_version=True) == {"exact": 50.0, "f1": 0.0, "total": 2.0}


def test_figures_are_in_percent_and_parted_by_whether_there_is_an_answer() -> None:
    examples = [
        SpanExample("1", "?", "", ((0, "in May 1990"),)),
        SpanExample("2", "?", ""),
        SpanExample("3", "?", "", ((0, "June"),)),
    ]
    figures = evaluate(examples, {"1": "May", "2": "", "3": "June"})
    assert figures["exact"] == pytest.approx(200 / 3)
    assert figures["f1"] == pytest.approx(250 / 3)
    assert (figures["HasAns_exact"], figures["HasAns_f1"], figures["HasAns_total"]) == (50.0, 75.0, 2.0)
    assert (figures["NoAns_exact"], figures["NoAns_total"]) == (100.0, 1.0)


def test_the_threshold_is_the_one_that_a_search_of_all_finds() -> None:
    rng = np.random.default_rng(3)
    examples = [SpanExample(str(n), "?", "", ((0, "May"),) if n % 3 else ()) for n in range(60)]
    answers = {e.key: ("May" if rng.random() < 0.7 else "June") for e in examples}
    margins = {e.key: float(rng.normal(0 if e.answers else 1)) for e in examples}

    def gained(limit: float) -> float:
        return evaluate(examples, {key: "" if margins[key] > limit else answers[key] for key in answers})["f1"]

    best = max(gained(limit) for limit in [-99.0, *margins.values()])
    assert gained(best_threshold(examples, answers, margins)) == pytest.approx(best)


def test_files_are_read_under_their_official_names(tmp_path: Path) -> None:
    asked = [question("1", "what is late?", "the parcel"), question("2", "what is blue?", is_impossible=True)]
    (tmp_path / "train-v2.0.json").write_text(squad_json(*asked))
    (tmp_path / "dev-v2.0.json").write_text(squad_json(*asked[:1]))
    (tmp_path / "train-v1.1.json").write_text(squad_json(*asked))
    second, first = find_task("squad2").read(tmp_path), find_task("squad").read(tmp_path)
    assert [example.answers for example in second.train] == [((26, "the parcel"),), ()]
    assert [example.key for example in second.dev["dev"]] == ["1"]
    assert [example.key for example in first.train] == ["1"]  # where every question has an answer, one without is not learnt from


def test_answers_that_are_not_where_the_file_says_are_left_out_and_counted(tmp_path: Path) -> None:
    wrong = question("1", "what?", "the parcel")
    wrong["answers"][0]["answer_start"] += 40
    beside = question("2", "who?", "who")
    beside["answers"][0]["answer_start"] += 1
    (tmp_path / "any.json").write_text(squad_json(wrong, beside))
    splits = find_task("squad2").read(tmp_path)
    assert ([(example.key, example.answers) for example in splits.train], splits.n_skipped) == ([("2", ((77, "who"),))], 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1]", "no JSON object"),
        ('{"data":\n {', r"train-v2\.0\.json:2: .*no JSON"),
        ('{"data": {}}', 'a list "data" is missing'),
        ('{"data": [{"paragraphs": [{"qas": []}]}]}', 'a text "context" is missing'),
        (squad_json(), "it holds no questions"),
        (squad_json({"question": "x", "answers": []}), 'no "id"'),
        (squad_json({"id": "7", "question": "x", "answers": [{"text": "y"}]}), 'question "7" has an answer without'),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "train-v2.0.json").write_text(text)
    with pytest.raises(BadTaskData, match=said):
        find_task("squad2").read(tmp_path)


@pytest.mark.parametrize("stride", [1, 5, 10])
def test_windows_show_every_piece_and_name_the_answer_wherever_they_hold_it(checkpoint: Checkpoint, stride: int) -> None:
    example = SpanExample("1", "what was paid twice?", CONTEXT, ((CONTEXT.index("a refund"), "a refund"),))
    setup = Setup("squad2", "span", max_pieces=56, stride=stride)
    units = span_units([example], checkpoint.tokenizer, setup)
    assert max(unit.n_pieces for unit in units) <= 56
    covered = {tuple(place) for unit in units for place in unit.places.tolist() if place[0] >= 0}
    offsets = checkpoint.tokenizer.encode(CONTEXT, add_special_tokens=False).offsets
    assert covered == set(offsets)
    said = {CONTEXT[unit.places[unit.target[0], 0] : unit.places[unit.target[1], 1]] for unit in units if unit.target != (0, 0)}
    assert {text.strip() for text in said} == {"a refund"}


def test_the_best_span_of_all_windows_is_answered_unless_nothing_scores_higher(checkpoint: Checkpoint) -> None:
    example = SpanExample("1", "what was paid twice?", CONTEXT, ((CONTEXT.index("a refund"), "a refund"),))
    task = find_task("squad2")
    setup = task.setup([example], reading="joint", max_pieces=56, stride=5)
    units = span_units([example], checkpoint.tokenizer, setup)
    logits = [np.zeros((unit.n_pieces, 2), dtype=np.float32) for unit in units]
    place = next(number for number, unit in enumerate(units) if unit.target != (0, 0))
    first, last = units[place].target
    logits[place][first, 0], logits[place][last, 1] = 5.0, 4.0
    logits[place][last, 0] = 9.0  # a start behind the only end that is worth something is no span of its own
    for row in logits:
        row[0] = 3.0, 3.0
    answer = answers_of([example], units, logits)[0]
    assert answer.margin == pytest.approx(6.0 - answer.n_best[0][0])
    assert answer.decided(answer.margin + 0.1).text == answer.n_best[0][2]
    assert answer.decided(answer.margin - 0.1).text == ""
    assert task.outcomes([example], units, logits, setup.tuned({"no_answer": -100.0}))[0].text == ""


def test_predictions_are_written_as_the_official_script_reads_them(tmp_path: Path, checkpoint: Checkpoint) -> None:
    example = SpanExample("q1", "what is late?", CONTEXT, ((26, "the parcel"),))
    task = find_task("squad2")
    setup = task.setup([example], reading="joint", max_pieces=64, stride=16)
    units = task.units([example], checkpoint.tokenizer, setup)
    logits = [np.random.default_rng(0).normal(size=(unit.n_pieces, 2)).astype(np.float32) for unit in units]
    outcomes = task.outcomes([example], units, logits, setup)
    path = task.write_predictions(tmp_path, "dev", [example], outcomes)
    assert json.loads(path.read_text()) == {"q1": outcomes[0].text}
    best = json.loads((tmp_path / "nbest_predictions.json").read_text())["q1"]
    assert sum(row["probability"] for row in best) == pytest.approx(1.0)
    assert [row["score"] for row in best] == sorted((row["score"] for row in best), reverse=True)


def test_predictions_made_elsewhere_are_scored_over_every_question(tmp_path: Path) -> None:
    wrong = question("1", "what?", "the parcel")
    wrong["answers"][0]["answer_start"] += 1  # no matter for scoring
    (tmp_path / "train-v2.0.json").write_text(squad_json(question("9", "who?", "who")))
    (tmp_path / "dev-v2.0.json").write_text(
        squad_json(wrong, question("2", "blue?", is_impossible=True), question("3", "w?", "a refund"))
    )
    (tmp_path / "mine.json").write_text(json.dumps({"1": "Parcel!", "2": "", "3": "refund twice"}))
    task = find_task("squad2")
    rows = task.read(tmp_path).dev["dev"]
    figures = task.score(rows, read_predictions(task, tmp_path / "mine.json", rows))
    assert (figures["exact_match"], figures["f1"]) == (pytest.approx(2 / 3), pytest.approx((1 + 1 + 2 / 3) / 3))
    assert task.score(task.questions(tmp_path / "dev-v2.0.json"), read_predictions(task, tmp_path / "mine.json", rows)) == figures
    (tmp_path / "mine.json").write_text("{}")
    with pytest.raises(BadTaskData, match=r'mine\.json: .*no prediction for "1"'):
        read_predictions(task, tmp_path / "mine.json", rows)


def test_other_predictions_that_do_not_fit_are_refused_with_their_line(tmp_path: Path) -> None:
    conll, stsb = find_task("conll"), find_task("stsb")
    (tmp_path / "tags.txt").write_text("Paris B-LOC O\n")
    for words, said in (
        (("Rome",), r'tags\.txt:1: .*"Paris", in the data it is "Rome"'),
        (("Paris", "is"), "1 words, the data has 2"),
    ):
        with pytest.raises(BadTaskData, match=said):
            read_predictions(conll, tmp_path / "tags.txt", [TaggedExample("0", words, tuple("O" * len(words)))])
    (tmp_path / "table.tsv").write_text("index\tprediction\n0\thigh\n")
    with pytest.raises(BadTaskData, match=r'table\.tsv:2: .*"high" is no number'):
        read_predictions(stsb, tmp_path / "table.tsv", [TextExample("0", ("a", "b"), 1.0)])
